//! What the analysis has to say about a statement, and how grave it is.

use serde::{Deserialize, Serialize};

/// How much one finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth a look.
    Moderate,
    /// A human should look before it runs.
    High,
    /// Should not run as it stands.
    Critical,
}

/// How risky an intent is: the gravest of its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    /// Nothing sensitive is touched.
    Low,
    /// Something is worth a look.
    Moderate,
    /// A human should look.
    High,
    /// Should not run as it stands.
    Critical,
}

impl RiskLevel {
    /// Every level, the lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Moderate, Self::High, Self::Critical];

    /// The level with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }

    /// As it is written in JSON, configuration and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl From<Severity> for RiskLevel {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Low,
            Severity::Moderate => Self::Moderate,
            Severity::High => Self::High,
            Severity::Critical => Self::Critical,
        }
    }
}

/// The most that may happen to an intent: policy can be stricter, never laxer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// It may run at once.
    Run,
    /// Humans must approve it first.
    Approve,
    /// It never runs.
    Block,
}

impl Route {
    /// As it is written in JSON and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Approve => "approve",
            Self::Block => "block",
        }
    }

    /// The stricter of the two.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        self.max(other)
    }
}

/// One thing found in a statement, with its place in the SQL text.
///
/// The message names columns, tables and constructs; it never quotes a literal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable, in `snake_case`: `sensitive_predicate`.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// One sentence for a person.
    pub message: String,
    /// What to change, for whoever wrote the statement.
    #[serde(default)]
    pub hint: String,
    /// Byte offset of the first byte in the SQL text.
    pub start: usize,
    /// Byte offset behind the last byte in the SQL text.
    pub end: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_route_wins() {
        assert_eq!(Route::Run.stricter(Route::Approve), Route::Approve);
        assert_eq!(Route::Block.stricter(Route::Run), Route::Block);
    }

    #[test]
    fn risk_orders_by_gravity() {
        assert!(RiskLevel::Low < RiskLevel::Moderate);
        assert!(RiskLevel::from(Severity::Critical) > RiskLevel::High);
    }
}
