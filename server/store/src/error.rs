//! What can go wrong between us and the database.

use domain::{AgentState, AgentTransitionError, IntentState, TransitionError};

/// Why the store did not do what was asked. Missing rows are not errors.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer in time, or not at all.
    #[error("the database is unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// The URL begins with neither `sqlite:` nor `postgres:`.
    #[error("the database's URL must begin with `sqlite:` or `postgres:`")]
    UnknownDatabase,
    /// A unique key is taken.
    #[error("this already exists")]
    AlreadyExists,
    /// A text has a character that the database cannot keep.
    #[error("the text has a character that cannot be kept")]
    Unstorable,
    /// The intent is no longer in the state that the caller saw.
    #[error("the intent is no longer `{expected}`")]
    Moved {
        /// The state that the caller expected.
        expected: IntentState,
    },
    /// Somebody else has taken the execution up.
    #[error("somebody else has taken this up")]
    Overtaken,
    /// The move is not in the table of moves.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The agent is no longer in the state that the caller saw.
    #[error("the agent is no longer `{expected}`")]
    AgentMoved {
        /// The state that the caller expected.
        expected: AgentState,
    },
    /// The move is not in the agents' table of moves.
    #[error(transparent)]
    AgentTransition(#[from] AgentTransitionError),
    /// Somebody else changed the draft first.
    #[error("the draft is no longer as it was read")]
    DraftMoved,
    /// The run has ended, so nothing more happens in it.
    #[error("the run has ended")]
    RunEnded,
    /// The person does not decide in the other's place, or no longer.
    #[error("nobody lets this person decide in their place")]
    NotDelegated,
    /// A row holds what no code of ours writes.
    #[error("the database is inconsistent at column `{column}`")]
    Inconsistent {
        /// The column.
        column: &'static str,
    },
    /// A transaction changed something and recorded nothing.
    #[error("a change was not recorded in the ledger")]
    NothingRecorded,
    /// The schema could not be brought up to date.
    #[error("the schema could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A value could not be written as JSON.
    #[error("a value could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The ledger cannot take another entry.
    #[error(transparent)]
    Ledger(#[from] ledger::LedgerFull),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                Self::AlreadyExists
            }
            // `character_not_in_repertoire`: PostgreSQL's texts have no U+0000
            // (PostgreSQL 15, appendix A).
            sqlx::Error::Database(database) if database.code().as_deref() == Some("22021") => {
                Self::Unstorable
            }
            _ => Self::Unavailable(error),
        }
    }
}
