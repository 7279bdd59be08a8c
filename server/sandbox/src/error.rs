//! Failures as BigQuery words them: a reason from its published list, and a sentence.

use axum::http::StatusCode;

/// Why a request or a job failed.
///
/// Source: <https://cloud.google.com/bigquery/docs/error-messages>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The SQL is wrong, or uses what this server does not run.
    InvalidQuery,
    /// The request itself is wrong.
    Invalid,
    /// A project, dataset, table or job does not exist.
    NotFound,
    /// A job or table of that name exists already.
    Duplicate,
    /// The query would bill more than its own `maximumBytesBilled`.
    BytesBilledLimitExceeded,
    /// The job was cancelled.
    Stopped,
    /// The request carries no acceptable access token.
    AuthenticationError,
    /// The engine failed in a way that the caller cannot mend.
    InternalError,
}

impl Reason {
    /// The word used in error bodies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidQuery => "invalidQuery",
            Self::Invalid => "invalid",
            Self::NotFound => "notFound",
            Self::Duplicate => "duplicate",
            Self::BytesBilledLimitExceeded => "bytesBilledLimitExceeded",
            Self::Stopped => "stopped",
            Self::AuthenticationError => "authError",
            Self::InternalError => "internalError",
        }
    }

    /// The HTTP status that goes with the reason.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Duplicate => StatusCode::CONFLICT,
            Self::AuthenticationError => StatusCode::UNAUTHORIZED,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The canonical status name in error bodies.
    #[must_use]
    pub fn canonical(self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Duplicate => "ALREADY_EXISTS",
            Self::AuthenticationError => "UNAUTHENTICATED",
            Self::InternalError => "INTERNAL",
            Self::Stopped => "CANCELLED",
            _ => "INVALID_ARGUMENT",
        }
    }
}

/// A failed request or job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// Why, in BigQuery's vocabulary.
    pub reason: Reason,
    /// What, as a sentence.
    pub message: String,
}

impl QueryError {
    /// A failure with any reason.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }

    /// The SQL cannot be run, for the reason given.
    pub fn invalid_query(message: impl Into<String>) -> Self {
        Self::new(Reason::InvalidQuery, message)
    }

    /// The SQL uses a construct which this server does not run.
    pub fn unsupported(construct: impl std::fmt::Display) -> Self {
        Self::invalid_query(format!("Unsupported by this server: {construct}"))
    }

    /// The request itself is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Reason::Invalid, message)
    }

    /// Something named does not exist; `what` is for example `Table demo:shop.x`.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(Reason::NotFound, format!("Not found: {what}"))
    }
}
