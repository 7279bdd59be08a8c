//! People's roles and what they may say on an approval.

use serde::{Deserialize, Serialize};

/// What a person may do; given by the identity provider's groups, none by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Opens runs in their own name.
    Initiator,
    /// Approves or denies.
    Approver,
    /// Runs access reviews and signs them off.
    Reviewer,
    /// Reads everything, changes nothing.
    Auditor,
    /// Registers agents, tags columns, publishes policies.
    Administrator,
}

impl Role {
    /// Every role, in the order in which pages list them.
    pub const ALL: [Self; 5] = [
        Self::Initiator,
        Self::Approver,
        Self::Reviewer,
        Self::Auditor,
        Self::Administrator,
    ];

    /// As it is written in configuration, JSON and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initiator => "initiator",
            Self::Approver => "approver",
            Self::Reviewer => "reviewer",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }
}

/// One person's word on an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ballot {
    /// It may run.
    Approve,
    /// It must not run.
    Deny,
}

impl Ballot {
    /// As it is written in forms, JSON and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Approve, Self::Deny]
            .into_iter()
            .find(|ballot| ballot.as_str() == name)
    }
}

/// What let an intent run that people were asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Enough of the people whom the policy asks.
    Votes,
    /// An exception that somebody answers for, and that reviewers look at afterwards.
    BreakGlass,
    /// What people approved for all queries of its kind.
    Standing,
}

impl Ground {
    /// As it is written in JSON and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Votes => "votes",
            Self::BreakGlass => "break_glass",
            Self::Standing => "standing",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Votes, Self::BreakGlass, Self::Standing]
            .into_iter()
            .find(|ground| ground.as_str() == name)
    }
}
