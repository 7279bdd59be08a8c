//! Limits that count what is there already: of a run, and of its agent. Each is asked within
//! the transaction that adds one more.

use domain::{Route, RunEnd};
use store::{AgentRecord, RunRecord, StoreError, Transaction};

use super::{Assessment, Problem, ServiceError, Services, intents::acting_run};
use crate::context::Context;

impl Services {
    /// How many rows a result of this run may have.
    pub async fn most_rows(&self, context: &Context) -> Result<u64, ServiceError> {
        let agent = self.existing_agent(acting_run(context)?.agent).await?;
        Ok(agent.caps.rows.min(self.parts.limits.results_rows_maximum))
    }

    /// Why an intent that might run or wait goes no further, if one of the limits says so.
    pub(super) async fn over_limit(
        &self,
        tx: &mut Transaction,
        assessment: &Assessment,
        run: &RunRecord,
    ) -> Result<Option<Problem>, ServiceError> {
        let route = assessment.decision.route;
        if route == Route::Block {
            return Ok(None);
        }
        match tx.require_open_run(run.id).await {
            Ok(()) => {}
            Err(StoreError::RunEnded) => {
                let because = RunEnd::Revoked;
                let problem = Problem::new(because.as_str(), because.advice());
                return Ok(Some(problem));
            }
            Err(other) => return Err(other.into()),
        }
        let agent = self.existing_agent(run.agent).await?;
        let bytes = assessment.dry_run.as_ref().map_or(0, |facts| facts.bytes);
        over_daily_bytes(tx, &agent, bytes).await
    }
}

/// Whether another job of `bytes` would take the agent's day above its cap.
pub(super) async fn over_daily_bytes(
    tx: &mut Transaction,
    agent: &AgentRecord,
    bytes: u64,
) -> Result<Option<Problem>, ServiceError> {
    let used = tx.bytes_today(agent.id).await?;
    let cap = agent.caps.bytes_per_day;
    Ok((used.saturating_add(bytes) > cap).then(|| {
        let detail = format!(
            "this agent has taken {used} of its {cap} bytes of today (UTC), and this query \
             would take {bytes} more; wait until tomorrow, or read less"
        );
        Problem::new("daily_bytes_cap", detail)
    }))
}

/// Makes sure that no more of an agent's queries wait for their turn than may run at a time.
///
/// # Errors
/// [`ServiceError::TooMany`] when as many wait; the same request can be made again.
pub(super) async fn require_turn(
    tx: &mut Transaction,
    agent: &AgentRecord,
) -> Result<(), ServiceError> {
    let cap = agent.caps.concurrent_jobs;
    let open = tx.jobs_of_agent(agent.id, true).await?;
    if open < 2 * u64::from(cap) {
        return Ok(());
    }
    let detail = format!(
        "{cap} jobs of this agent run, as many as may, and as many wait for their turn; try \
         again when one has ended"
    );
    let code = "concurrent_jobs_cap";
    Err(ServiceError::TooMany { code, detail })
}
