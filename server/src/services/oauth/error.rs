//! Why no run was opened, or no answer given, at the OAuth door.

use store::StoreError;

use crate::{proof::ProofFault, services::ServiceError};

/// Whose proof it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proved {
    /// The workload that authenticates the client, `client_assertion`.
    Client,
    /// The person, `subject_token`.
    Subject,
    /// The workload that acts for them, `actor_token`.
    Actor,
    /// The client's key, `DPoP`.
    Key,
}

impl Proved {
    /// As codes begin.
    const fn name(self) -> &'static str {
        match self {
            Self::Client => "client_assertion",
            Self::Subject => "subject_token",
            Self::Actor => "actor_token",
            Self::Key => "dpop",
        }
    }
}

/// Why no run was opened, or no answer given. Texts say what to change; they never quote
/// what was sent.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The body is not a form.
    #[error("send the parameters as application/x-www-form-urlencoded")]
    NotAForm,
    /// The body is too long or did not arrive whole.
    #[error("the body is too long or did not arrive whole")]
    Unreadable,
    /// A parameter stands twice.
    #[error("send each parameter once")]
    RepeatedParameter,
    /// A parameter is missing.
    #[error("the parameter `{name}` is missing")]
    MissingParameter {
        /// Its name.
        name: &'static str,
    },
    /// A parameter has a value that is not accepted.
    #[error("the parameter `{name}` has a value that is not accepted here")]
    BadParameter {
        /// Its name.
        name: &'static str,
    },
    /// Neither of the two grants.
    #[error("this grant is not offered here")]
    UnsupportedGrant,
    /// `resource` does not name this program (RFC 8707).
    #[error("`resource` must be the `resource` of the protected resource metadata")]
    Target,
    /// `authorization_details` cannot be taken (RFC 9396 section 5).
    #[error("authorization_details: {detail}")]
    Details {
        /// What to change.
        detail: &'static str,
    },
    /// A proof breaks a rule.
    #[error("{}: {fault}", whose.name())]
    Proof {
        /// Whose.
        whose: Proved,
        /// Which rule.
        fault: ProofFault,
    },
    /// A proof was used before.
    #[error("{}: it was used before; each counts once", whose.name())]
    Used {
        /// Whose.
        whose: Proved,
    },
    /// There is no proof of a key.
    #[error("send the header `DPoP` with a proof of your key (RFC 9449)")]
    KeyMissing,
    /// There are several proofs of keys.
    #[error("send one header `DPoP`")]
    KeyRepeated,
    /// The proof of a key carries no nonce (RFC 9449 section 8).
    #[error("put the nonce of the header `DPoP-Nonce` into the proof, and send it again")]
    NonceMissing,
    /// The proof of a key carries a nonce of long ago, or of somebody else.
    #[error("the nonce is too old; take that of the header `DPoP-Nonce`")]
    NonceUnknown,
    /// No agent, or one that may not act.
    #[error("`client_id` names no agent that may act")]
    UnknownClient,
    /// The agent's registration names no workload.
    #[error("this agent proves itself by no workload; a person opens its runs in the portal")]
    NoWorkload,
    /// The workload is not the one that the agent's registration names.
    #[error("this workload is not the one that the agent's registration names")]
    OtherWorkload {
        /// Whose proof named it.
        whose: Proved,
    },
    /// The person has never signed in here.
    #[error("the person has not signed in to the portal yet, or may not any more")]
    UnknownPerson,
    /// The token no longer lists a group that the person had at the last sign-in.
    #[error("the person has left a group since the last sign-in; sign in to the portal again")]
    GroupsLost,
    /// The person proved too long ago who they are (RFC 9470).
    #[error("the person proved too long ago who they are; let them sign in again")]
    AuthenticationTooOld {
        /// No longer ago than this.
        maximum_seconds: i64,
    },
    /// Nobody knows these credentials of a run, or not any more.
    #[error(
        "these credentials of a run are not known, or others took their place; get a new file \
         from the run's page"
    )]
    UnknownCredentials,
    /// The run of these credentials may not act.
    #[error("{detail}")]
    RunOver {
        /// The stable code.
        code: &'static str,
        /// What to do.
        detail: &'static str,
    },
    /// Nobody knows this code, or not for this client and key.
    #[error("this device code is not known for this client and key")]
    UnknownDeviceCode,
    /// The code was used.
    #[error("this device code was used before")]
    DeviceCodeUsed,
    /// Nobody knows this authorization code, or not for this client, address and verifier.
    #[error("this code is not known for this client, `redirect_uri` and `code_verifier`")]
    UnknownCode,
    /// The authorization code was used: the run that it opened has ended.
    #[error("this code was used before; the run that it opened has been ended")]
    CodeUsed,
    /// Nobody knows this refresh token, or not for this client and key.
    #[error("this refresh token is not known for this client and key")]
    UnknownRefreshToken,
    /// The refresh token was used: its run has ended.
    #[error("this refresh token was used before; its run has been ended")]
    RefreshTokenUsed,
    /// `redirect_uri` is no address of the person's own machine (RFC 8252 section 7.3).
    #[error(
        "`redirect_uri` must be http://127.0.0.1, http://[::1] or http://localhost, at any port"
    )]
    ForeignRedirect,
    /// Something else than a code is asked for.
    #[error("the one `response_type` is code")]
    UnsupportedResponse,
    /// Nobody has decided yet (RFC 8628 section 3.5).
    #[error("nobody has confirmed the code yet")]
    Pending,
    /// Asked too soon.
    #[error("wait longer between two requests: the interval grew by 5 seconds")]
    SlowDown,
    /// The code was not confirmed in time.
    #[error("the code was not confirmed in time; ask for a new one")]
    Expired,
    /// A person said no.
    #[error("a person refused this run")]
    Denied,
    /// Whoever confirmed has no access any more.
    #[error("the person who confirmed has no access any more")]
    PersonGone,
    /// The run may not be opened.
    #[error("{detail}")]
    Opening {
        /// The stable code of the rule.
        code: String,
        /// What the rule says.
        detail: String,
        /// The error code of the RFC by which the run was asked for.
        error: &'static str,
    },
    /// Something of ours failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for GrantError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl GrantError {
    /// What the opening of a run refused, for whoever asked by a grant whose RFC calls that
    /// `error`.
    pub(super) fn opening(refused: ServiceError, error: &'static str) -> Self {
        let (code, error) = match &refused {
            ServiceError::Invalid { field: "scope", .. } => (
                "scope_not_within".to_owned(),
                "invalid_authorization_details",
            ),
            ServiceError::Invalid { field, .. } => (
                format!("{field}_not_accepted"),
                "invalid_authorization_details",
            ),
            ServiceError::Refused { code, .. }
            | ServiceError::Conflict { code, .. }
            | ServiceError::Token { code, .. } => ((*code).to_owned(), error),
            ServiceError::Forbidden(_) => ("forbidden".to_owned(), error),
            _ => return Self::Service(refused),
        };
        Self::Opening {
            code,
            detail: refused.to_string(),
            error,
        }
    }

    /// The error code of the RFCs.
    #[must_use]
    pub const fn error(&self) -> &'static str {
        match self {
            Self::UnsupportedGrant => "unsupported_grant_type",
            Self::UnsupportedResponse => "unsupported_response_type",
            Self::NonceMissing | Self::NonceUnknown => "use_dpop_nonce",
            Self::Target => "invalid_target",
            Self::Details { .. } => "invalid_authorization_details",
            Self::Opening { error, .. } => error,
            Self::Proof {
                whose: Proved::Key, ..
            }
            | Self::Used { whose: Proved::Key }
            | Self::KeyMissing
            | Self::KeyRepeated => "invalid_dpop_proof",
            Self::Proof {
                whose: Proved::Client,
                ..
            }
            | Self::Used {
                whose: Proved::Client,
            }
            | Self::OtherWorkload {
                whose: Proved::Client,
            }
            | Self::UnknownClient => "invalid_client",
            Self::NoWorkload => "unauthorized_client",
            Self::UnknownDeviceCode
            | Self::DeviceCodeUsed
            | Self::UnknownCode
            | Self::CodeUsed
            | Self::UnknownRefreshToken
            | Self::RefreshTokenUsed => "invalid_grant",
            Self::Pending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::Expired => "expired_token",
            Self::Denied | Self::PersonGone => "access_denied",
            Self::Service(_)
            | Self::Proof {
                fault: ProofFault::KeysUnavailable,
                ..
            } => "temporarily_unavailable",
            // RFC 8693 section 2.2.2 wants it for every token that cannot be accepted.
            Self::NotAForm
            | Self::ForeignRedirect
            | Self::Unreadable
            | Self::RepeatedParameter
            | Self::MissingParameter { .. }
            | Self::BadParameter { .. }
            | Self::Proof { .. }
            | Self::Used { .. }
            | Self::OtherWorkload { .. }
            | Self::UnknownPerson
            | Self::UnknownCredentials
            | Self::RunOver { .. }
            | Self::GroupsLost
            | Self::AuthenticationTooOld { .. } => "invalid_request",
        }
    }

    /// The stable code, finer than [`Self::error`].
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::NotAForm => "not_a_form".to_owned(),
            Self::Unreadable => "body_unreadable".to_owned(),
            Self::RepeatedParameter => "parameter_repeated".to_owned(),
            Self::MissingParameter { name } => format!("{name}_missing"),
            Self::BadParameter { name } => format!("{name}_not_accepted"),
            Self::Proof { whose, fault } => format!("{}_{}", whose.name(), fault.reason()),
            Self::Used { whose } => format!("{}_used", whose.name()),
            Self::OtherWorkload { whose } => format!("{}_other_workload", whose.name()),
            Self::KeyMissing => "dpop_missing".to_owned(),
            Self::KeyRepeated => "dpop_repeated".to_owned(),
            Self::NonceMissing => "dpop_nonce_missing".to_owned(),
            Self::NonceUnknown => "dpop_nonce_unknown".to_owned(),
            Self::UnknownClient => "client_unknown".to_owned(),
            Self::NoWorkload => "client_without_workload".to_owned(),
            Self::UnknownPerson => "person_unknown".to_owned(),
            Self::UnknownCredentials => "credentials_unknown".to_owned(),
            Self::RunOver { code, .. } => (*code).to_owned(),
            Self::PersonGone => "person_gone".to_owned(),
            Self::GroupsLost => "groups_lost".to_owned(),
            Self::AuthenticationTooOld { .. } => "authentication_too_old".to_owned(),
            Self::UnknownDeviceCode => "device_code_unknown".to_owned(),
            Self::DeviceCodeUsed => "device_code_used".to_owned(),
            Self::UnknownCode => "code_unknown".to_owned(),
            Self::CodeUsed => "code_used".to_owned(),
            Self::UnknownRefreshToken => "refresh_token_unknown".to_owned(),
            Self::RefreshTokenUsed => "refresh_token_used".to_owned(),
            Self::ForeignRedirect => "redirect_uri_foreign".to_owned(),
            Self::Opening { code, .. } => code.clone(),
            Self::Service(error) => error.code().to_owned(),
            Self::UnsupportedGrant
            | Self::UnsupportedResponse
            | Self::Target
            | Self::Details { .. }
            | Self::Pending
            | Self::SlowDown
            | Self::Expired
            | Self::Denied => self.error().to_owned(),
        }
    }

    /// Whether it is the end of an attempt, and not only a "not yet".
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            // A client's first proof cannot carry a nonce yet.
            Self::NonceMissing | Self::Pending | Self::SlowDown | Self::Service(_) => false,
            _ => true,
        }
    }
}
