//! The desk for standing approvals.

use analysis::Shape;
use app::api::{
    UiError,
    standing_approvals::{
        Kind, PastQuery, Proposal, Revoked, SimilarPage, StandingDesk, StandingRow, Wish,
    },
};
use async_trait::async_trait;
use domain::{ApprovalId, StandingApprovalId, StandingTerms};

use super::{
    Desk, count,
    errors::shown,
    names::{agent_ref, person_ref},
};
use crate::services::{self, Hindrance, PREVIEW_DAYS, StandingApprovalView};

#[async_trait]
impl StandingDesk for Desk {
    async fn similar(
        &self,
        approval: ApprovalId,
        typed: Option<StandingTerms>,
    ) -> Result<SimilarPage, UiError> {
        let (services, context) = (&self.services, &self.context);
        let view = services.approval(context, approval).await.map_err(shown)?;
        let proposal = services.standing_proposal(context, &view.approval).await;
        let proposal = proposal.map_err(shown)?;
        let proposed = proposal.as_ref().map(|view| view.standing.terms.clone());
        let wanted = proposed.or(typed);
        let preview = services.preview_standing(context, approval, wanted.as_ref());
        let preview = preview.await.map_err(shown)?;
        let hindrance = view.hindrance.filter(|why| !why.can_be_overcome());
        Ok(SimilarPage {
            approval,
            agent: agent_ref(&view.agent),
            purpose: view.intent.intent.purpose.clone(),
            sql: view.intent.intent.sql.clone(),
            kind: kind(&preview.similar.shape),
            bytes: preview.similar.bytes,
            bytes_maximum: preview.bytes_maximum,
            latest_end: preview.latest_end,
            past: preview.past.iter().map(past).collect(),
            terms: preview.terms,
            proposal: proposal.map(|view| Proposal {
                standing: view.standing.id,
                agreed: view.agreed.iter().map(person_ref).collect(),
            }),
            looked_at: count(preview.looked_at),
            days: count(PREVIEW_DAYS),
            needed: count(view.approval.needed),
            hindrance: hindrance.map(|why| why.sentence().to_owned()),
            step_up: view.hindrance == Some(Hindrance::StepUp),
        })
    }

    async fn approve_similar(
        &self,
        approval: ApprovalId,
        comment: String,
        wish: Wish,
    ) -> Result<(), UiError> {
        let wish = match wish {
            Wish::Propose(terms) => services::Wish::Propose(terms),
            Wish::Agree(standing) => services::Wish::Agree(standing),
        };
        let voted = self
            .services
            .approve_similar(&self.context, approval, &comment, &wish);
        voted.await.map(drop).map_err(shown)
    }

    async fn standing_approvals(&self) -> Result<Vec<StandingRow>, UiError> {
        let views = self.services.standing_approvals(&self.context).await;
        Ok(views.map_err(shown)?.into_iter().map(row).collect())
    }

    async fn revoke(&self, standing: StandingApprovalId, reason: String) -> Result<(), UiError> {
        let revoked = self
            .services
            .revoke_standing_approval(&self.context, standing, &reason);
        revoked.await.map_err(shown)
    }
}

fn kind(shape: &Shape) -> Kind {
    Kind {
        tables: shape.tables.iter().cloned().collect(),
        columns: shape.columns.iter().cloned().collect(),
        masked: shape.masked.iter().cloned().collect(),
        findings: shape.findings.iter().cloned().collect(),
    }
}

fn past((query, covered): &(services::PastQuery, bool)) -> PastQuery {
    PastQuery {
        intent: query.intent,
        run: query.run,
        at: query.received_at,
        state: query.state,
        bytes: query.bytes,
        covered: *covered,
    }
}

fn row(view: StandingApprovalView) -> StandingRow {
    let standing = view.standing;
    let revoked = view.revoked_by.as_ref().zip(standing.revoked_at);
    StandingRow {
        standing: standing.id,
        approval: standing.approval,
        agent: agent_ref(&view.agent),
        kind: kind(&view.shape),
        terms: standing.terms,
        uses: count(standing.uses),
        last_used: view.uses.first().map(|used| used.used_at),
        agreed: view.agreed.iter().map(person_ref).collect(),
        granted_at: standing.granted_at.unwrap_or(standing.proposed_at),
        gap: view.gap.map(|gap| gap.sentence().to_owned()),
        revoked: revoked.map(|(person, at)| Revoked {
            person: person_ref(person),
            at,
            reason: standing.revoke_reason.unwrap_or_default(),
        }),
        may_revoke: view.may_revoke,
    }
}
