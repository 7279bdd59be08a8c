//! `[approvals]`: what keeps approvers from being worn down, and exceptions from their votes.

use serde::{Deserialize, Serialize};

use super::check::{Invalid, require_between, require_text};

/// What keeps approvers from being worn down, and exceptions from their votes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalsConfig {
    /// The most approvals that one run may have waiting.
    pub pending_per_run: u32,
    /// After so many denials within `cooling_minutes` a run asks for nothing more.
    pub denials_before_cooling: u32,
    /// For so long, in minutes.
    pub cooling_minutes: u32,
    /// Groups of the identity provider whose people may let a waiting query run without the
    /// usual votes; reviewers look at each such exception.
    pub break_glass_groups: Vec<String>,
    /// The hours of the day, in UTC, at which people are mailed what still waits for them.
    pub digest_hours: Vec<u32>,
}

impl ApprovalsConfig {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        require_between("pending_per_run", self.pending_per_run, 1, 100)?;
        require_between(
            "denials_before_cooling",
            self.denials_before_cooling,
            1,
            100,
        )?;
        require_between("cooling_minutes", self.cooling_minutes, 1, 10_080)?;
        for hour in &self.digest_hours {
            require_between("digest_hours", *hour, 0, 23)?;
        }
        let mut groups = self.break_glass_groups.iter();
        groups.try_for_each(|group| require_text("break_glass_groups", group))
    }
}
