//! What the policy said.

use domain::{Digest, Route};
use serde::{Deserialize, Serialize};

/// What the policy said about one intent, kept with the intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What may happen.
    pub route: Route,
    /// Which policies said so; never empty.
    pub reasons: Vec<Reason>,
    /// Groups, of which an approver is in at least one. Empty unless the
    /// route is `approve`.
    pub approvers: Vec<String>,
    /// How many distinct people have to approve. Zero unless the route is `approve`.
    pub count: u8,
    /// How long people may take. Zero unless the route is `approve`.
    pub expires_after_seconds: i64,
    /// Which policies were asked.
    pub policy_version: Digest,
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
