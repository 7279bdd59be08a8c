//! Executions: prepared, run, brought to their end. Each step may be repeated after a crash.

use std::time::Duration;

use domain::{IntentId, IntentState};
use store::{ExecutionRecord, IntentRecord, Notification, NotificationKind, RunRecord};

use super::{Notice, Problem, ServiceError, Services, labels::job_labels};
use crate::{
    context::Context,
    warehouse::{Job, JobError, JobId, JobStatistics, JobStatus, WarehouseError},
};

/// How often a running job is looked at.
const POLL: Duration = Duration::from_millis(200);
/// A job that cannot be reached for so long past its own time limit counts as failed.
const GRACE_SECONDS: i64 = 120;

/// States that the executor has something to do in.
const OPEN: [IntentState; 4] = [
    IntentState::Received,
    IntentState::Approved,
    IntentState::Prepared,
    IntentState::Running,
];
/// A `received` intent this old has lost the request that was judging it.
const ORPHANED_SECONDS: i64 = 15;

impl Services {
    /// Intents that wait for the executor.
    pub async fn executable(&self, context: &Context) -> Result<Vec<IntentId>, ServiceError> {
        let mut ids = Vec::new();
        for state in OPEN {
            let intents = self.parts.store.intents_in(state, 100).await?;
            ids.extend(intents.into_iter().filter_map(|intent| {
                let waits = context.now.seconds_since(intent.changed_at);
                let is_ours = state != IntentState::Received || waits > ORPHANED_SECONDS;
                is_ours.then_some(intent.id)
            }));
        }
        Ok(ids)
    }

    /// Brings one intent as far as it goes: to its end, or to where the warehouse cannot be
    /// reached and the next call goes on.
    pub async fn execute(&self, context: &Context, id: IntentId) -> Result<(), ServiceError> {
        loop {
            let intent = self.existing_intent(id).await?;
            let run = self.existing_run(intent.run).await?;
            match intent.state {
                IntentState::Received => self.judge(context, id).await?,
                IntentState::Approved => {
                    if !self.prepare(context, &intent, &run).await? {
                        return Ok(());
                    }
                }
                IntentState::Prepared => {
                    let started = self.start(context, &intent, &run).await;
                    self.patiently(context, &intent, started).await?;
                }
                IntentState::Running => {
                    let finished = self.finish(context, &intent, &run).await;
                    self.patiently(context, &intent, finished).await?;
                }
                _ => return Ok(()),
            }
            self.announce(Notice::Intent(id));
        }
    }

    /// Inserts the job under its fixed id: a second insert finds the first.
    async fn start(
        &self,
        context: &Context,
        intent: &IntentRecord,
        run: &RunRecord,
    ) -> Result<(), ServiceError> {
        let execution = self.existing_execution(intent.id).await?;
        if !self.may_still_act(context, intent, run).await? {
            return Ok(());
        }
        let view = self.view_intent(intent.clone()).await?;
        if view
            .approval
            .is_some_and(|approval| self.now() >= approval.expires_at)
        {
            // Prepared in time, but not started: nobody's yes reaches so far.
            let problem = Problem::new("approval_expired", "it did not start in time");
            return self
                .close(context, intent, IntentState::Cancelled, &problem)
                .await;
        }
        let analysis = view
            .analysis
            .ok_or(ServiceError::NotFound { what: "analysis" })?;
        let timeout = u64::from(self.parts.warehouse_config.job_timeout_seconds);
        let job = Job {
            id: job_id(&execution)?,
            query: self.query(intent, &analysis)?,
            labels: job_labels(intent.id, run),
            timeout: Duration::from_secs(timeout),
        };
        match self.warehouse_of(run.agent).await?.insert(&job).await {
            Ok(()) => self.step(context, intent, IntentState::Running).await,
            Err(WarehouseError::Rejected { reason, message }) => {
                let error = JobError { reason, message };
                self.close(context, intent, IntentState::Failed, &job_problem(&error))
                    .await
            }
            // A table went away since the dry run: it does not come back by asking again.
            Err(WarehouseError::NotFound { message }) => {
                let reason = "notFound".to_owned();
                let error = JobError { reason, message };
                self.close(context, intent, IntentState::Failed, &job_problem(&error))
                    .await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for the job, masks its rows, seals the result.
    async fn finish(
        &self,
        context: &Context,
        intent: &IntentRecord,
        run: &RunRecord,
    ) -> Result<(), ServiceError> {
        let execution = self.existing_execution(intent.id).await?;
        let job = job_id(&execution)?;
        let Some((error, statistics)) = self.await_job(context, (intent, run), &job).await? else {
            return Ok(());
        };
        if let Some(error) = error {
            return self
                .close(context, intent, IntentState::Failed, &job_problem(&error))
                .await;
        }
        let sealed = self.seal_rows(context, (intent, run), &execution, statistics);
        match sealed.await {
            Err(ServiceError::Refused { code, detail }) => {
                let problem = Problem::new(code, detail);
                self.close(context, intent, IntentState::Failed, &problem)
                    .await
            }
            sealed => sealed,
        }
    }

    /// None when somebody cancelled the intent while the job ran, or its run's time is over.
    async fn await_job(
        &self,
        context: &Context,
        (intent, run): (&IntentRecord, &RunRecord),
        job: &JobId,
    ) -> Result<Option<(Option<JobError>, JobStatistics)>, ServiceError> {
        let warehouse = self.warehouse_of(run.agent).await?;
        loop {
            match warehouse.status(job).await? {
                JobStatus::Done { error, statistics } => return Ok(Some((error, statistics))),
                JobStatus::NotFound => {
                    let gone = JobError {
                        reason: "notFound".to_owned(),
                        message: "the job is gone".to_owned(),
                    };
                    return Ok(Some((Some(gone), JobStatistics::default())));
                }
                JobStatus::Pending | JobStatus::Running => tokio::time::sleep(POLL).await,
            }
            if !self.goes_on(context, intent, run).await? {
                return Ok(None);
            }
        }
    }

    /// Whether nobody cancelled the intent, and its run's time is not over.
    pub(super) async fn goes_on(
        &self,
        context: &Context,
        intent: &IntentRecord,
        run: &RunRecord,
    ) -> Result<bool, ServiceError> {
        let is_running = self.existing_intent(intent.id).await?.state == IntentState::Running;
        Ok(is_running && self.may_still_act(context, intent, run).await?)
    }

    /// While the warehouse cannot be reached, the step is tried again later, but not for ever.
    async fn patiently(
        &self,
        context: &Context,
        intent: &IntentRecord,
        step: Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let Err(ServiceError::Warehouse(error)) = step else {
            return step;
        };
        let limit = i64::from(self.parts.warehouse_config.job_timeout_seconds) + GRACE_SECONDS;
        if self.now().seconds_since(intent.changed_at) <= limit {
            return Err(error.into());
        }
        let problem = Problem::new("warehouse_unavailable", error.to_string());
        self.close(context, intent, IntentState::Failed, &problem)
            .await
    }

    async fn step(
        &self,
        context: &Context,
        intent: &IntentRecord,
        to: IntentState,
    ) -> Result<(), ServiceError> {
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), self.now())
            .await?;
        tx.move_intent((intent.id, intent.run), intent.state, to, None)
            .await?;
        Ok(tx.commit().await?)
    }

    pub(super) async fn close(
        &self,
        context: &Context,
        intent: &IntentRecord,
        to: IntentState,
        problem: &Problem,
    ) -> Result<(), ServiceError> {
        let problem = serde_json::to_string(problem)?;
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), self.now())
            .await?;
        tx.move_intent((intent.id, intent.run), intent.state, to, Some(&problem))
            .await?;
        if matches!(to, IntentState::Stale | IntentState::Expired) {
            let told = Notification::new(NotificationKind::ApprovalDecided).about(intent.id);
            tx.notify(&told).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn existing_execution(&self, intent: IntentId) -> Result<ExecutionRecord, ServiceError> {
        let found = self.parts.store.execution_of(intent).await?;
        found.ok_or(ServiceError::NotFound { what: "execution" })
    }
}

pub(super) fn job_id(execution: &ExecutionRecord) -> Result<JobId, ServiceError> {
    let parsed = execution.job_id.parse();
    parsed.map_err(|_| ServiceError::NotFound { what: "job" })
}

fn job_problem(error: &JobError) -> Problem {
    let detail = format!("BigQuery says {}: {}", error.reason, error.message);
    Problem::new("job_failed", detail)
}
