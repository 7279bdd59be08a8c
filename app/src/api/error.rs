//! What a page or a form may be told instead of an answer.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why there is no answer. Messages are the program's own sentences for people:
/// never a cause's text, a value from the data, or a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum UiError {
    /// Nobody is signed in.
    #[error("You are signed out. Sign in and try again.")]
    SignedOut,
    /// This person may not do this.
    #[error("{message}")]
    Forbidden {
        /// Why not, as a sentence.
        message: String,
    },
    /// There is no such thing, or this person may not know of it.
    #[error("There is nothing here, or you may not see it.")]
    NotFound,
    /// Something happened in between: decided, expired, already signed.
    #[error("{message}")]
    Conflict {
        /// Stable, in `snake_case`.
        code: String,
        /// What happened, as a sentence.
        message: String,
    },
    /// A field cannot be taken as it is.
    #[error("{message}")]
    Invalid {
        /// The form field's name.
        field: String,
        /// What to change, as a sentence.
        message: String,
    },
    /// The program cannot answer now.
    #[error("Countersign cannot answer right now. Nothing was changed; try again in a moment.")]
    Unavailable,
}

impl UiError {
    /// A refusal, with a sentence that says why.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::Forbidden {
            message: message.into(),
        }
    }

    /// A clash with what happened in between.
    #[must_use]
    pub fn conflict(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Conflict {
            code: code.into(),
            message: message.into(),
        }
    }

    /// A field that cannot be taken, with a sentence that says what to change.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl FromServerFnError for UiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        match value {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::invalid(
                "",
                "This form could not be read. Load the page again and retry.",
            ),
            _ => Self::Unavailable,
        }
    }
}
