//! The desk for policies.

use app::api::{
    UiError,
    policies::{
        DraftPage, DraftRow, PoliciesPage, PolicyDesk, PolicyText, Publication, Routes,
        SimulatedRow, Simulation, VersionPage,
    },
};
use async_trait::async_trait;
use domain::{Digest, PolicyDraftId, Role};
use store::{DraftState, PolicyOrigin};

use super::{
    Desk, count,
    errors::{sentence, shown},
    names::person_ref,
};
use crate::{
    policy::{PolicyError, PolicyFile},
    services::{self, DraftHindrance, DraftView, ServiceError, SimulationRow},
};

#[async_trait]
impl PolicyDesk for Desk {
    async fn policies(&self) -> Result<PoliciesPage, UiError> {
        let history = self.services.policy_history(&self.context).await;
        let drafts = match self.services.policy_drafts(&self.context).await {
            Ok(drafts) => drafts,
            Err(ServiceError::Forbidden(_)) => Vec::new(),
            Err(other) => return Err(shown(other)),
        };
        let hindrance = if self.services.policy_is_in_files() {
            Some(DraftHindrance::InFiles.sentence().to_owned())
        } else {
            let administrator = self.context.authorise(&[Role::Administrator]);
            administrator
                .is_err()
                .then(|| "Administrators draft and publish policies.".to_owned())
        };
        Ok(PoliciesPage {
            history: history.map_err(shown)?.iter().map(publication).collect(),
            drafts: drafts.iter().map(row).collect(),
            hindrance,
        })
    }

    async fn version(&self, version: Digest) -> Result<VersionPage, UiError> {
        let view = self.services.policy_version(&self.context, version).await;
        let view = view.map_err(shown)?;
        Ok(VersionPage {
            version,
            files: view.files.into_iter().map(text).collect(),
            publications: view.publications.iter().map(publication).collect(),
            is_in_force: view.is_in_force,
        })
    }

    async fn draft(&self, draft: PolicyDraftId) -> Result<DraftPage, UiError> {
        let view = self.services.policy_draft(&self.context, draft).await;
        let view = view.map_err(shown)?;
        let simulation = self.services.simulate_draft(&self.context, draft).await;
        let is_open = matches!(view.draft.state, DraftState::Editing | DraftState::Proposed);
        let may_edit = is_open
            && !self.services.policy_is_in_files()
            && self.context.authorise(&[Role::Administrator]).is_ok();
        Ok(DraftPage {
            header: row(&view),
            revision: view.draft.revision,
            faults: view.error.as_ref().map(faults).unwrap_or_default(),
            simulation: simulation.map_err(shown)?.map(simulated),
            may_edit,
            is_proposed: view.draft.state == DraftState::Proposed,
            hindrance: view.hindrance.map(|why| why.sentence().to_owned()),
            files: view.files.into_iter().map(text).collect(),
        })
    }

    async fn begin(&self, title: String) -> Result<PolicyDraftId, UiError> {
        let begun = self.services.begin_draft(&self.context, &title).await;
        begun.map_err(shown)
    }

    async fn save(
        &self,
        draft: PolicyDraftId,
        revision: u64,
        files: Vec<PolicyText>,
    ) -> Result<(), UiError> {
        let files = files.into_iter().map(|file| PolicyFile {
            name: file.name,
            text: file.text,
        });
        let (context, draft) = (&self.context, (draft, revision));
        let saved = self.services.save_draft(context, draft, files.collect());
        saved.await.map_err(shown)
    }

    async fn propose(&self, draft: PolicyDraftId, revision: u64) -> Result<(), UiError> {
        let (context, draft) = (&self.context, (draft, revision));
        let proposed = self.services.propose_draft(context, draft).await;
        proposed.map_err(shown)
    }

    async fn publish(&self, draft: PolicyDraftId, revision: u64) -> Result<(), UiError> {
        let (context, draft) = (&self.context, (draft, revision));
        let published = self.services.publish_draft(context, draft).await;
        published.map_err(shown)
    }

    async fn discard(&self, draft: PolicyDraftId, revision: u64) -> Result<(), UiError> {
        let (context, draft) = (&self.context, (draft, revision));
        let discarded = self.services.discard_draft(context, draft).await;
        discarded.map_err(shown)
    }
}

fn text(file: PolicyFile) -> PolicyText {
    PolicyText {
        name: file.name,
        text: file.text,
    }
}

fn publication(publication: &services::Publication) -> Publication {
    let record = &publication.record;
    let source = &record.source;
    Publication {
        number: record.number,
        version: record.digest,
        from: match record.origin {
            PolicyOrigin::Preset => format!("the preset {source}"),
            PolicyOrigin::Directory => format!("the files in {source}"),
            PolicyOrigin::Portal => format!("the draft \u{201c}{source}\u{201d}"),
        },
        editors: publication.editors.iter().map(person_ref).collect(),
        at: record.published_at,
    }
}

fn row(view: &DraftView) -> DraftRow {
    let state = match view.draft.state {
        DraftState::Editing => "Being written",
        DraftState::Proposed => "Waits for another administrator",
        DraftState::Published => "Published",
        DraftState::Discarded => "Given up",
    };
    DraftRow {
        draft: view.draft.id,
        title: view.draft.title.clone(),
        state: state.to_owned(),
        authors: view.authors.iter().map(person_ref).collect(),
        changed_at: view.draft.changed_at,
    }
}

fn faults(error: &PolicyError) -> Vec<String> {
    match error {
        PolicyError::Invalid(faults) => faults.iter().map(ToString::to_string).collect(),
        other => vec![sentence(&other.to_string())],
    }
}

fn simulated(simulation: services::Simulation) -> Simulation {
    let routes = |[run, approve, block]: [usize; 3]| Routes {
        run: count(run),
        approve: count(approve),
        block: count(block),
    };
    Simulation {
        same: count(simulation.same),
        unknown: count(simulation.unknown),
        was: routes(simulation.was),
        would: routes(simulation.would),
        rows: simulation.rows.into_iter().map(simulated_row).collect(),
    }
}

fn simulated_row(row: SimulationRow) -> SimulatedRow {
    let policies = row.would.reasons.iter();
    SimulatedRow {
        intent: row.intent,
        run: row.run,
        at: row.received_at,
        purpose: row.purpose,
        was: row.was.in_words(),
        policies: policies.map(|reason| reason.policy.clone()).collect(),
        would: row.would.in_words(),
    }
}
