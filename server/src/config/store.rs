//! `[store]`: the database.

use serde::{Deserialize, Serialize};

use super::check::Invalid;

/// The database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// As sqlx reads it: `sqlite://var/countersign.db`.
    pub url: String,
}

impl StoreConfig {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        if self.url.starts_with("sqlite:") {
            Ok(())
        } else {
            Err(Invalid::new("url", "must begin with `sqlite:`"))
        }
    }
}
