//! Executions: run, masked, sealed. Each step may be repeated after a crash.

use std::{collections::BTreeSet, time::Duration};

use analysis::Analysis;
use domain::{ColumnName, IntentId, IntentState};
use masking::{MaskedRow, Report};
use sha2::{Digest as _, Sha256};
use store::{
    ExecutionRecord, IntentRecord, Notification, NotificationKind, RunRecord, SealedResult,
};

use super::{
    Notice, Problem, ResultColumn, ServiceError, Services, Statistics, labels::job_labels,
    output_columns, unmasking::is_released,
};
use crate::{
    context::Context,
    warehouse::{Job, JobError, JobId, JobStatistics, JobStatus, WarehouseError},
};

/// Rows of one sealed page, and of one page asked of BigQuery.
pub(super) const PAGE_ROWS: u32 = 1000;
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
const ORPHANED_SECONDS: i64 = 60;

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
        match self.masked_rows(intent, run, &job).await {
            Ok(masked) => {
                self.seal(context, (intent, run), &execution, statistics, masked)
                    .await
            }
            Err(ServiceError::Refused { code, detail }) => {
                let problem = Problem::new(code, detail);
                self.close(context, intent, IntentState::Failed, &problem)
                    .await
            }
            Err(other) => Err(other),
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
            let is_running = self.existing_intent(intent.id).await?.state == IntentState::Running;
            if !is_running || !self.may_still_act(context, intent, run).await? {
                return Ok(None);
            }
        }
    }

    async fn masked_rows(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        job: &JobId,
    ) -> Result<Masked, ServiceError> {
        let view = self.view_intent(intent.clone()).await?;
        let analysis = view
            .analysis
            .ok_or(ServiceError::NotFound { what: "analysis" })?;
        let agent = self.existing_agent(run.agent).await?;
        let warehouse = self.warehouse_of(run.agent).await?;
        let condition = view
            .approval
            .and_then(|approval| approval.conditions.row_cap());
        let most = condition.unwrap_or(u64::MAX);
        let not_scanned = not_scanned(&analysis, &intent.unmask);
        let mut masked = Masked::default();
        let mut next = None;
        loop {
            let page = warehouse.rows(job, next.as_ref(), PAGE_ROWS).await?;
            self.check_rows(page.total_rows.min(most), agent.caps.rows)?;
            masked.columns = output_columns(&analysis, &page.schema);
            masked.cut_to = (page.total_rows > most).then_some(most);
            let (rows, report) = masking::mask_rows(&page.schema, &not_scanned, page.rows)
                .map_err(|error| ServiceError::refused("result_unreadable", error.to_string()))?;
            masked.report.merge(report);
            let left = usize::try_from(most).unwrap_or(usize::MAX) - masked.rows.len();
            masked.rows.extend(rows.into_iter().take(left));
            next = page.next.filter(|_| (masked.rows.len() as u64) < most);
            if next.is_none() {
                return Ok(masked);
            }
        }
    }

    fn check_rows(&self, rows: u64, cap: u64) -> Result<(), ServiceError> {
        let limit = self.parts.limits.results_rows_maximum;
        if rows > cap.min(limit) {
            let (code, most) = if cap < limit {
                ("rows_cap", format!("the {cap} that this agent may have"))
            } else {
                ("result_too_large", format!("the {limit} that are kept"))
            };
            let detail =
                format!("the result has {rows} rows, more than {most}; add a LIMIT or aggregate");
            return Err(ServiceError::refused(code, detail));
        }
        Ok(())
    }

    /// Writes what leaves before it leaves: pages, digest and move in one transaction. A crash
    /// before the commit leaves a `running` intent, whose rows are then read again.
    async fn seal(
        &self,
        context: &Context,
        (intent, run): (&IntentRecord, &RunRecord),
        execution: &ExecutionRecord,
        statistics: JobStatistics,
        masked: Masked,
    ) -> Result<(), ServiceError> {
        let mut pages = Vec::new();
        for rows in masked.rows.chunks(PAGE_ROWS as usize) {
            pages.push(serde_json::to_string(rows)?);
        }
        let sealed = SealedResult {
            execution: execution.id,
            bytes_billed: statistics.bytes_billed,
            statistics: serde_json::to_string(&Statistics::from(statistics))?,
            columns: serde_json::to_string(&masked.columns)?,
            detections: serde_json::to_string(&masked.report)?,
            row_count: masked.rows.len() as u64,
            pages: pages.len() as u64,
            result_digest: digest_of(&pages).to_string(),
            cut_to: masked.cut_to,
        };
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), self.now())
            .await?;
        for (number, page) in (0_u32..).zip(&pages) {
            tx.put_result_page(execution.id, number, page).await?;
        }
        tx.move_intent(
            (intent.id, run.id),
            IntentState::Running,
            IntentState::Succeeded,
            None,
        )
        .await?;
        tx.seal_result(run.id, &sealed).await?;
        Ok(tx.commit().await?)
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

/// Rows ready to leave.
#[derive(Default)]
struct Masked {
    columns: Vec<ResultColumn>,
    rows: Vec<MaskedRow>,
    report: Report,
    /// How many rows a condition lets out, where there are more.
    cut_to: Option<u64>,
}

/// Columns that the last scan leaves as they are: those that the SQL masked already, and those
/// that hold nothing but what people let out unmasked. Which statement of a script answers is
/// not always known: then every column is scanned.
fn not_scanned(analysis: &Analysis, unmask: &BTreeSet<ColumnName>) -> BTreeSet<usize> {
    let columns = analysis.answer().unwrap_or_default().iter();
    let columns = columns.filter(|column| column.masked || is_released(column, unmask));
    columns.map(|column| column.position).collect()
}

fn job_id(execution: &ExecutionRecord) -> Result<JobId, ServiceError> {
    let parsed = execution.job_id.parse();
    parsed.map_err(|_| ServiceError::NotFound { what: "job" })
}

fn job_problem(error: &JobError) -> Problem {
    let detail = format!("BigQuery says {}: {}", error.reason, error.message);
    Problem::new("job_failed", detail)
}

/// SHA-256 over the pages, each behind its length.
fn digest_of(pages: &[String]) -> domain::Digest {
    let mut hasher = Sha256::new();
    for page in pages {
        hasher.update((page.len() as u64).to_be_bytes());
        hasher.update(page);
    }
    domain::Digest::from_bytes(hasher.finalize().into())
}
