//! `[policy]`: where the policy comes from.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::check::Invalid;

/// Where the policy comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyConfig {
    /// The name of a policy that comes with Countersign.
    pub builtin: String,
    /// A folder of `*.cedar` files to use instead.
    pub directory: Option<PathBuf>,
}

impl PolicyConfig {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        match &self.directory {
            Some(directory) if !directory.is_dir() => {
                Err(Invalid::new("directory", "is not a folder"))
            }
            _ => Ok(()),
        }
    }
}
