//! Small shapes that several areas share.

use std::{fmt, str::FromStr};

use domain::{AgentId, Ballot, Digest, PersonId, Privilege, ResourcePattern, Timestamp};
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
    /// The version of the policy set.
    pub version: String,
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
    /// A person ended it, or its agent was revoked.
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

/// One privilege on one resource, written `read demo.shop.*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantLine {
    /// What it allows to do.
    pub privilege: Privilege,
    /// On which tables.
    pub resource: ResourcePattern,
}

/// Why a text is not a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a grant is written `read project.dataset.table` or `write …`; the table may be `*`")]
pub struct ParseGrantError;

impl fmt::Display for GrantLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.privilege.as_str(), self.resource)
    }
}

impl FromStr for GrantLine {
    type Err = ParseGrantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (privilege, resource) = text
            .trim()
            .split_once(char::is_whitespace)
            .ok_or(ParseGrantError)?;
        Ok(Self {
            privilege: Privilege::from_name(privilege).ok_or(ParseGrantError)?,
            resource: resource.parse().map_err(|_| ParseGrantError)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_read_as_it_is_written() {
        let grant: GrantLine = "read  demo.shop.*".parse().expect("a grant");
        assert_eq!(grant.to_string(), "read demo.shop.*");
        assert!("demo.shop.*".parse::<GrantLine>().is_err());
        assert!("own demo.shop.*".parse::<GrantLine>().is_err());
    }
}
