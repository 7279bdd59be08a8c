//! Tags of sensitive columns, and the named rules that mask them.

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

    /// The rule that masks values with this tag.
    #[must_use]
    pub fn mask_rule(&self) -> MaskRule {
        match self.0.as_str() {
            "pii.email" => MaskRule::EmailMask,
            "pci.card_number" | "pii.phone" => MaskRule::LastFour,
            "pii.birth_date" => MaskRule::DateYear,
            _ => MaskRule::Default,
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a sensitive value is masked; named and behaving as BigQuery's own rules
/// (<https://cloud.google.com/bigquery/docs/column-data-masking-intro#masking_options>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MaskRule {
    /// A fixed value of the column's type: the empty string, zero, false, the epoch.
    #[serde(rename = "DEFAULT_MASKING_VALUE")]
    Default,
    /// The domain stays: `XXXXX@example.com`.
    #[serde(rename = "EMAIL_MASK")]
    EmailMask,
    /// The last four characters stay: `XXXXX1234`.
    #[serde(rename = "LAST_FOUR_CHARACTERS")]
    LastFour,
    /// The year stays: `1984-01-01`.
    #[serde(rename = "DATE_YEAR_MASK")]
    DateYear,
    /// Nothing stays.
    #[serde(rename = "ALWAYS_NULL")]
    AlwaysNull,
}

impl MaskRule {
    /// The rule's name as BigQuery writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "DEFAULT_MASKING_VALUE",
            Self::EmailMask => "EMAIL_MASK",
            Self::LastFour => "LAST_FOUR_CHARACTERS",
            Self::DateYear => "DATE_YEAR_MASK",
            Self::AlwaysNull => "ALWAYS_NULL",
        }
    }

    /// What a person sees of such a value.
    #[must_use]
    pub const fn looks_like(self) -> &'static str {
        match self {
            Self::Default => "a fixed value",
            Self::EmailMask => "XXXXX@domain",
            Self::LastFour => "XXXXX and the last four",
            Self::DateYear => "1 January of the year",
            Self::AlwaysNull => "nothing",
        }
    }
}
