//! Small shapes that several areas share.

use domain::{AgentId, Ballot, Digest, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

/// A person, as pages name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRef {
    /// Who.
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

/// An agent, as pages name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRef {
    /// Which.
    pub id: AgentId,
    /// Its name.
    pub name: String,
}

/// What BigQuery's dry run says a query costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Bytes that the query would process.
    pub bytes: u64,
    /// The most bytes that it may bill; the job fails above it.
    pub cap: u64,
    /// The on-demand price in millionths of a US dollar.
    pub micro_dollars: u64,
}

/// A policy that spoke on an intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyReason {
    /// Its id.
    pub policy: String,
    /// The version of the policies; its page shows them word by word.
    pub version: Digest,
    /// What it says, as a sentence for people.
    pub sentence: String,
}

/// One person's word on an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Who.
    pub person: PersonRef,
    /// What.
    pub ballot: Ballot,
    /// Why; may be empty.
    pub comment: String,
    /// When.
    pub at: Timestamp,
}

/// Where the ledger holds the proof of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRef {
    /// The entry's number.
    pub sequence: u64,
    /// The entry's hash.
    pub hash: Digest,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Its token is taken.
    Open,
    /// The agent ended it.
    Ended,
    /// Its time is over.
    Expired,
    /// It was ended from outside: by a person, with its agent, or with its initiator.
    Revoked,
}

impl RunState {
    /// Every state, in the order in which filters list them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Ended, Self::Expired, Self::Revoked];

    /// As it is written in addresses and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ended => "ended",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}
