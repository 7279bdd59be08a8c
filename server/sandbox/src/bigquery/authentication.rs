//! The bearer token that every request carries.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header::AUTHORIZATION,
    middleware::Next,
    response::Response,
};
use sha2::{Digest, Sha256};

use super::{Failure, Server};
use crate::error::{QueryError, Reason};

/// The only token accepted; kept as its digest.
#[derive(Clone)]
pub struct AccessToken([u8; 32]);

impl AccessToken {
    /// Remembers a token.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// Compares digests, so that the time taken tells nothing of the token.
    fn accepts(&self, token: &str) -> bool {
        self.0 == <[u8; 32]>::from(Sha256::digest(token))
    }
}

/// Lets a request pass when it carries an acceptable token.
pub(super) async fn require_token(
    State(server): State<Arc<Server>>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let token = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty())
        .map(|(_, token)| token.trim());
    let accepted = match (&server.access_token, token) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(expected), Some(token)) => expected.accepts(token),
    };
    if accepted {
        return Ok(next.run(request).await);
    }
    let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.";
    Err(QueryError::new(Reason::AuthenticationError, message).into())
}
