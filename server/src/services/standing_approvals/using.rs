//! Using a standing approval: when a query comes, and once more before its job exists.

use domain::Route;
use store::{IntentRecord, PersonRecord, RunRecord, StandingApprovalRecord, Transaction};

use super::{
    coverage::{Asked, Gap, gap},
    similarity,
};
use crate::{
    policy::{Decision, Reason},
    services::{Assessment, ServiceError, Services},
};

impl Services {
    /// The standing approvals that count for a query which people would be asked about, the
    /// oldest first. Whether one has a use left shows when it is used.
    pub(in crate::services) async fn standing_approvals_for(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        assessment: &Assessment,
    ) -> Result<Vec<StandingApprovalRecord>, ServiceError> {
        // Columns unmasked take votes on this very query.
        let is_asked = assessment.decision.route == Route::Approve && intent.unmask.is_empty();
        let Some(dry_run) = assessment.dry_run.as_ref().filter(|_| is_asked) else {
            return Ok(Vec::new());
        };
        let Ok(kind) = similarity::kind(intent, &assessment.analysis, dry_run)? else {
            return Ok(Vec::new());
        };
        let store = &self.parts.store;
        let known = store
            .standing_approvals_for(run.agent, &kind.digest.to_string())
            .await?;
        let decided = (&assessment.decision, dry_run.bytes);
        let mut counting = Vec::new();
        for standing in known {
            if self.gap_for(&standing, run, decided).await?.is_none() {
                counting.push(standing);
            }
        }
        Ok(counting)
    }

    /// Why the standing approval that approved an intent counts no more; none where it does, or
    /// where something else approved it.
    pub(in crate::services) async fn standing_gap(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
    ) -> Result<Option<Gap>, ServiceError> {
        let Some(used) = self.parts.store.standing_use_of(intent.id).await? else {
            return Ok(None);
        };
        let standing = self.existing_standing(used.standing).await?;
        let view = self.view_intent(intent.clone()).await?;
        let (Some(decision), Some(dry_run)) = (&view.decision, &view.dry_run) else {
            return Ok(Some(Gap::PolicyChanged));
        };
        self.gap_for(&standing, run, (decision, dry_run.bytes))
            .await
    }

    async fn gap_for(
        &self,
        standing: &StandingApprovalRecord,
        run: &RunRecord,
        (decision, bytes): (&Decision, u64),
    ) -> Result<Option<Gap>, ServiceError> {
        let agent = self.existing_agent(run.agent).await?;
        let agreed = self.agreed_to(standing).await?;
        let asked = Asked {
            now: self.now(),
            bytes,
            policy_version: &decision.policy_version.to_string(),
            requirements: &decision.requirements,
            askers: [run.initiator, agent.owner],
        };
        Ok(gap(standing, &agreed, &asked))
    }

    pub(super) async fn agreed_to(
        &self,
        standing: &StandingApprovalRecord,
    ) -> Result<Vec<PersonRecord>, ServiceError> {
        let mut people = Vec::new();
        for person in self.parts.store.agreed_to(standing.id).await? {
            people.push(self.existing_person(person).await?);
        }
        Ok(people)
    }
}

/// Uses the first of these that has a use left; the reason that then stands with the decision.
pub(in crate::services) async fn use_one(
    tx: &mut Transaction,
    standing: &[StandingApprovalRecord],
    intent: &IntentRecord,
) -> Result<Option<Reason>, ServiceError> {
    for one in standing {
        if tx
            .use_standing_approval(one.id, (intent.id, intent.run))
            .await?
        {
            return Ok(Some(Reason {
                policy: one.id.to_string(),
                says: "A standing approval covers this query: people approved a similar one and \
                       all like it."
                    .to_owned(),
            }));
        }
    }
    Ok(None)
}
