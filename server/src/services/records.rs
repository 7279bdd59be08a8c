//! The shapes of what the services keep as JSON.

use domain::{MaskRule, Tag, Timestamp};
use serde::{Deserialize, Serialize};

use crate::warehouse::JobStatistics;

/// Why an intent was blocked, failed or became stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable, in `snake_case`.
    pub code: String,
    /// What to change, as a sentence without values.
    pub detail: String,
    /// In how many seconds it may be tried again, where time alone helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
    /// The names of what is no longer as it was when the intent was decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

impl Problem {
    pub(super) fn new(code: &str, detail: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            detail: detail.into(),
            retry_after_seconds: None,
            changed: Vec::new(),
        }
    }

    pub(super) fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after_seconds: Some(seconds),
            ..self
        }
    }
}

/// A column of a sealed result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultColumn {
    /// As the query names it.
    pub name: String,
    /// GoogleSQL's name of the type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Whether the values are masked, or derived from masked values only.
    pub masked: bool,
    /// The rule that masks them, when one rule does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<MaskRule>,
    /// The tags of what flows in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl ResultColumn {
    /// Whether tagged values leave in it as they are, because people let them.
    #[must_use]
    pub fn is_unmasked(&self) -> bool {
        !self.masked && !self.tags.is_empty()
    }
}

/// What the job took, as BigQuery says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Bytes read.
    pub bytes_processed: Option<u64>,
    /// Bytes paid for.
    pub bytes_billed: Option<u64>,
    /// Whether the answer came from BigQuery's cache.
    pub cache_hit: Option<bool>,
    /// Slot time in milliseconds.
    pub slot_milliseconds: Option<u64>,
    /// When it began to run.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

impl From<JobStatistics> for Statistics {
    fn from(job: JobStatistics) -> Self {
        Self {
            bytes_processed: job.bytes_processed,
            bytes_billed: job.bytes_billed,
            cache_hit: job.cache_hit,
            slot_milliseconds: job.slot_ms,
            started_at: job.started,
            ended_at: job.ended,
        }
    }
}
