//! Executions: prepared, run, brought to their end. Each step may be repeated after a crash,
//! and by another replica: whoever works on one holds a lease of it.

mod job;

use std::time::Duration;

use domain::{IntentId, IntentState, Timestamp};
use store::{Attempt, ExecutionRecord, IntentRecord, RunRecord, StoreError};

use super::{Notice, Problem, ServiceError, Services, preparation::Preparation};
use crate::{context::Context, warehouse::JobId};

/// A `received` intent this old has lost the request that was judging it, in seconds.
const ORPHANED_SECONDS: i64 = 15;
/// Intents that one look finds.
const LOOK: u32 = 100;
/// A worker that is not heard of for so long loses its execution to the next, in seconds.
const LEASE_SECONDS: i64 = 6;
/// How often a worker says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// A job that cannot be reached for so long past its own time limit counts as failed.
const GRACE_SECONDS: i64 = 120;

/// How far an intent came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// As far as it goes.
    Made,
    /// As many jobs of its agent run as may: it can go on when one of them has ended.
    HasToWait,
}

/// A look at what a worker carries out.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) context: &'a Context,
    pub(super) intent: &'a IntentRecord,
    pub(super) run: &'a RunRecord,
    /// What it does counts as long as this is the newest.
    pub(super) attempt: Attempt,
}

impl Services {
    /// Intents that wait for somebody to carry them out.
    pub async fn executable(&self, context: &Context) -> Result<Vec<IntentId>, ServiceError> {
        let (now, orphaned) = (context.now, context.now.plus_seconds(-ORPHANED_SECONDS));
        let store = &self.parts.store;
        Ok(store.executable_intents(orphaned, now, LOOK).await?)
    }

    /// Brings one intent as far as it goes: to its end, or to where the warehouse cannot be
    /// reached and the next call goes on. Does nothing while somebody else works on it.
    pub async fn execute(&self, context: &Context, id: IntentId) -> Result<Progress, ServiceError> {
        loop {
            let intent = self.existing_intent(id).await?;
            match intent.state {
                IntentState::Received => self.judge(context, id).await?,
                IntentState::Approved => {
                    let run = self.existing_run(intent.run).await?;
                    match self.prepare(context, &intent, &run).await? {
                        Preparation::Held(attempt) => {
                            self.carry_out(context, id, attempt).await?;
                            return Ok(Progress::Made);
                        }
                        Preparation::Over => {}
                        Preparation::HasToWait => return Ok(Progress::HasToWait),
                    }
                }
                IntentState::Prepared | IntentState::Running => {
                    let store = &self.parts.store;
                    if let Some(attempt) = store.take_up(id, self.now(), self.lease()).await? {
                        self.carry_out(context, id, attempt).await?;
                    }
                    return Ok(Progress::Made);
                }
                _ => return Ok(Progress::Made),
            }
            self.announce(Notice::Intent(id));
        }
    }

    /// Until when what is taken up now is held.
    pub(super) fn lease(&self) -> Timestamp {
        self.now().plus_seconds(LEASE_SECONDS)
    }

    /// Works on an execution for as long as it is held.
    async fn carry_out(
        &self,
        context: &Context,
        id: IntentId,
        attempt: Attempt,
    ) -> Result<(), ServiceError> {
        let done = tokio::select! {
            done = self.go_on(context, id, attempt) => done,
            () = self.overtaken(attempt) => return Ok(()),
        };
        // Whoever goes on need not wait for the lease to end.
        if done.is_err()
            && let Err(error) = self.parts.store.hold(attempt, self.now()).await
        {
            tracing::warn!(intent = %id, %error, "an execution could not be put down");
        }
        done
    }

    /// Says from time to time that the worker is still there; ends when somebody else is.
    async fn overtaken(&self, attempt: Attempt) {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            match self.parts.store.hold(attempt, self.lease()).await {
                Err(StoreError::Overtaken) => return,
                Err(error) => tracing::warn!(%error, "a lease could not be kept up"),
                Ok(()) => {}
            }
        }
    }

    async fn go_on(
        &self,
        context: &Context,
        id: IntentId,
        attempt: Attempt,
    ) -> Result<(), ServiceError> {
        loop {
            self.announce(Notice::Intent(id));
            let intent = self.existing_intent(id).await?;
            let run = self.existing_run(intent.run).await?;
            let work = Work {
                context,
                intent: &intent,
                run: &run,
                attempt,
            };
            let step = match intent.state {
                IntentState::Prepared => self.start(work).await,
                IntentState::Running => self.finish(work).await,
                _ => return Ok(()),
            };
            self.patiently(work, step).await?;
        }
    }

    /// While the warehouse cannot be reached, the step is tried again later, but not for ever.
    async fn patiently(
        &self,
        work: Work<'_>,
        step: Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let Err(ServiceError::Warehouse(error)) = step else {
            return step;
        };
        let limit = i64::from(self.parts.warehouse_config.job_timeout_seconds) + GRACE_SECONDS;
        if self.now().seconds_since(work.intent.changed_at) <= limit {
            return Err(error.into());
        }
        let problem = Problem::new("warehouse_unavailable", error.to_string());
        self.fail(work, &problem).await
    }

    /// Ends the intent, unless somebody else has taken it up.
    async fn fail(&self, work: Work<'_>, problem: &Problem) -> Result<(), ServiceError> {
        self.step(work, IntentState::Failed, Some(problem)).await
    }

    async fn step(
        &self,
        work: Work<'_>,
        to: IntentState,
        problem: Option<&Problem>,
    ) -> Result<(), ServiceError> {
        let problem = problem.map(serde_json::to_string).transpose()?;
        let (intent, now) = (work.intent, self.now());
        let store = &self.parts.store;
        let mut tx = store.begin(&work.context.actor.name(), now).await?;
        tx.require_attempt(work.attempt).await?;
        let moved = (intent.id, intent.run);
        tx.move_intent(moved, intent.state, to, problem.as_deref())
            .await?;
        Ok(tx.commit().await?)
    }

    /// Whether nobody cancelled the intent, and its run's time is not over.
    pub(super) async fn goes_on(&self, work: Work<'_>) -> Result<bool, ServiceError> {
        let is_running = self.existing_intent(work.intent.id).await?.state == IntentState::Running;
        let Work {
            context,
            intent,
            run,
            ..
        } = work;
        Ok(is_running && self.may_still_act(context, intent, run).await?)
    }

    pub(super) async fn existing_execution(
        &self,
        intent: IntentId,
    ) -> Result<ExecutionRecord, ServiceError> {
        let found = self.parts.store.execution_of(intent).await?;
        found.ok_or(ServiceError::NotFound { what: "execution" })
    }
}

pub(super) fn job_id(execution: &ExecutionRecord) -> Result<JobId, ServiceError> {
    let parsed = execution.job_id.parse();
    parsed.map_err(|_| ServiceError::NotFound { what: "job" })
}
