//! The token endpoint: a code, the client's secret and the PKCE verifier become an ID token
//! (`OpenID` Connect Core section 3.1.3).

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderName, header};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

use super::error::TokenError;
use super::grants::{ACCESS_TOKEN_LIFETIME, SignIn};
use super::{Client, Provider};

/// How long an ID token is good for; it is read once, right away.
const ID_TOKEN_LIFETIME: Duration = Duration::minutes(5);

/// The exchange as the client sends it.
#[derive(Deserialize)]
pub(super) struct Exchange {
    grant_type: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// RFC 6749 section 5.1 with the ID token.
#[derive(Serialize)]
pub(super) struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    id_token: String,
}

/// The ID token's claims (`OpenID` Connect Core section 2, and `groups`).
#[derive(Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    azp: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    acr: &'a str,
    amr: &'a [&'a str],
    nonce: &'a str,
    sid: &'a str,
    name: &'a str,
    email: &'a str,
    email_verified: bool,
    groups: &'a [&'a str],
}

type NoStore = [(HeaderName, &'static str); 1];

/// `POST /token`
pub(super) async fn exchange(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    form: Result<Form<Exchange>, FormRejection>,
) -> Result<(NoStore, Json<Tokens>), TokenError> {
    let Form(form) = form.map_err(|_| TokenError::InvalidRequest("the form could not be read"))?;
    authenticate(&provider.settings.client, &headers, &form)?;
    if form.grant_type != "authorization_code" {
        return Err(TokenError::UnsupportedGrantType);
    }
    let sign_in = provider
        .grants()
        .take_code(&form.code, Instant::now())
        .ok_or(TokenError::InvalidGrant(
            "the code is unknown, used or expired",
        ))?;
    check(&form, &sign_in)?;
    let id_token = sign_id_token(&provider, &sign_in)?;
    let access_token = provider
        .grants()
        .issue_access_token(sign_in.person, Instant::now())?;
    let tokens = Tokens {
        access_token,
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
        scope: sign_in.request.scope,
        id_token,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(tokens)))
}

/// RFC 6749 section 2.3.1: by header or by form, and not by both.
fn authenticate(client: &Client, headers: &HeaderMap, form: &Exchange) -> Result<(), TokenError> {
    let (id, secret) = match (headers.get(header::AUTHORIZATION), &form.client_secret) {
        (Some(_), Some(_)) => {
            return Err(TokenError::InvalidRequest(
                "the client authenticated in two ways",
            ));
        }
        (Some(value), None) => value
            .to_str()
            .ok()
            .and_then(basic_credentials)
            .ok_or(TokenError::InvalidClient)?,
        (None, Some(secret)) => (form.client_id.clone().unwrap_or_default(), secret.clone()),
        (None, None) => return Err(TokenError::InvalidClient),
    };
    if id == client.id && same_secret(&secret, &client.secret) {
        Ok(())
    } else {
        Err(TokenError::InvalidClient)
    }
}

/// Both halves are form-encoded before they are joined.
fn basic_credentials(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = joined.split_once(':')?;
    Some((form_decoded(id)?, form_decoded(secret)?))
}

fn form_decoded(text: &str) -> Option<String> {
    let (name, _) = url::form_urlencoded::parse(text.as_bytes()).next()?;
    Some(name.into_owned())
}

/// Compares digests, so that the time taken says nothing about the secret.
fn same_secret(given: &str, expected: &str) -> bool {
    Sha256::digest(given) == Sha256::digest(expected)
}

fn check(form: &Exchange, sign_in: &SignIn) -> Result<(), TokenError> {
    if form.redirect_uri != sign_in.request.redirect_uri {
        return Err(TokenError::InvalidGrant(
            "redirect_uri is not the one of the authorization request",
        ));
    }
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form.code_verifier));
    if challenge != sign_in.request.code_challenge {
        return Err(TokenError::InvalidGrant(
            "code_verifier does not match the code_challenge",
        ));
    }
    Ok(())
}

fn sign_id_token(provider: &Provider, sign_in: &SignIn) -> jsonwebtoken::errors::Result<String> {
    let now = OffsetDateTime::now_utc();
    let person = sign_in.person;
    provider.key.sign(&IdClaims {
        iss: &provider.settings.issuer,
        sub: person.subject,
        aud: &provider.settings.client.id,
        azp: &provider.settings.client.id,
        exp: (now + ID_TOKEN_LIFETIME).unix_timestamp(),
        iat: now.unix_timestamp(),
        auth_time: sign_in.at.unix_timestamp(),
        acr: sign_in.request.acr,
        amr: amr(sign_in.request.acr),
        nonce: &sign_in.request.nonce,
        sid: &sign_in.session,
        name: person.name,
        email: person.email,
        email_verified: true,
        groups: person.groups,
    })
}

/// How the person would have proved who they are (RFC 8176), had this been a real provider.
fn amr(acr: &str) -> &'static [&'static str] {
    if acr.ends_with("/mfa") {
        &["pwd", "hwk", "mfa"]
    } else {
        &["pwd"]
    }
}
