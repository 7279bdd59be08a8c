//! The states of an intent, and the one table of moves between them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where an intent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentState {
    /// Taken in, not yet judged.
    Received,
    /// Policy or analysis forbids it.
    Blocked,
    /// Humans are asked.
    PendingApproval,
    /// It may run.
    Approved,
    /// A human said no.
    Denied,
    /// Nobody decided, or nothing ran, in time.
    Expired,
    /// The agent or its initiator took it back.
    Withdrawn,
    /// What was approved is no longer what would run.
    Stale,
    /// The job id is written; the job may or may not exist yet.
    Prepared,
    /// The job exists.
    Running,
    /// The sealed result can be read.
    Succeeded,
    /// The job, or reading its result, failed.
    Failed,
    /// Cancelled after approval.
    Cancelled,
}

use IntentState::{
    Approved, Blocked, Cancelled, Denied, Expired, Failed, PendingApproval, Prepared, Received,
    Running, Stale, Succeeded, Withdrawn,
};

/// Every move that exists. Nothing else changes a state.
pub const MOVES: &[(IntentState, IntentState)] = &[
    (Received, Blocked),
    (Received, PendingApproval),
    (Received, Approved),
    // Judging itself failed: the warehouse could not be asked.
    (Received, Failed),
    (PendingApproval, Approved),
    (PendingApproval, Denied),
    (PendingApproval, Expired),
    (PendingApproval, Withdrawn),
    (Approved, Prepared),
    (Approved, Stale),
    (Approved, Expired),
    (Approved, Cancelled),
    (Prepared, Running),
    (Prepared, Failed),
    (Prepared, Cancelled),
    (Running, Succeeded),
    (Running, Failed),
    (Running, Cancelled),
];

/// A move that is not in [`MOVES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an intent cannot go from `{from}` to `{to}`")]
pub struct TransitionError {
    /// Where it stands.
    pub from: IntentState,
    /// Where it was to go.
    pub to: IntentState,
}

impl IntentState {
    /// Every state, in the order of an intent's life.
    pub const ALL: [Self; 13] = [
        Received,
        Blocked,
        PendingApproval,
        Approved,
        Denied,
        Expired,
        Withdrawn,
        Stale,
        Prepared,
        Running,
        Succeeded,
        Failed,
        Cancelled,
    ];

    /// As it is written in JSON and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Received => "received",
            Blocked => "blocked",
            PendingApproval => "pending_approval",
            Approved => "approved",
            Denied => "denied",
            Expired => "expired",
            Withdrawn => "withdrawn",
            Stale => "stale",
            Prepared => "prepared",
            Running => "running",
            Succeeded => "succeeded",
            Failed => "failed",
            Cancelled => "cancelled",
        }
    }

    /// Checks a move against [`MOVES`] and returns the new state.
    pub fn move_to(self, to: Self) -> Result<Self, TransitionError> {
        if MOVES.contains(&(self, to)) {
            Ok(to)
        } else {
            Err(TransitionError { from: self, to })
        }
    }

    /// Whether no move leads out of this state.
    #[must_use]
    pub fn is_final(self) -> bool {
        MOVES.iter().all(|(from, _)| *from != self)
    }
}

impl fmt::Display for IntentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for IntentState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_without_having_been_approved() {
        let into_prepared: Vec<_> = MOVES.iter().filter(|(_, to)| *to == Prepared).collect();
        assert_eq!(into_prepared, [&(Approved, Prepared)]);
        let into_running: Vec<_> = MOVES.iter().filter(|(_, to)| *to == Running).collect();
        assert_eq!(into_running, [&(Prepared, Running)]);
    }

    #[test]
    fn a_final_state_stays() {
        for state in [
            Blocked, Denied, Expired, Withdrawn, Stale, Succeeded, Failed, Cancelled,
        ] {
            assert!(state.is_final(), "{state} should be final");
            for to in IntentState::ALL {
                assert_eq!(state.move_to(to), Err(TransitionError { from: state, to }));
            }
        }
    }

    #[test]
    fn every_state_is_reached_and_its_name_read_back() {
        for state in IntentState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert!(state == Received || MOVES.iter().any(|(_, to)| *to == state));
        }
    }
}
