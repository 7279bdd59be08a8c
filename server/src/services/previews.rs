//! What would become of a query, found out without running or keeping it.

use domain::{Conditions, IntentId, IntentState};
use store::IntentRecord;

use super::{
    Assessment, DryRunFacts, Problem, ServiceError, Services, Submission, fresh_uuid,
    intents::acting_run,
};
use crate::context::Context;

/// What would become of a query.
#[derive(Debug, Clone)]
pub struct QueryPreview(Assessment);

impl QueryPreview {
    /// What the text says.
    #[must_use]
    pub const fn analysis(&self) -> &analysis::Analysis {
        &self.0.analysis
    }

    /// What the policy would say.
    #[must_use]
    pub const fn decision(&self) -> &crate::policy::Decision {
        &self.0.decision
    }

    /// Why it would be blocked, if it would.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        self.0.problem.as_ref()
    }

    /// BigQuery's own word, where it was asked.
    #[must_use]
    pub const fn dry_run(&self) -> Option<&DryRunFacts> {
        self.0.dry_run.as_ref()
    }
}

/// Bytes as agents are told them: rounded up to 1, 2 or 5 times a power of ten, at least 10 MB,
/// the least that BigQuery bills. An exact number tells how many rows a filter on a sensitive
/// column keeps.
#[must_use]
pub fn bytes_for_agents(bytes: u64) -> u64 {
    let mut step: u64 = 10_000_000;
    loop {
        for factor in [1, 2, 5] {
            let bucket = step.saturating_mul(factor);
            if bytes <= bucket || bucket == u64::MAX {
                return bucket;
            }
        }
        step = step.saturating_mul(10);
    }
}

impl Services {
    /// Judges a query as it would be judged, and keeps nothing of it.
    pub async fn preview_intent(
        &self,
        context: &Context,
        submission: Submission,
    ) -> Result<QueryPreview, ServiceError> {
        let actor = acting_run(context)?;
        let run = self.existing_run(actor.run).await?;
        let agent = self.existing_agent(run.agent).await?;
        let new = self.new_intent(&run, &agent, submission)?;
        let intent = IntentRecord {
            id: IntentId::new(fresh_uuid()),
            run: new.run,
            idempotency_key: new.idempotency_key,
            request_digest: new.request_digest,
            sql: new.sql,
            parameters: new.parameters,
            purpose: new.purpose,
            maximum_bytes_billed: new.maximum_bytes_billed,
            default_dataset: new.default_dataset,
            state: IntentState::Received,
            received_at: context.now,
            changed_at: context.now,
            analysis: None,
            dry_run: None,
            decision: None,
            problem: None,
            binding: None,
            unmask: new.unmask,
            unmask_reason: new.unmask_reason,
            asks_again: None,
        };
        self.assess(&intent, &run, &Conditions::default())
            .await
            .map(QueryPreview)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_steps() {
        for (bytes, told) in [
            (0, 10_000_000),
            (10_000_000, 10_000_000),
            (10_000_001, 20_000_000),
            (21_000_000, 50_000_000),
            (999_999_999_999, 1_000_000_000_000),
            (u64::MAX, u64::MAX),
        ] {
            assert_eq!(bytes_for_agents(bytes), told, "{bytes}");
        }
    }
}
