//! `[masking]`: how values are masked, by the tag of their column.

use std::path::PathBuf;

use domain::{MaskRule, MaskRules};
use masking::PseudonymKey;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{check::Invalid, secret};

/// A shorter salt or key could be found by trying.
const SHORTEST: usize = 16;

/// How values are masked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskingConfig {
    /// Keeps hashes from being found by trying values. Whoever knows it can.
    #[serde(default, serialize_with = "secret::redacted")]
    pub salt: Option<SecretString>,
    /// Where that is kept instead.
    pub salt_file: Option<PathBuf>,
    /// Makes pseudonyms of what the last scan finds.
    #[serde(default, serialize_with = "secret::redacted")]
    pub pseudonym_key: Option<SecretString>,
    /// Where that is kept instead.
    pub pseudonym_key_file: Option<PathBuf>,
    /// The rule of each tag and of all tags under it.
    pub rules: MaskRules,
}

impl MaskingConfig {
    pub(super) fn validate(&mut self) -> Result<(), Invalid> {
        secret::resolve(&mut self.salt, self.salt_file.as_ref(), "salt_file")?;
        secret::resolve(
            &mut self.pseudonym_key,
            self.pseudonym_key_file.as_ref(),
            "pseudonym_key_file",
        )?;
        if self.salt.is_none() && self.rules.uses(MaskRule::Sha256) {
            return Err(Invalid::new("salt", "is missing: the rule SHA256 needs it"));
        }
        require_long("salt", self.salt.as_ref())?;
        require_long("pseudonym_key", self.pseudonym_key.as_ref())
    }

    /// The key of pseudonyms, where there are to be any.
    #[must_use]
    pub fn key(&self) -> Option<PseudonymKey> {
        let key = self.pseudonym_key.as_ref()?;
        PseudonymKey::new(key.expose_secret().as_bytes())
    }
}

fn require_long(name: &'static str, secret: Option<&SecretString>) -> Result<(), Invalid> {
    let is_short = |secret: &SecretString| secret.expose_secret().chars().count() < SHORTEST;
    if secret.is_some_and(is_short) {
        return Err(Invalid::new(
            name,
            format!("needs at least {SHORTEST} characters"),
        ));
    }
    Ok(())
}
