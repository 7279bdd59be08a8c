//! Ends: of a run, and of everything that hangs on it. The record comes first, so that
//! nothing more is released; then the warehouse is asked to stop what it runs.

use domain::{AgentId, EventName, Role, RunEnd, RunId};
use store::{Ended, Ending, ExecutionRecord, RunRecord, Target};

use super::{Notice, ServiceError, Services};
use crate::{
    context::{Actor, Context, Forbidden},
    warehouse::{JobId, WarehouseError},
};

/// An insert that was under way when its intent was cancelled arrives within this time, in
/// seconds; until then a job that is not there is asked for again.
const LATE_INSERT_SECONDS: i64 = 120;

impl Services {
    /// Ends a run: its initiator and administrators may, and the agent itself.
    pub async fn revoke_run(
        &self,
        context: &Context,
        id: RunId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let run = self.existing_run(id).await?;
        if !may_revoke_run(context, &run) {
            return Err(Forbidden {
                needed: Role::Administrator,
            }
            .into());
        }
        let by = context.person().ok().map(|person| person.id);
        let because = match by {
            Some(_) => RunEnd::Revoked,
            None => RunEnd::GivenBack,
        };
        let ending = Ending {
            because,
            by,
            reason,
        };
        let mut tx = self.begin(context).await?;
        let ended = tx.end_runs(&Target::Run(id), ending).await?;
        if ended.runs.is_empty() {
            return Err(ServiceError::conflict(
                "already_ended",
                "the run was ended before",
            ));
        }
        tx.commit().await?;
        self.after_ending(&ended);
        Ok(())
    }

    /// Ends every run of the people and the workloads that an identity provider vouches for,
    /// and suspends their agents: for administrators, when it can no longer be trusted.
    pub async fn revoke_issuer(
        &self,
        context: &Context,
        issuer: &str,
        reason: &str,
    ) -> Result<Ended, ServiceError> {
        let by = Some(context.authorise(&[Role::Administrator])?.id);
        let ending = Ending {
            because: RunEnd::IssuerRevoked,
            by,
            reason,
        };
        let target = Target::Issuer(issuer.to_owned());
        let mut tx = self.begin(context).await?;
        let payload = serde_json::json!({ "reason": reason });
        tx.record(EventName::IssuerRevoked, issuer, None, &payload)
            .await?;
        tx.suspend_agents(&target, ending).await?;
        let ended = tx.end_runs(&target, ending).await?;
        tx.commit().await?;
        self.after_ending(&ended);
        Ok(ended)
    }

    /// Tells whoever waits for what has ended, and has its jobs stopped.
    pub fn after_ending(&self, ended: &Ended) {
        for intent in &ended.intents {
            self.announce(Notice::Intent(*intent));
        }
        self.announce(Notice::Inbox);
        self.stopping.notify_one();
    }

    /// Resolves when there may be a job to stop.
    pub async fn to_be_stopped(&self) {
        self.stopping.notified().await;
    }

    /// Asks the warehouse to stop the jobs of cancelled intents. What cannot be reached is
    /// asked again at the next call, also after a restart.
    pub async fn stop_cancelled_jobs(&self, context: &Context) -> Result<(), ServiceError> {
        for execution in self.parts.store.jobs_to_stop(100).await? {
            let run = self.existing_intent(execution.intent).await?.run;
            let run = self.existing_run(run).await?;
            if !self.stop_job(context, run.agent, &execution).await {
                continue;
            }
            let mut tx = self.begin(context).await?;
            tx.stop_asked(execution.id, run.id).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether the job need not be asked for again.
    async fn stop_job(
        &self,
        context: &Context,
        agent: AgentId,
        execution: &ExecutionRecord,
    ) -> bool {
        let Ok(job) = execution.job_id.parse::<JobId>() else {
            return true;
        };
        match self.cancel_job(agent, &job).await {
            Ok(()) => true,
            Err(ServiceError::Warehouse(WarehouseError::NotFound { .. })) => {
                context.now.seconds_since(execution.prepared_at) >= LATE_INSERT_SECONDS
            }
            Err(error) => {
                tracing::warn!(%job, %error, "a cancelled job could not be stopped yet; its result is not released");
                false
            }
        }
    }

    async fn cancel_job(&self, agent: AgentId, job: &JobId) -> Result<(), ServiceError> {
        Ok(self.warehouse_of(agent).await?.cancel(job).await?)
    }
}

/// Whether the actor may end this run.
#[must_use]
pub fn may_revoke_run(context: &Context, run: &RunRecord) -> bool {
    match &context.actor {
        Actor::Person(person) => {
            person.id == run.initiator || person.roles.contains(&Role::Administrator)
        }
        Actor::Run(actor) => actor.run == run.id,
        Actor::System | Actor::Anonymous => false,
    }
}
