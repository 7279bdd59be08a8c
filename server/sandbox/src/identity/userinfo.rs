//! The userinfo endpoint (`OpenID` Connect Core section 5.3).

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Provider;

/// `GET /userinfo`, `POST /userinfo`
pub(super) async fn claims(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    let person = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .and_then(|token| provider.grants().person_of(token, Instant::now()));
    match person {
        Some(person) => Json(json!({
            "sub": person.subject,
            "name": person.name,
            "email": person.email,
            "email_verified": true,
            "groups": person.groups,
        }))
        .into_response(),
        None => (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")],
        )
            .into_response(),
    }
}
