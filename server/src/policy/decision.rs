//! What the policy said.

use domain::{Digest, Requirement, Route};
use serde::{Deserialize, Serialize};

/// What the policy said about one intent, kept with the intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What may happen.
    pub route: Route,
    /// Which policies said so; never empty.
    pub reasons: Vec<Reason>,
    /// Whose approvals it takes: all of these. Empty unless the route is `approve`.
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    /// How long people may take. Zero unless the route is `approve`.
    pub expires_after_seconds: i64,
    /// Whether a policy asks that whoever decides has just proved, strongly, who they are.
    /// High and critical risk ask for that besides.
    #[serde(default)]
    pub step_up: bool,
    /// Who is asked next when nobody decides.
    #[serde(default)]
    pub escalation: Option<Escalation>,
    /// Which policies were asked.
    pub policy_version: Digest,
}

impl Decision {
    /// In a few words: `approve (1 of data-stewards; 1 of pci-office)`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let route = self.route.as_str();
        if self.requirements.is_empty() {
            return route.to_owned();
        }
        let asked: Vec<_> = self.requirements.iter().map(ToString::to_string).collect();
        format!("{route} ({})", asked.join("; "))
    }
}

/// Who is asked when those who were asked first do not decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// How long those who were asked first have.
    pub after_seconds: i64,
    /// Groups of the identity provider.
    pub approvers: Vec<String>,
}

/// One policy's part in a decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reason {
    /// The policy's id; `analysis` or `policy` where none of the policies decided.
    pub policy: String,
    /// One sentence for a person.
    pub says: String,
}

impl Reason {
    pub(super) fn new(policy: &str, says: &str) -> Self {
        Self {
            policy: policy.to_owned(),
            says: says.to_owned(),
        }
    }
}
