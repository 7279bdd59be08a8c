//! `[approvals]`: what keeps approvers from being worn down.

use serde::{Deserialize, Serialize};

use super::check::{Invalid, require_between};

/// What keeps approvers from being worn down.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalsConfig {
    /// The most approvals that one run may have waiting.
    pub pending_per_run: u32,
    /// After so many denials within `cooling_minutes` a run asks for nothing more.
    pub denials_before_cooling: u32,
    /// For so long, in minutes.
    pub cooling_minutes: u32,
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
        require_between("cooling_minutes", self.cooling_minutes, 1, 10_080)
    }
}
