//! `[limits]`: how much is too much.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::check::{Invalid, require_between};

/// How much is too much.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// The longest request body, in bytes.
    pub body_bytes: usize,
    /// The longest SQL text, in bytes.
    pub sql_bytes: usize,
    /// The longest life of a run, in minutes.
    pub run_minutes_maximum: u32,
    /// The longest life of an agent, in days.
    pub agent_days_maximum: u32,
    /// The most rows that one result keeps.
    pub results_rows_maximum: u64,
    /// How long a result's rows are kept, in days.
    pub results_days: u32,
    /// The most requests around sign-in within a minute, from one address.
    pub sign_ins_per_minute: NonZeroU32,
    /// The most votes of one person within a minute.
    pub votes_per_minute: NonZeroU32,
    /// The most requests at the OAuth door within a minute, from one address.
    pub grants_per_minute: NonZeroU32,
    /// The most device codes that one person types within a minute.
    pub codes_per_minute: NonZeroU32,
}

impl LimitsConfig {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        require_between("body_bytes", self.body_bytes, 1024, 1 << 26)?;
        require_between("sql_bytes", self.sql_bytes, 1, self.body_bytes)?;
        require_between("run_minutes_maximum", self.run_minutes_maximum, 1, 10_080)?;
        // A quarter: what one access review covers.
        require_between("agent_days_maximum", self.agent_days_maximum, 1, 92)?;
        require_between(
            "results_rows_maximum",
            self.results_rows_maximum,
            1,
            100_000_000,
        )?;
        // A quarter: whoever reviews it has seen what they needed.
        require_between("results_days", self.results_days, 1, 92)
    }
}
