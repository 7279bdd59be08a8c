//! The provider's word that somebody signed out there (`OpenID` Connect Back-Channel Logout
//! 1.0): a signed token, sent from server to server.

use axum::{
    Json,
    extract::{Form, State, rejection::FormRejection},
    response::{IntoResponse as _, Response},
};
use domain::{EventName, Timestamp};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::Logout;

use super::{Identity, error::SignInError};
use crate::{
    proof::{ProofFault, SignedToken},
    services::{Refusal, ServiceError},
};

/// Where the provider sends its token.
pub(super) const PATH: &str = "/signin/backchannel-logout";

/// Says what a token is for (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A logout token is sent right away; older ones say nothing about now.
const AGE_SECONDS: i64 = 120;
/// How far the provider's clock may be off ours.
const SKEW_SECONDS: i64 = 60;
/// The longest `jti`, `sid` and `sub`.
const NAME_MAXIMUM: usize = 256;

/// What the provider sends (section 2.5).
#[derive(Deserialize)]
pub(super) struct Word {
    logout_token: String,
}

/// Why a logout token does not count.
#[derive(Debug, thiserror::Error)]
enum LogoutError {
    /// Not a form with a token.
    #[error("there is no logout token")]
    Missing,
    /// Its form, header or signature.
    #[error(transparent)]
    Token(#[from] ProofFault),
    /// A claim is missing, or not what it has to be.
    #[error("`{0}` is wrong")]
    Claim(&'static str),
    /// It was used before.
    #[error("it was used before")]
    Replayed,
    /// The provider's keys or our store cannot be had.
    #[error("it cannot be checked now")]
    Unavailable,
}

impl LogoutError {
    const fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Token(fault) => fault.reason(),
            Self::Claim(name) => name,
            Self::Replayed => "replayed",
            Self::Unavailable => "unavailable",
        }
    }
}

/// `POST /signin/backchannel-logout`
pub(super) async fn sign_out(
    State(identity): State<Identity>,
    form: Result<Form<Word>, FormRejection>,
) -> Response {
    let done = match form {
        Ok(Form(word)) => identity.end_by_provider(&word.logout_token).await,
        Err(_) => Err(LogoutError::Missing),
    };
    match done {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => identity.refuse_logout(&error).await,
    }
}

impl Identity {
    async fn end_by_provider(&self, text: &str) -> Result<(), LogoutError> {
        let token = SignedToken::read(text)?;
        if !matches!(token.kind()?.as_deref(), None | Some("jwt" | "logout+jwt")) {
            return Err(ProofFault::Type.into());
        }
        let keys = self.0.provider.keys_of(&token).await;
        let keys = keys.map_err(|fault| match fault {
            ProofFault::KeysUnavailable => LogoutError::Unavailable,
            fault => fault.into(),
        })?;
        token.verify(&keys)?;
        let identity = &self.0.config.identity;
        let now = self.0.services.now();
        let logout = check(token.claims(), &identity.issuer, &identity.client_id, now)?;
        let ended = self.0.services.sign_out_by_provider(&logout).await;
        ended.map_err(|error| match error {
            ServiceError::Conflict { .. } => LogoutError::Replayed,
            error => {
                let _logged = SignInError::from(error);
                LogoutError::Unavailable
            }
        })
    }

    /// Section 2.8: 400 with an error as OAuth writes it.
    async fn refuse_logout(&self, error: &LogoutError) -> Response {
        tracing::warn!(%error, "a logout token was refused");
        if matches!(error, LogoutError::Unavailable) {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let refusal = Refusal {
            event: EventName::LogoutRefused,
            code: "logout_token_invalid",
            run: None,
            subject: "unknown",
            details: json!({ "reason": error.reason() }),
        };
        if let Err(error) = self
            .0
            .services
            .record_refusal(&self.system(), refusal)
            .await
        {
            let _logged = SignInError::from(error);
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let body = json!({
            "error": "invalid_request",
            "error_description": "the logout token does not count",
        });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

/// Section 2.6.
fn check(
    claims: &Map<String, Value>,
    issuer: &str,
    client_id: &str,
    now: Timestamp,
) -> Result<Logout, LogoutError> {
    let now = now.micros().div_euclid(1_000_000);
    if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
        return Err(LogoutError::Claim("iss"));
    }
    if !is_for(claims.get("aud"), client_id) {
        return Err(LogoutError::Claim("aud"));
    }
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let age = time("iat").and_then(|issued| now.checked_sub(issued));
    if !age.is_some_and(|age| (-SKEW_SECONDS..=AGE_SECONDS).contains(&age)) {
        return Err(LogoutError::Claim("iat"));
    }
    // Required since the final version of the specification.
    if time("exp").is_none_or(|expiry| expiry <= now) {
        return Err(LogoutError::Claim("exp"));
    }
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(LogoutError::Claim("events"));
    }
    // So that no ID token passes for one.
    if claims.contains_key("nonce") {
        return Err(LogoutError::Claim("nonce"));
    }
    let (sid, subject) = (name(claims, "sid")?, name(claims, "sub")?);
    if sid.is_none() && subject.is_none() {
        return Err(LogoutError::Claim("sub"));
    }
    Ok(Logout {
        issuer: issuer.to_owned(),
        jti: name(claims, "jti")?.ok_or(LogoutError::Claim("jti"))?,
        sid,
        subject,
    })
}

fn is_for(audience: Option<&Value>, client_id: &str) -> bool {
    match audience {
        Some(Value::String(only)) => only == client_id,
        Some(Value::Array(all)) => {
            all.iter().all(Value::is_string) && all.iter().any(|one| one == client_id)
        }
        _ => false,
    }
}

fn name(claims: &Map<String, Value>, claim: &'static str) -> Result<Option<String>, LogoutError> {
    match claims.get(claim) {
        None => Ok(None),
        Some(Value::String(name)) if !name.is_empty() && name.len() <= NAME_MAXIMUM => {
            Ok(Some(name.clone()))
        }
        Some(_) => Err(LogoutError::Claim(claim)),
    }
}
