//! Executions and their sealed results.

use domain::{AgentId, EventName, ExecutionId, IntentId, RunId, Timestamp};
use serde::{Serialize, Serializer, ser::Error as _};

use crate::{
    Attempt, RowPage, Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect, signed},
};

/// A job and what came of it. JSON texts belong to the services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionRecord {
    /// Its id.
    pub id: ExecutionId,
    /// What it executes.
    pub intent: IntentId,
    /// The job's id at the warehouse, fixed before the job exists.
    pub job_id: String,
    /// When the job id was written.
    pub prepared_at: Timestamp,
    /// When the job's end was seen.
    pub finished_at: Option<Timestamp>,
    /// JSON: the job's own figures.
    pub statistics: Option<String>,
    /// JSON: the result's columns.
    pub columns: Option<String>,
    /// How many rows were sealed.
    pub row_count: Option<u64>,
    /// JSON: sensitive values found in untagged columns.
    pub detections: Option<String>,
    /// Digest of the sealed pages.
    pub result_digest: Option<String>,
    /// How many rows a condition let out, where there were more.
    pub cut_to: Option<u64>,
    /// Whose pages are the result.
    pub sealed: Option<Attempt>,
    /// Since when the rows are gone.
    pub forgotten_at: Option<Timestamp>,
}

/// An execution to be prepared.
#[derive(Debug, Clone)]
pub struct NewExecution {
    /// Its id.
    pub id: ExecutionId,
    /// What it executes.
    pub intent: IntentId,
    /// Whose job it is.
    pub agent: AgentId,
    /// The job's id at the warehouse.
    pub job_id: String,
    /// What it counts towards its agent's daily cap until its bill is known, in bytes.
    pub bytes: u64,
    /// Until when it is the preparer's to carry out.
    pub leased_until: Timestamp,
}

/// What leaves, as it was recorded before it leaves.
#[derive(Debug, Clone, Serialize)]
pub struct SealedResult {
    /// The attempt that read its rows.
    #[serde(flatten)]
    pub attempt: Attempt,
    /// JSON: the job's own figures.
    #[serde(skip)]
    pub statistics: String,
    /// JSON: the result's columns.
    #[serde(skip)]
    pub columns: String,
    /// JSON: sensitive values found in untagged columns, as counts.
    #[serde(serialize_with = "as_it_is")]
    pub detections: String,
    /// Bytes paid for, where the warehouse said so.
    #[serde(skip)]
    pub bytes_billed: Option<u64>,
    /// How many rows.
    pub row_count: u64,
    /// How many pages.
    pub pages: u64,
    /// Digest of the sealed pages.
    pub result_digest: String,
    /// How many rows a condition let out, where there were more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_to: Option<u64>,
}

/// JSON within JSON.
fn as_it_is<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let value: serde_json::Value = serde_json::from_str(json).map_err(S::Error::custom)?;
    value.serialize(serializer)
}

fn read(row: &Row) -> Result<ExecutionRecord, StoreError> {
    let id = row.parsed("id")?;
    let sealed = optional_count(row, "sealed_attempt")?;
    Ok(ExecutionRecord {
        id,
        intent: row.parsed("intent_id")?,
        job_id: row.text("job_id")?,
        prepared_at: row.time("prepared_at")?,
        finished_at: row.optional_time("finished_at")?,
        statistics: row.optional_text("statistics")?,
        columns: row.optional_text("columns")?,
        row_count: optional_count(row, "row_count")?,
        detections: row.optional_text("detections")?,
        result_digest: row.optional_text("result_digest")?,
        cut_to: optional_count(row, "cut_to")?,
        sealed: sealed.map(|number| Attempt {
            execution: id,
            number,
        }),
        forgotten_at: row.optional_time("forgotten_at")?,
    })
}

fn optional_count(row: &Row, column: &'static str) -> Result<Option<u64>, StoreError> {
    let count = row.optional_integer(column)?;
    Ok(count.and_then(|count| u64::try_from(count).ok()))
}

impl Transaction {
    /// Writes the job id before the job exists. The intent's move to `prepared` records it.
    /// Whoever writes it holds it.
    pub async fn insert_execution(
        &mut self,
        execution: &NewExecution,
    ) -> Result<Attempt, StoreError> {
        let (now, first) = (self.now(), Attempt::first(execution.id));
        sqlx::query(
            "insert into executions
                 (id, intent_id, job_id, prepared_at, bytes, attempts, leased_until)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(execution.id.to_string())
        .bind(execution.intent.to_string())
        .bind(&execution.job_id)
        .bind(now.micros())
        .bind(signed(execution.bytes))
        .bind(signed(first.number))
        .bind(execution.leased_until.micros())
        .execute(self.connection())
        .await?;
        self.add_daily_bytes(execution.agent, execution.bytes)
            .await?;
        Ok(first)
    }

    /// Records that the warehouse was asked to stop a job, and need not be asked again.
    pub async fn stop_asked(
        &mut self,
        execution: ExecutionId,
        run: RunId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query("update executions set stop_asked_at = $2 where id = $1")
            .bind(execution.to_string())
            .bind(now.micros())
            .execute(self.connection())
            .await?;
        let subject = execution.to_string();
        let payload = serde_json::json!({});
        self.record(EventName::JobStopped, &subject, Some(run), &payload)
            .await?;
        Ok(())
    }

    /// Seals a result with its last page, if it has any: from here on it can be released.
    ///
    /// # Errors
    /// [`StoreError::Overtaken`] when somebody else has taken the execution up.
    pub async fn seal_result(
        &mut self,
        run: RunId,
        sealed: &SealedResult,
        last_page: Option<&RowPage>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.require_attempt(sealed.attempt).await?;
        if let Some(billed) = sealed.bytes_billed {
            self.correct_daily_bytes(sealed.attempt.execution, billed)
                .await?;
        }
        sqlx::query(
            "update executions set finished_at = $2, statistics = $3, columns = $4,
                 row_count = $5, detections = $6, result_digest = $7, bytes = coalesce($8, bytes),
                 cut_to = $9, sealed_attempt = $10
             where id = $1 and result_digest is null",
        )
        .bind(sealed.attempt.execution.to_string())
        .bind(now.micros())
        .bind(&sealed.statistics)
        .bind(&sealed.columns)
        .bind(signed(sealed.row_count))
        .bind(&sealed.detections)
        .bind(&sealed.result_digest)
        .bind(sealed.bytes_billed.map(signed))
        .bind(sealed.cut_to.map(signed))
        .bind(signed(sealed.attempt.number))
        .execute(self.connection())
        .await?;
        if let Some(page) = last_page {
            self.keep_rows(sealed.attempt, page).await?;
        }
        self.keep_only(sealed.attempt).await?;
        self.record(
            EventName::ResultSealed,
            &sealed.attempt.execution.to_string(),
            Some(run),
            sealed,
        )
        .await?;
        Ok(())
    }
}

impl Store {
    /// Executions of cancelled intents whose jobs the warehouse has not been asked to stop.
    pub async fn jobs_to_stop(&self, limit: u32) -> Result<Vec<ExecutionRecord>, StoreError> {
        let rows = sqlx::query(
            "select executions.* from executions
             join intents on intents.id = executions.intent_id
             where intents.state = 'cancelled' and executions.stop_asked_at is null
             order by executions.prepared_at limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }

    /// The execution of an intent.
    pub async fn execution_of(
        &self,
        intent: IntentId,
    ) -> Result<Option<ExecutionRecord>, StoreError> {
        let row = sqlx::query("select * from executions where intent_id = $1")
            .bind(intent.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The execution whose job has this id at the warehouse.
    pub async fn execution_of_job(
        &self,
        job_id: &str,
    ) -> Result<Option<ExecutionRecord>, StoreError> {
        let row = sqlx::query("select * from executions where job_id = $1")
            .bind(job_id)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }
}
