//! An agent's life, the one table of moves in it, and what a registration says.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::PersonId;

/// Where an agent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentState {
    /// Its owner proposes it; an administrator has not confirmed it.
    Proposed,
    /// Runs can be opened with it.
    Active,
    /// Stopped for the time being.
    Suspended,
    /// Ended by a person, or never confirmed.
    Revoked,
    /// Its time is over.
    Expired,
}

use AgentState::{Active, Expired, Proposed, Revoked, Suspended};

/// Every move that exists. Nothing else changes an agent's state.
pub const AGENT_MOVES: &[(AgentState, AgentState)] = &[
    (Proposed, Active),
    (Proposed, Revoked),
    (Proposed, Expired),
    (Active, Suspended),
    (Active, Revoked),
    (Active, Expired),
    (Suspended, Active),
    (Suspended, Revoked),
    (Suspended, Expired),
];

/// A move that is not in [`AGENT_MOVES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an agent cannot go from `{from}` to `{to}`")]
pub struct AgentTransitionError {
    /// Where it stands.
    pub from: AgentState,
    /// Where it was to go.
    pub to: AgentState,
}

impl AgentState {
    /// Every state, in the order of an agent's life.
    pub const ALL: [Self; 5] = [Proposed, Active, Suspended, Revoked, Expired];

    /// As it is written in JSON and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Proposed => "proposed",
            Active => "active",
            Suspended => "suspended",
            Revoked => "revoked",
            Expired => "expired",
        }
    }

    /// Checks a move against [`AGENT_MOVES`] and returns the new state.
    pub fn move_to(self, to: Self) -> Result<Self, AgentTransitionError> {
        if AGENT_MOVES.contains(&(self, to)) {
            Ok(to)
        } else {
            Err(AgentTransitionError { from: self, to })
        }
    }

    /// Whether no move leads out of this state.
    #[must_use]
    pub fn is_final(self) -> bool {
        AGENT_MOVES.iter().all(|(from, _)| *from != self)
    }
}

impl fmt::Display for AgentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AgentState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// The most that an agent may take, whatever its runs ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// Bytes that one query may bill.
    pub bytes_per_query: u64,
    /// Bytes that all its queries of one UTC day may bill.
    pub bytes_per_day: u64,
    /// Rows of one result.
    pub rows: u64,
    /// Jobs at a time.
    pub concurrent_jobs: u32,
    /// Runs open at a time.
    pub open_runs: u32,
}

/// Who may open runs with an agent besides its owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sponsor {
    /// One person.
    Person(PersonId),
    /// Everybody in a group of the identity provider.
    Group(String),
}

/// How an agent without a human at the keyboard proves itself: a JSON Web Token of this
/// issuer that carries these claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// Compared with `iss` letter by letter.
    pub issuer: String,
    /// Claims by name, each with the one value that counts. Ids rather than names: a
    /// repository that was renamed or made anew keeps its name and not its id.
    pub claims: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_that_nobody_confirmed() {
        let into_active: Vec<_> = AGENT_MOVES.iter().filter(|(_, to)| *to == Active).collect();
        assert_eq!(into_active, [&(Proposed, Active), &(Suspended, Active)]);
        let into_suspended = AGENT_MOVES.iter().filter(|(_, to)| *to == Suspended);
        assert_eq!(into_suspended.collect::<Vec<_>>(), [&(Active, Suspended)]);
    }

    #[test]
    fn an_end_is_an_end() {
        for state in [Revoked, Expired] {
            assert!(state.is_final());
            for to in AgentState::ALL {
                let refused = AgentTransitionError { from: state, to };
                assert_eq!(state.move_to(to), Err(refused));
            }
        }
    }

    #[test]
    fn every_living_state_can_end_and_every_name_is_read_back() {
        for state in AgentState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            if !state.is_final() {
                assert!(state.move_to(Revoked).is_ok() && state.move_to(Expired).is_ok());
            }
        }
    }
}
