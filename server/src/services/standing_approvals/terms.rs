//! What bounds a standing approval, and the most that it may be bounded by.

use domain::{StandingTerms, Timestamp};
use store::AgentRecord;

use super::window;
use crate::services::ServiceError;

/// The most queries that one standing approval approves.
pub const USES_MAXIMUM: u32 = 1000;
/// The longest that one counts, in days.
pub const DAYS_MAXIMUM: i64 = 30;
/// Of the approved query's bytes, how many times as much each similar one may process.
const BYTES_FACTOR: u64 = 2;
/// BigQuery bills at least so much a table (<https://cloud.google.com/bigquery/pricing>), so that
/// a smaller bound would save nothing.
const BYTES_LEAST: u64 = 10 << 20;

/// The most bytes that a query similar to one of `bytes` may be allowed.
#[must_use]
pub fn bytes_maximum(bytes: u64, agent: &AgentRecord) -> u64 {
    let twice = bytes.saturating_mul(BYTES_FACTOR).max(BYTES_LEAST);
    twice.min(agent.caps.bytes_per_query)
}

/// The latest end of a standing approval that begins now.
#[must_use]
pub fn latest_end(agent: &AgentRecord, now: Timestamp) -> Timestamp {
    now.plus_days(DAYS_MAXIMUM).min(agent.expires_at)
}

/// The terms as they can be granted for queries similar to one of `bytes`, from now on. What
/// would outlive the latest end is cut short.
pub(super) fn settled(
    terms: &StandingTerms,
    bytes: u64,
    agent: &AgentRecord,
    now: Timestamp,
) -> Result<StandingTerms, ServiceError> {
    if !(1..=USES_MAXIMUM).contains(&terms.uses) {
        let detail = format!("Allow between 1 and {USES_MAXIMUM} queries.");
        return Err(ServiceError::invalid("uses", detail));
    }
    let most = bytes_maximum(bytes, agent);
    if terms.bytes < bytes || terms.bytes > most {
        let detail = format!("Allow between {bytes} and {most} bytes a query.");
        return Err(ServiceError::invalid("bytes", detail));
    }
    let until = terms.until.min(latest_end(agent, now));
    if until <= now {
        return Err(ServiceError::invalid("until", "Let it end in the future."));
    }
    if let Some(window) = &terms.window {
        window::check(window).map_err(|detail| ServiceError::invalid("window", detail))?;
    }
    Ok(StandingTerms {
        until,
        ..terms.clone()
    })
}
