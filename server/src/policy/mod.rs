//! The policy: what may run at once, what needs people first, and what never runs.
//!
//! Policies are Cedar files (`server/policies/README.md` says how to read them). This
//! module loads and checks them, and asks them about one intent. It is pure but for
//! loading, and never laxer than the analysis.

mod annotation;
mod asked;
mod cases;
mod decide;
mod decision;
mod duration;
mod error;
mod facts;
mod load;
#[cfg(test)]
mod presets;
mod question;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use domain::Digest;
use serde::{Deserialize, Serialize};

pub use cases::{CaseResult, Difference};
pub use decision::{Decision, Escalation, Reason};
pub use domain::Requirement;
pub use duration::seconds;
pub use error::{Fault, PolicyError};
pub use facts::{Facts, PersonFacts, RunFacts, hour_and_weekday};
pub use load::PRESETS;

use annotation::Policy;

/// Checked policies, ready to be asked.
pub struct PolicySet {
    schema: cedar_policy::Schema,
    policies: cedar_policy::PolicySet,
    annotations: BTreeMap<String, Policy>,
    version: Digest,
}

/// A policy file's name and text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyFile {
    /// `balanced.cedar`.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

impl PolicySet {
    /// Says which policies these are: the digest of their files.
    #[must_use]
    pub const fn version(&self) -> Digest {
        self.version
    }

    /// How many policies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.annotations.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.annotations.is_empty()
    }
}

/// The line of a byte in a text, counted from one.
fn line_at(text: &str, offset: usize) -> usize {
    let before = text.bytes().take(offset);
    1 + before.filter(|byte| *byte == b'\n').count()
}
