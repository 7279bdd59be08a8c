//! Why a use case did not do what was asked.

use domain::IntentState;
use store::StoreError;

use crate::{context::Forbidden, policy::PolicyError, warehouse::WarehouseError};

/// Why a use case did not do what was asked. Texts are for people and say what to change;
/// they never quote a value from the data, a literal or a secret.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The actor lacks the role.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The actor has the role, but not for this.
    #[error("{detail}")]
    Refused {
        /// Stable, in `snake_case`.
        code: &'static str,
        /// Why not.
        detail: String,
    },
    /// There is no such thing, or the actor may not know of it.
    #[error("there is no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
    },
    /// Something happened in between.
    #[error("{detail}")]
    Conflict {
        /// Stable, in `snake_case`.
        code: &'static str,
        /// What happened.
        detail: String,
    },
    /// The actor has as much going on as may be; the same request can succeed in a moment.
    #[error("{detail}")]
    TooMany {
        /// Stable, in `snake_case`.
        code: &'static str,
        /// What there is too much of.
        detail: String,
    },
    /// Everybody together asks more than this program does at a time; the same request can
    /// succeed in a moment.
    #[error("more is asked at the moment than can be answered; try again in a second")]
    Busy,
    /// A field cannot be taken as it is.
    #[error("{detail}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What to change.
        detail: String,
    },
    /// The run's token does not count.
    #[error("{detail}")]
    Token {
        /// Stable, in `snake_case`.
        code: &'static str,
        /// What to do.
        detail: &'static str,
    },
    /// The database did not do it.
    #[error("the store did not take it")]
    Store(#[source] StoreError),
    /// The warehouse did not do it.
    #[error("the warehouse did not do it")]
    Warehouse(#[from] WarehouseError),
    /// The catalog has not been read yet.
    #[error("the catalog has not been read yet")]
    NoCatalog,
    /// The policies in force cannot be used.
    #[error("the policies in force cannot be used")]
    Policy(#[from] PolicyError),
    /// Stored JSON does not have the shape that this version writes.
    #[error("stored facts cannot be read")]
    Unreadable(#[from] serde_json::Error),
}

impl ServiceError {
    pub(crate) fn refused(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Refused {
            code,
            detail: detail.into(),
        }
    }

    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            detail: detail.into(),
        }
    }

    pub(crate) fn invalid(field: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            detail: detail.into(),
        }
    }

    /// The stable code that names this error to callers.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "forbidden",
            Self::Refused { code, .. }
            | Self::Conflict { code, .. }
            | Self::TooMany { code, .. }
            | Self::Token { code, .. } => code,
            Self::Busy => "busy",
            Self::NotFound { .. } => "not_found",
            Self::Invalid { .. } => "invalid_field",
            Self::Store(_) | Self::NoCatalog | Self::Policy(_) => "unavailable",
            Self::Warehouse(_) => "warehouse_unavailable",
            Self::Unreadable(_) => "internal",
        }
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Moved {
                expected: IntentState::PendingApproval,
            } => Self::conflict(
                "already_moved",
                "somebody was faster: it has been decided already",
            ),
            StoreError::Moved { expected } => Self::conflict(
                "already_moved",
                format!("somebody was faster: the intent is no longer `{expected}`"),
            ),
            StoreError::Transition(error) => Self::conflict("move_not_allowed", error.to_string()),
            StoreError::AgentMoved { expected } => Self::conflict(
                "already_moved",
                format!("somebody was faster: the agent is no longer `{expected}`"),
            ),
            StoreError::AgentTransition(error) => {
                Self::conflict("move_not_allowed", error.to_string())
            }
            StoreError::Overtaken => Self::conflict(
                "already_moved",
                "somebody was faster: another worker has taken this up",
            ),
            StoreError::DraftMoved => Self::conflict(
                "draft_moved",
                "somebody else changed this draft meanwhile: read it anew",
            ),
            StoreError::Unstorable => Self::invalid(
                "text",
                "a text has the character U+0000, which cannot be kept; leave it out",
            ),
            StoreError::RunEnded => Self::conflict("run_ended", "the run has ended"),
            other => Self::Store(other),
        }
    }
}
