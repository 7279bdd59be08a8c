//! The words of an access review.

use serde::{Deserialize, Serialize};

/// What a reviewer decides about one entitlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It stays as it is.
    Keep,
    /// It should be narrowed to what was used.
    Reduce,
    /// It ends.
    Revoke,
}

impl Verdict {
    /// As it is written in forms, JSON and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Reduce => "reduce",
            Self::Revoke => "revoke",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Keep, Self::Reduce, Self::Revoke]
            .into_iter()
            .find(|verdict| verdict.as_str() == name)
    }
}

/// What a reviewer says of an exception after the fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExceptionVerdict {
    /// It was right to make it.
    Justified,
    /// It should not have been made.
    Unjustified,
}

impl ExceptionVerdict {
    /// As it is written in forms, JSON and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Justified => "justified",
            Self::Unjustified => "unjustified",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Justified, Self::Unjustified]
            .into_iter()
            .find(|verdict| verdict.as_str() == name)
    }
}
