//! Why nobody was signed in, in words for the person and a code for the ledger.

use http::StatusCode;

use super::{groups::GroupsFault, id_token::IdTokenFault};
use crate::services::{NotAdmitted, ServiceError};

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
    /// The provider cannot ask the person for what we want.
    #[error(
        "The identity provider could not confirm who you are strongly enough. Set up a second \
         factor there, or ask its administrators."
    )]
    Unmet,
    /// The provider does not understand what we ask.
    #[error(
        "The identity provider does not understand Countersign's request. Ask an administrator \
         of Countersign to compare `[identity]` with what is registered there."
    )]
    Misconfigured,
    /// The provider does not take the code.
    #[error("The identity provider did not accept the code that it gave.")]
    CodeRefused,
    /// The ID token breaks a rule.
    #[error("The identity provider's proof of who you are is not valid here.")]
    InvalidProof(IdTokenFault),
    /// Nobody can say in which groups the person is.
    #[error("{}", groups_sentence(*.0))]
    Groups(GroupsFault),
    /// The provider proved the person, and we do not let them in.
    #[error("{}", .0.sentence())]
    NotAdmitted(NotAdmitted),
    /// The provider does not answer.
    #[error("The identity provider does not answer. Try again in a moment.")]
    ProviderUnavailable,
    /// The store or the ledger does not answer.
    #[error("Countersign cannot keep its records at the moment. Try again in a moment.")]
    Unavailable,
}

const fn groups_sentence(fault: GroupsFault) -> &'static str {
    match fault {
        GroupsFault::Missing => {
            "The identity provider did not say in which groups you are, so you have no role here. \
             Ask its administrators to send the groups to Countersign."
        }
        GroupsFault::Empty => {
            "The identity provider says that you are in no group, so you have no role here."
        }
        GroupsFault::Overflow => {
            "You are in so many groups that the identity provider left them out, so your role \
             here is unknown. Ask its administrators to send only the groups that Countersign \
             needs."
        }
        GroupsFault::Malformed => {
            "The identity provider sent your groups in a form that Countersign cannot read, so \
             you have no role here. Ask an administrator to look at `identity.groups_claim`."
        }
    }
}

impl SignInError {
    /// What the provider's own error means for the person (RFC 6749 section 4.1.2.1, `OpenID`
    /// Connect Core section 3.1.2.6 and its addition `unmet_authentication_requirements`).
    pub(super) fn of_provider(error: &str) -> Self {
        match error {
            "server_error" | "temporarily_unavailable" => Self::ProviderUnavailable,
            "unmet_authentication_requirements" => Self::Unmet,
            "invalid_request"
            | "invalid_scope"
            | "unauthorized_client"
            | "unsupported_response_type"
            | "request_not_supported"
            | "request_uri_not_supported"
            | "registration_not_supported" => Self::Misconfigured,
            _ => Self::Declined,
        }
    }

    /// Logs what went wrong; the error's own text holds no token.
    pub(super) fn unavailable(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "the identity provider cannot be used");
        Self::ProviderUnavailable
    }

    /// Stable, in `snake_case`.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "sign_in_unknown",
            Self::WrongIssuer => "sign_in_wrong_issuer",
            Self::Declined => "sign_in_declined",
            Self::Unmet => "sign_in_too_weak",
            Self::Misconfigured => "sign_in_misconfigured",
            Self::CodeRefused => "sign_in_code_refused",
            Self::InvalidProof(_) => "sign_in_invalid_proof",
            Self::Groups(GroupsFault::Missing) => "groups_missing",
            Self::Groups(GroupsFault::Empty) => "groups_empty",
            Self::Groups(GroupsFault::Overflow) => "groups_overflow",
            Self::Groups(GroupsFault::Malformed) => "groups_malformed",
            Self::NotAdmitted(why) => why.code(),
            Self::ProviderUnavailable => "identity_provider_unavailable",
            Self::Unavailable => "unavailable",
        }
    }

    /// Which rule of the proof was broken; for the ledger only, since it helps whoever forges.
    pub(super) const fn reason(self) -> Option<&'static str> {
        match self {
            Self::InvalidProof(fault) => Some(fault.reason()),
            _ => None,
        }
    }

    /// The status of the page that tells it.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Unknown | Self::WrongIssuer | Self::CodeRefused => StatusCode::BAD_REQUEST,
            Self::Declined
            | Self::Unmet
            | Self::InvalidProof(_)
            | Self::Groups(_)
            | Self::NotAdmitted(_) => StatusCode::FORBIDDEN,
            Self::Misconfigured => StatusCode::BAD_GATEWAY,
            Self::ProviderUnavailable | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether it is the person, or somebody in their place, who was refused; else something
    /// of ours or the provider's does not work.
    pub(super) const fn is_refusal(self) -> bool {
        !matches!(self, Self::ProviderUnavailable | Self::Unavailable)
    }
}

impl From<IdTokenFault> for SignInError {
    fn from(fault: IdTokenFault) -> Self {
        tracing::warn!(%fault, "an ID token was refused");
        Self::InvalidProof(fault)
    }
}

impl From<tower_sessions::session::Error> for SignInError {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "the session cannot be kept");
        Self::Unavailable
    }
}

impl From<ServiceError> for SignInError {
    fn from(error: ServiceError) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a sign-in cannot be recorded"
        );
        Self::Unavailable
    }
}
