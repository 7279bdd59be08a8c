//! The job: inserted under its fixed id, awaited, its rows handed on to be sealed.

use std::time::Duration;

use domain::IntentState;
use store::{ApprovalRecord, ExecutionRecord};

use super::{Work, job_id};
use crate::{
    failpoints::Failpoint,
    services::{
        Problem, ServiceError, Services,
        binding::Binding,
        intent_views::{analysis_of, read_json},
        labels::job_labels,
        preparation::FRESH_SECONDS,
        sealing::Source,
    },
    warehouse::{Job, JobError, JobStatus, Page, WarehouseError},
};

/// What became of a job.
enum Outcome {
    /// It is done; the first page of its rows.
    Rows(Page),
    /// It gave none, and asking again would not help.
    None(Problem),
    /// Somebody cancelled the intent meanwhile, or its run's time is over.
    Cancelled,
}

impl Services {
    /// Inserts the job under its fixed id: a second insert finds the first.
    pub(super) async fn start(&self, work: Work<'_>) -> Result<(), ServiceError> {
        let Work {
            context,
            intent,
            run,
            ..
        } = work;
        let execution = self.existing_execution(intent.id).await?;
        if !self.may_still_act(context, intent, run).await? {
            return Ok(());
        }
        let approval = self.parts.store.approval_of(intent.id).await?;
        let approval = approval.as_ref();
        if approval.is_some_and(|approval| self.now() >= approval.expires_at) {
            // Prepared in time, but not started: nobody's yes reaches so far.
            let problem = Problem::new("approval_expired", "it did not start in time");
            return self.call_off(work, &problem).await;
        }
        if let Some(problem) = self.changed_meanwhile(work, &execution, approval).await? {
            return self.call_off(work, &problem).await;
        }
        let analysis = analysis_of(intent)?;
        let decided: Option<Binding> = read_json(intent.binding.as_deref())?;
        let timeout = u64::from(self.parts.warehouse_config.job_timeout_seconds);
        let job = Job {
            id: job_id(&execution)?,
            query: self.query(intent, &analysis)?,
            labels: job_labels(intent.id, run, decided.map(|binding| binding.digest())),
            timeout: Duration::from_secs(timeout),
        };
        let error = match self.warehouse_of(run.agent).await?.insert(&job).await {
            Ok(()) => {
                Failpoint::Inserted.reached();
                self.step(work, IntentState::Running, None).await?;
                Failpoint::Running.reached();
                return Ok(());
            }
            Err(WarehouseError::Rejected { reason, message }) => JobError { reason, message },
            // A table went away since the dry run: it does not come back by asking again.
            Err(WarehouseError::NotFound { message }) => JobError {
                reason: "notFound".to_owned(),
                message,
            },
            Err(error) => return Err(error.into()),
        };
        self.fail(work, &job_problem(&error)).await
    }

    async fn call_off(&self, work: Work<'_>, problem: &Problem) -> Result<(), ServiceError> {
        self.step(work, IntentState::Cancelled, Some(problem)).await
    }

    /// Why a job that was prepared some time ago and does not exist is not started any more, as
    /// after an outage. One that exists is gone on with: it was started as it was decided.
    async fn changed_meanwhile(
        &self,
        work: Work<'_>,
        execution: &ExecutionRecord,
        approval: Option<&ApprovalRecord>,
    ) -> Result<Option<Problem>, ServiceError> {
        if self.now().seconds_since(execution.prepared_at) < FRESH_SECONDS {
            return Ok(None);
        }
        let warehouse = self.warehouse_of(work.run.agent).await?;
        if warehouse.status(&job_id(execution)?).await? != JobStatus::NotFound {
            return Ok(None);
        }
        if let Some(gap) = self.standing_gap(work.intent, work.run).await? {
            return Ok(Some(Problem::new(gap.code(), gap.sentence())));
        }
        self.changed(work.intent, work.run, approval).await
    }

    /// Waits for the job, masks its rows, seals the result.
    pub(super) async fn finish(&self, work: Work<'_>) -> Result<(), ServiceError> {
        let execution = self.existing_execution(work.intent.id).await?;
        let source = self.source(work, &execution).await?;
        let first = match self.outcome(work, &source).await? {
            Outcome::Rows(first) => first,
            Outcome::None(problem) => return self.fail(work, &problem).await,
            Outcome::Cancelled => return Ok(()),
        };
        Failpoint::Read.reached();
        match self.seal_rows(work, &source, first).await {
            Err(ServiceError::Refused { code, detail }) => {
                self.fail(work, &Problem::new(code, detail)).await
            }
            sealed => sealed,
        }
    }

    async fn outcome(&self, work: Work<'_>, source: &Source) -> Result<Outcome, ServiceError> {
        loop {
            match source.first_page().await {
                Ok(Some(page)) => return Ok(Outcome::Rows(page)),
                Ok(None) => {}
                Err(WarehouseError::Rejected { reason, .. }) => {
                    return why_no_rows(source, &reason).await;
                }
                Err(WarehouseError::NotFound { .. }) => {
                    return why_no_rows(source, "notFound").await;
                }
                Err(error) => return Err(error.into()),
            }
            if !self.goes_on(work).await? {
                return Ok(Outcome::Cancelled);
            }
        }
    }
}

/// Whether the job failed, or ended well and its result is gone. The same query is never run
/// again by itself: it could have another answer, and costs once more.
async fn why_no_rows(source: &Source, reason: &str) -> Result<Outcome, ServiceError> {
    let problem = match source.status().await? {
        JobStatus::Done {
            error: Some(error), ..
        } => job_problem(&error),
        JobStatus::Done { error: None, .. } | JobStatus::NotFound => {
            let detail =
                format!("BigQuery no longer has the rows ({reason}); ask again with a new request");
            Problem::new("result_lost", detail)
        }
        JobStatus::Pending | JobStatus::Running => {
            let why = "it refuses the rows of a job that is not over";
            return Err(WarehouseError::Unavailable { why }.into());
        }
    };
    Ok(Outcome::None(problem))
}

fn job_problem(error: &JobError) -> Problem {
    let detail = format!("BigQuery says {}: {}", error.reason, error.message);
    Problem::new("job_failed", detail)
}
