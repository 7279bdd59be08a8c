//! Why nobody was signed in, in words for the person and a code for the ledger.

use http::StatusCode;

/// Why sign-in cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// An address of the configuration is not one.
    #[error("`identity.issuer` or `server.public_url` is not an address")]
    Address(#[from] url::ParseError),
    /// The HTTP client cannot be made.
    #[error("the HTTP client for sign-in cannot be made")]
    Client(#[from] reqwest::Error),
}

/// Why this sign-in came to nothing.
///
/// The texts are for people; what a provider or a library said goes to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignInError {
    /// There is no such sign-in under way in this browser.
    #[error("This sign-in was not begun in this browser, was already used, or took too long.")]
    Unknown,
    /// Another provider answered (RFC 9207).
    #[error("The answer came from another identity provider than the one that was asked.")]
    WrongIssuer,
    /// The provider, or the person there, said no.
    #[error("The identity provider did not sign you in.")]
    Declined,
    /// The provider does not take the code.
    #[error("The identity provider did not accept the code that it gave.")]
    CodeRefused,
    /// The ID token breaks a rule.
    #[error("The identity provider's proof of who you are is not valid here.")]
    InvalidProof,
    /// None of the person's groups gives a role.
    #[error(
        "You are signed in at the identity provider, but none of your groups has a role here. \
         Ask an administrator of Countersign to add one of your groups to `identity.roles`."
    )]
    NoRole,
    /// The provider does not answer.
    #[error("The identity provider does not answer. Try again in a moment.")]
    ProviderUnavailable,
    /// The store or the ledger does not answer.
    #[error("Countersign cannot keep its records at the moment. Try again in a moment.")]
    Unavailable,
}

impl SignInError {
    /// Stable, in `snake_case`.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "sign_in_unknown",
            Self::WrongIssuer => "sign_in_wrong_issuer",
            Self::Declined => "sign_in_declined",
            Self::CodeRefused => "sign_in_code_refused",
            Self::InvalidProof => "sign_in_invalid_proof",
            Self::NoRole => "no_role",
            Self::ProviderUnavailable => "identity_provider_unavailable",
            Self::Unavailable => "unavailable",
        }
    }

    /// The status of the page that tells it.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Unknown | Self::WrongIssuer | Self::CodeRefused => StatusCode::BAD_REQUEST,
            Self::Declined | Self::InvalidProof | Self::NoRole => StatusCode::FORBIDDEN,
            Self::ProviderUnavailable | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<tower_sessions::session::Error> for SignInError {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "the session cannot be kept");
        Self::Unavailable
    }
}

impl From<store::StoreError> for SignInError {
    fn from(error: store::StoreError) -> Self {
        tracing::error!(%error, "the sign-in cannot be recorded");
        Self::Unavailable
    }
}
