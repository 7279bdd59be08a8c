//! The policy: what may run at once, what needs people first, and what never runs.
//!
//! Policies are Cedar files (`server/policies/README.md` says how to read them). This
//! module loads and checks them, and asks them about one intent. It is pure but for
//! loading, and never laxer than the analysis.

mod annotation;
mod asked;
mod decide;
mod decision;
mod duration;
mod error;
mod facts;
mod load;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::Digest;

pub use decision::{Decision, Escalation, Reason};
pub use domain::Requirement;
pub use error::PolicyError;
pub use facts::Facts;

use annotation::Policy;

/// Checked policies, ready to be asked.
pub struct PolicySet {
    schema: cedar_policy::Schema,
    policies: cedar_policy::PolicySet,
    annotations: BTreeMap<String, Policy>,
    version: Digest,
}

impl PolicySet {
    /// Says which policies these are: the digest of their files and the schema.
    #[must_use]
    pub const fn version(&self) -> Digest {
        self.version
    }
}
