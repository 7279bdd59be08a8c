//! `[masking]`: how values are masked, by the tag of their column.

use std::path::PathBuf;

use domain::{MaskRule, MaskRules};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{check::Invalid, secret};

/// A shorter salt could be found by trying.
const SHORTEST_SALT: usize = 16;

/// How values are masked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskingConfig {
    /// Keeps hashes from being found by trying values. Whoever knows it can.
    #[serde(default, serialize_with = "secret::redacted")]
    pub salt: Option<SecretString>,
    /// Where that is kept instead.
    pub salt_file: Option<PathBuf>,
    /// The rule of each tag and of all tags under it.
    pub rules: MaskRules,
}

impl MaskingConfig {
    pub(super) fn validate(&mut self) -> Result<(), Invalid> {
        secret::resolve(&mut self.salt, self.salt_file.as_ref(), "salt_file")?;
        match &self.salt {
            None if self.rules.uses(MaskRule::Sha256) => {
                Err(Invalid::new("salt", "is missing: the rule SHA256 needs it"))
            }
            Some(salt) if salt.expose_secret().chars().count() < SHORTEST_SALT => {
                let message = format!("needs at least {SHORTEST_SALT} characters");
                Err(Invalid::new("salt", message))
            }
            _ => Ok(()),
        }
    }
}
