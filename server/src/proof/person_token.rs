//! A person's token of the identity provider, as it comes to the token exchange.

use std::collections::BTreeSet;

use domain::{Digest, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{
    Once, ProofFault,
    claims::{SKEW_SECONDS, check_audience, check_times, optional_text, text, time},
    signed_token::SignedToken,
};

/// No token of a person is made to live longer.
const LIFE_SECONDS: i64 = 12 * 3600;
/// The longest subject (`OpenID` Connect Core section 2).
const SUBJECT_MAXIMUM: usize = 255;

/// The identity provider of the people, from the token exchange's side.
#[derive(Debug, Clone)]
pub struct PersonIssuer {
    /// As it writes itself in `iss`.
    pub issuer: String,
    /// The audience of ID tokens that are for us: our client.
    pub client_id: String,
    /// The audience of access tokens that are for us: our resource.
    pub resource: String,
    /// The claim that lists a person's groups.
    pub groups_claim: String,
}

/// Which token of a person it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonTokenKind {
    /// `OpenID` Connect Core section 2.
    IdToken,
    /// RFC 9068.
    AccessToken,
}

/// A person whom the identity provider has vouched for. The token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonToken {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `sid`, where it says so.
    pub session: Option<String>,
    /// When the person proved who they are there.
    pub authenticated_at: Timestamp,
    /// `acr`, where it says so.
    pub strength: Option<String>,
    /// The groups, where the token lists them.
    pub groups: Option<BTreeSet<String>>,
    /// `jti`, where it has one.
    pub id: Option<String>,
    /// SHA-256 of the token.
    pub digest: Digest,
    /// The token counts once.
    pub once: Once,
}

impl PersonToken {
    /// Believes the claims of a token whose signature has been checked.
    pub(super) fn from_verified(
        token: &SignedToken<'_>,
        kind: PersonTokenKind,
        issuer: &PersonIssuer,
        now: Timestamp,
    ) -> Result<Self, ProofFault> {
        let claims = token.claims();
        match kind {
            PersonTokenKind::IdToken => check_audience(claims, &issuer.client_id)?,
            PersonTokenKind::AccessToken => check_audience(claims, &issuer.resource)?,
        }
        let until = check_times(claims, now, LIFE_SECONDS)?;
        let subject = text(claims, "sub").filter(|subject| subject.len() <= SUBJECT_MAXIMUM);
        let subject = subject.ok_or(ProofFault::Subject)?;
        check_client(claims, kind, subject, &issuer.client_id)?;
        let authenticated_at = time(claims, "auth_time")
            .filter(|at| *at <= now.plus_seconds(SKEW_SECONDS))
            .ok_or(ProofFault::AuthenticationTime)?;
        let digest = Sha256::digest(token.text());
        let id = optional_text(claims, "jti")?.map(str::to_owned);
        let name = id.clone().unwrap_or_else(|| hex::encode(digest));
        Ok(Self {
            issuer: issuer.issuer.clone(),
            subject: subject.to_owned(),
            session: optional_text(claims, "sid")?.map(str::to_owned),
            authenticated_at,
            strength: optional_text(claims, "acr")?.map(str::to_owned),
            groups: groups(claims, &issuer.groups_claim)?,
            id,
            digest: Digest::from_bytes(digest.into()),
            once: Once::new(&issuer.issuer, &name, until),
        })
    }
}

/// RFC 8725 section 3.11: an access token is no ID token, and the other way round.
pub(super) fn check_type(token: &SignedToken<'_>, kind: PersonTokenKind) -> Result<(), ProofFault> {
    let typ = token.kind()?;
    let is_right = match kind {
        PersonTokenKind::IdToken => matches!(typ.as_deref(), None | Some("jwt")),
        PersonTokenKind::AccessToken => typ.as_deref() == Some("at+jwt"),
    };
    is_right.then_some(()).ok_or(ProofFault::Type)
}

/// An ID token names no other party than us; an access token is not a machine's own, whose
/// subject is the client itself (RFC 9068 section 5).
fn check_client(
    claims: &Map<String, Value>,
    kind: PersonTokenKind,
    subject: &str,
    client_id: &str,
) -> Result<(), ProofFault> {
    match kind {
        PersonTokenKind::IdToken => match optional_text(claims, "azp")? {
            Some(party) if party != client_id => Err(ProofFault::Audience),
            _ => Ok(()),
        },
        PersonTokenKind::AccessToken => {
            text(claims, "jti").ok_or(ProofFault::Claims)?;
            let client = text(claims, "client_id").ok_or(ProofFault::Claims)?;
            (client != subject).then_some(()).ok_or(ProofFault::Subject)
        }
    }
}

fn groups(claims: &Map<String, Value>, name: &str) -> Result<Option<BTreeSet<String>>, ProofFault> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let listed = value.as_array().ok_or(ProofFault::Claims)?;
    let texts = listed.iter().map(|group| group.as_str().map(str::to_owned));
    texts
        .collect::<Option<_>>()
        .map(Some)
        .ok_or(ProofFault::Claims)
}
