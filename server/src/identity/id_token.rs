//! Checks an ID token: what the `openidconnect` crate checks, and what it leaves open.
//!
//! `OpenID` Connect Core section 3.1.3.7 and RFC 8725. The form, the header and the signature
//! come first (see [`SignedToken`]); then the crate checks issuer, audience, nonce and
//! expiry; then follow `azp`, the ages of token and authentication, and the types of both.

use std::sync::Arc;

use domain::Timestamp;
use openidconnect::{
    ClaimsVerificationError, ClientId, IdTokenVerifier, IssuerUrl, Nonce, core::CoreJsonWebKeySet,
};
use serde_json::{Map, Value};

use super::claims::{IdClaims, IdToken};
use crate::proof::{Algorithm, ProofFault, SignedToken};

/// An ID token is used right away; older ones were not made for this sign-in.
const AGE_SECONDS: i64 = 600;
/// How far the provider's clock may be off ours.
const SKEW_SECONDS: i64 = 60;
/// The longest subject (`OpenID` Connect Core section 2).
const SUBJECT_MAXIMUM: usize = 255;

/// Which rule an ID token breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum IdTokenFault {
    /// The answer has no ID token.
    #[error("there is no ID token")]
    Missing,
    /// Its form, header or signature.
    #[error(transparent)]
    Token(#[from] ProofFault),
    /// A claim that the crate reads has the wrong type, or a required one is missing.
    #[error("the claims cannot be read")]
    Claims,
    /// Another issuer.
    #[error("`iss` is wrong")]
    Issuer,
    /// Not for us.
    #[error("`aud` is wrong")]
    Audience,
    /// Made for another client, or it does not say for which of several.
    #[error("`azp` is wrong")]
    AuthorizedParty,
    /// Not of this sign-in.
    #[error("`nonce` is wrong")]
    Nonce,
    /// Its time is over.
    #[error("`exp` is wrong")]
    Expiry,
    /// Made too long ago, or in the future.
    #[error("`iat` is wrong")]
    IssuedAt,
    /// Its time has not come.
    #[error("`nbf` is wrong")]
    NotBefore,
    /// The person authenticated too long ago, or nobody says when.
    #[error("`auth_time` is wrong")]
    AuthenticationTime,
    /// Nobody, or a name longer than allowed.
    #[error("`sub` is wrong")]
    Subject,
    /// Anything else that the crate refuses.
    #[error("not supported")]
    Unsupported,
}

impl IdTokenFault {
    /// As the ledger names it.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Token(fault) => fault.reason(),
            Self::Claims => "claims",
            Self::Issuer => "iss",
            Self::Audience => "aud",
            Self::AuthorizedParty => "azp",
            Self::Nonce => "nonce",
            Self::Expiry => "exp",
            Self::IssuedAt => "iat",
            Self::NotBefore => "nbf",
            Self::AuthenticationTime => "auth_time",
            Self::Subject => "sub",
            Self::Unsupported => "unsupported",
        }
    }
}

impl From<ClaimsVerificationError> for IdTokenFault {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::Expired(_) => Self::Expiry,
            ClaimsVerificationError::InvalidAudience(_) => Self::Audience,
            ClaimsVerificationError::InvalidIssuer(_) => Self::Issuer,
            ClaimsVerificationError::InvalidNonce(_) => Self::Nonce,
            ClaimsVerificationError::InvalidSubject(_) => Self::Subject,
            ClaimsVerificationError::SignatureVerification(_) => Self::Token(ProofFault::Signature),
            _ => Self::Unsupported,
        }
    }
}

/// What the token has to be.
pub(super) struct Expected<'a> {
    /// Who made it.
    pub issuer: &'a IssuerUrl,
    /// For whom: us.
    pub client_id: &'a ClientId,
    /// For which sign-in.
    pub nonce: &'a Nonce,
    /// The person authenticated at most so many seconds ago.
    pub maximum_age_seconds: i64,
    /// The time.
    pub now: Timestamp,
}

/// Checks a token with the issuer's keys.
pub(super) fn check(
    text: &str,
    token: &SignedToken<'_>,
    keys: &Arc<CoreJsonWebKeySet>,
    expected: &Expected<'_>,
) -> Result<IdClaims, IdTokenFault> {
    // RFC 8725 section 3.11: an access token (`at+jwt`) is no ID token.
    if token.kind()?.is_some_and(|kind| kind != "jwt") {
        return Err(ProofFault::Type.into());
    }
    token.verify(keys)?;
    let verifier = IdTokenVerifier::new_public_client(
        expected.client_id.clone(),
        expected.issuer.clone(),
        CoreJsonWebKeySet::clone(keys),
    )
    .set_allowed_algs(Algorithm::all())
    // Others may be named beside us; `azp` then has to say that it is for us.
    .set_other_audience_verifier_fn(|_| true);
    let parsed: IdToken = text.parse().map_err(|_| IdTokenFault::Claims)?;
    let claims = parsed.into_claims(&verifier, expected.nonce)?;
    check_party(token.claims(), &claims, expected.client_id)?;
    check_times(token.claims(), expected)?;
    if token
        .claims()
        .get("sid")
        .is_some_and(|sid| !sid.is_string())
    {
        return Err(IdTokenFault::Claims);
    }
    match claims.subject().as_str() {
        "" => Err(IdTokenFault::Subject),
        subject if subject.len() > SUBJECT_MAXIMUM => Err(IdTokenFault::Subject),
        _ => Ok(claims),
    }
}

/// Steps 4 and 5 of `OpenID` Connect Core section 3.1.3.7.
fn check_party(
    raw: &Map<String, Value>,
    claims: &IdClaims,
    client_id: &ClientId,
) -> Result<(), IdTokenFault> {
    match raw.get("azp") {
        Some(Value::String(party)) if party == client_id.as_str() => Ok(()),
        None if claims.audiences().len() == 1 => Ok(()),
        _ => Err(IdTokenFault::AuthorizedParty),
    }
}

/// By our own clock, and only as whole seconds.
fn check_times(raw: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    let now = expected.now.micros().div_euclid(1_000_000);
    let time = |name: &str| raw.get(name).and_then(Value::as_i64);
    if time("exp").is_none_or(|expiry| expiry <= now) {
        return Err(IdTokenFault::Expiry);
    }
    if !was_within(time("iat"), now, AGE_SECONDS) {
        return Err(IdTokenFault::IssuedAt);
    }
    if raw.contains_key("nbf") && time("nbf").is_none_or(|from| from > now + SKEW_SECONDS) {
        return Err(IdTokenFault::NotBefore);
    }
    if !was_within(time("auth_time"), now, expected.maximum_age_seconds) {
        return Err(IdTokenFault::AuthenticationTime);
    }
    Ok(())
}

/// Whether it happened at most so many seconds ago, give or take the clocks.
fn was_within(time: Option<i64>, now: i64, seconds: i64) -> bool {
    let age = time.and_then(|time| now.checked_sub(time));
    age.is_some_and(|age| (-SKEW_SECONDS..=seconds + SKEW_SECONDS).contains(&age))
}
