//! Jobs: their ids, states, statistics and pages of rows.

use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use domain::{Column, ExecutionId, Timestamp};
use masking::RawRows;

use super::Query;

/// The id of a job in the project, chosen by us before the job exists.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobId(String);

/// Why a text is not a job id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a job id has 1 to 1024 letters, digits, `_` or `-`")]
pub struct ParseJobIdError;

impl JobId {
    /// The one job of an execution: `cs_` and the digits of its UUID. Asking twice gives
    /// the same id, which is what makes a second start harmless.
    #[must_use]
    pub fn of(execution: &ExecutionId) -> Self {
        let text = execution.to_string();
        let digits = text.rsplit('_').next().unwrap_or_default();
        Self(format!("cs_{digits}"))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for JobId {
    type Err = ParseJobIdError;

    /// <https://cloud.google.com/bigquery/docs/reference/rest/v2/JobReference>
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if (1..=1024).contains(&text.len()) && text.chars().all(is_allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseJobIdError)
        }
    }
}

/// A job to start.
#[derive(Debug, Clone)]
pub struct Job {
    /// Written down before the job is started.
    pub id: JobId,
    /// What it runs.
    pub query: Query,
    /// Labels for BigQuery's own audit log and billing export.
    pub labels: BTreeMap<String, String>,
    /// BigQuery stops the job after this time.
    pub timeout: Duration,
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobStatus {
    /// It waits for its turn.
    Pending,
    /// It runs.
    Running,
    /// It is over.
    Done {
        /// Why it failed, if it did.
        error: Option<JobError>,
        /// What it took.
        statistics: JobStatistics,
    },
    /// There is no such job.
    NotFound,
}

/// Why a job failed, in BigQuery's words without the values they may quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobError {
    /// `invalidQuery`, `bytesBilledLimitExceeded`, `stopped` …
    pub reason: String,
    /// BigQuery's sentence, if it is known to quote no value, else one of ours with a code.
    pub message: String,
}

/// What a job took. Absent means BigQuery did not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobStatistics {
    /// Bytes read.
    pub bytes_processed: Option<u64>,
    /// Bytes paid for.
    pub bytes_billed: Option<u64>,
    /// Whether the answer came from BigQuery's cache.
    pub cache_hit: Option<bool>,
    /// Slot time in milliseconds.
    pub slot_ms: Option<u64>,
    /// When it began to run.
    pub started: Option<Timestamp>,
    /// When it was over.
    pub ended: Option<Timestamp>,
}

/// Where the next page of rows begins, in BigQuery's own notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    /// Takes a token that BigQuery gave.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The token's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One page of rows, unmasked: for the masking stage and nobody else.
pub struct Page {
    /// The columns of every row, in order.
    pub schema: Vec<Column>,
    /// The rows as they came off the wire; none where the statement has none.
    pub rows: Option<RawRows>,
    /// None on the last page.
    pub next: Option<PageToken>,
    /// Rows of the whole result.
    pub total_rows: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_of_an_execution_is_always_the_same() {
        let execution: ExecutionId = "exe_01900000000070008000000000007f3a"
            .parse()
            .expect("an id");
        let job = JobId::of(&execution);
        assert_eq!(job.as_str(), "cs_01900000000070008000000000007f3a");
        assert_eq!(job.as_str().parse(), Ok(job));
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_an_address() {
        for text in ["", "a/b", "a?b", "../a", "a b", "ä"] {
            assert_eq!(text.parse::<JobId>(), Err(ParseJobIdError), "{text}");
        }
    }
}
