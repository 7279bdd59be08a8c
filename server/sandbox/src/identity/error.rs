//! How the provider says no.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::grants::NoRandomness;
use super::page;

/// A refusal of the token endpoint (RFC 6749 section 5.2).
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenError {
    #[error("{0}")]
    InvalidRequest(&'static str),
    #[error("the client is unknown or its secret is wrong")]
    InvalidClient,
    #[error("{0}")]
    InvalidGrant(&'static str),
    #[error("only authorization_code is supported")]
    UnsupportedGrantType,
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error("the ID token could not be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

impl TokenError {
    fn code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::InvalidGrant(_) => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::NoRandomness(_) | Self::Signing(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "server_error")
            }
        }
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, code) = self.code();
        let body = Json(json!({ "error": code, "error_description": self.to_string() }));
        let mut response = (status, [(header::CACHE_CONTROL, "no-store")], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Basic realm=\"sandbox\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// A refusal shown to the person, because there is no trusted address to send it to.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    #[error("{0}")]
    Request(&'static str),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Request(_) => StatusCode::BAD_REQUEST,
            Self::NoRandomness(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (
            status,
            page::message("This did not work", &self.to_string()),
        )
            .into_response()
    }
}
