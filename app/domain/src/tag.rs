//! Tags of sensitive columns.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a column holds: `pii.email`, `pci.card_number`, `secret`, `public` …
///
/// A column without a tag is unclassified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// Takes a tag as the catalog or BigQuery's policy tag names it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The tag's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether values with this tag must not leave unmasked. Only `public` may.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.0 != "public"
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
