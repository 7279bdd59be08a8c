//! The header `DPoP`: a client's proof of its key for this one request (RFC 9449).

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use domain::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use crate::{
    proof::{KeyProof, KeyProofRequest},
    services::{GrantError, Services},
};

/// Carries a client's proof.
const PROOF: HeaderName = HeaderName::from_static("dpop");
/// Carries what the client's next proof has to contain.
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The request that a proof has to be for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its method.
    pub method: &'a Method,
    /// The path of its address.
    pub path: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
}

/// Checks the proof, which still has to be used up; none without one.
pub fn check(
    services: &Services,
    place: &Place<'_>,
    token: Option<&str>,
    now: Timestamp,
) -> Result<Option<KeyProof>, GrantError> {
    let mut proofs = place.headers.get_all(PROOF).iter();
    let proof = match (proofs.next(), proofs.next()) {
        (None, _) => return Ok(None),
        (Some(proof), None) => proof.to_str().unwrap_or_default(),
        (Some(_), Some(_)) => return Err(GrantError::KeyRepeated),
    };
    // The address as clients know it; what a proxy made of it does not count.
    let address = format!("{}{}", services.public_url(), place.path);
    let address = Url::parse(&address).map_err(|_| GrantError::Unreadable)?;
    let request = KeyProofRequest {
        method: place.method.as_str(),
        address: &address,
        token,
        now,
    };
    services.check_key_proof(proof, &request).map(Some)
}

/// Checks the proof of a request without a token, and uses it up; returns the key's
/// thumbprint, none without a proof.
pub async fn prove(
    services: &Services,
    place: &Place<'_>,
    now: Timestamp,
) -> Result<Option<String>, GrantError> {
    let Some(proof) = check(services, place, None, now)? else {
        return Ok(None);
    };
    services.use_key_proof(&proof, now).await?;
    Ok(Some(proof.thumbprint))
}

/// Middleware: whoever proves a key is told the nonce of the next proof (RFC 9449 section 8.2).
pub async fn with_nonce(
    State(services): State<Services>,
    request: Request,
    next: Next,
) -> Response {
    let proves = request.headers().contains_key(PROOF);
    let mut response = next.run(request).await;
    if proves && let Ok(nonce) = HeaderValue::from_str(&services.key_nonce(services.now())) {
        response.headers_mut().insert(NONCE, nonce);
    }
    response
}
