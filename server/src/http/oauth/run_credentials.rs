//! The file of credentials that Google's clients read, and the address that it names.
//!
//! It is of the kind `external_account`, which every client of Google's knows
//! (<https://google.aip.dev/auth/4117>): the client fetches a subject token, exchanges it at our
//! token endpoint (RFC 8693), and does so anew whenever the token nears its end.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use domain::RunId;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::TOKEN;
use crate::{http::problem::Problem, services::RunCredentials};

/// Where clients fetch the subject token.
pub const SUBJECT_TOKEN: &str = "/oauth2/subject_token";
/// What kind of token that is.
pub const TOKEN_TYPE: &str = "urn:countersign:params:oauth:token-type:run-credentials";
/// The header in which the file has clients send it.
const HEADER: &str = "x-countersign-credentials";
/// Its name in the answer.
const FIELD: &str = "subject_token";

/// The file.
#[must_use]
pub fn file(public_url: &str, run: RunId, credentials: &RunCredentials) -> Value {
    json!({
        "type": "external_account",
        "audience": format!("{public_url}/runs/{run}"),
        "subject_token_type": TOKEN_TYPE,
        "token_url": format!("{public_url}{TOKEN}"),
        "credential_source": {
            "url": format!("{public_url}{SUBJECT_TOKEN}"),
            "headers": {HEADER: credentials.reveal()},
            "format": {"type": "json", "subject_token_field_name": FIELD},
        },
    })
}

/// `GET /oauth2/subject_token`: what the request itself brings. Clients take a subject token from
/// another file, from a program or from an address, but not from the file that names these: with
/// this address one file is enough. What the secret is worth, the exchange finds out.
pub async fn subject_token(headers: HeaderMap) -> Response {
    let secret = headers.get(HEADER).and_then(|value| value.to_str().ok());
    match secret {
        Some(secret) => Json(json!({ FIELD: secret })).into_response(),
        None => Problem::new(
            StatusCode::BAD_REQUEST,
            "credentials_missing",
            "There are no credentials",
        )
        .detail("This is for Google's clients with a run's file of credentials.")
        .into_response(),
    }
}
