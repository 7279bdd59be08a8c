//! A client's proof, for one request, that it holds a key (`DPoP`, RFC 9449).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Timestamp;
use openidconnect::core::{CoreJsonCurveType, CoreJsonWebKey};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{
    Once, ProofFault,
    claims::{SKEW_SECONDS, optional_text, text, time},
    signed_token::{Algorithm, SignedToken, decode},
};

/// A proof is made for one request; older ones were made for another.
const AGE_SECONDS: i64 = 60;
/// The length of a coordinate on P-256, in bytes.
const COORDINATE_LENGTH: usize = 32;
/// Members of private or symmetric keys (RFC 7518 section 6): who sends one has lost it.
const SECRET_MEMBERS: [&str; 8] = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];

/// The request that a proof has to be for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its address as the client wrote it; query and fragment do not count.
    pub address: &'a Url,
    /// The token that it carries, if it carries one.
    pub token: Option<&'a str>,
    /// When it came.
    pub now: Timestamp,
}

/// A proof that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyProof {
    /// The key's SHA-256 thumbprint in base64url (RFC 7638), `jkt` of a token bound to it.
    pub thumbprint: String,
    /// The proof counts once.
    pub once: Once,
    /// The nonce that it carries, if it carries one.
    pub nonce: Option<String>,
}

impl KeyProof {
    /// Checks a proof against the request that it came with (RFC 9449 section 4.3).
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(text: &str, request: &Request<'_>) -> Result<Self, ProofFault> {
        let proof = SignedToken::read_with_key(text)?;
        if proof.kind()?.as_deref() != Some("dpop+jwt") {
            return Err(ProofFault::Type);
        }
        if proof.algorithm() != Algorithm::ES256 {
            return Err(ProofFault::Algorithm);
        }
        let (key, thumbprint) = public_key(proof.header())?;
        proof.verify_with(&key)?;
        let until = check_claims(proof.claims(), request)?;
        let id = super::claims::text(proof.claims(), "jti").ok_or(ProofFault::Claims)?;
        Ok(Self {
            once: Once::new(&thumbprint, id, until),
            nonce: optional_text(proof.claims(), "nonce")?.map(str::to_owned),
            thumbprint,
        })
    }
}

/// The key of the header with its thumbprint. Only P-256: every client library has it.
fn public_key(header: &Map<String, Value>) -> Result<(CoreJsonWebKey, String), ProofFault> {
    let key = header.get("jwk").and_then(Value::as_object);
    let key = key.ok_or(ProofFault::Header)?;
    let member = |name: &str| key.get(name).and_then(Value::as_str);
    if SECRET_MEMBERS.iter().any(|name| key.contains_key(*name))
        || member("kty") != Some("EC")
        || member("crv") != Some("P-256")
    {
        return Err(ProofFault::Header);
    }
    let (x, y) = (coordinate(member("x"))?, coordinate(member("y"))?);
    let canonical = format!(
        r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
        URL_SAFE_NO_PAD.encode(&x),
        URL_SAFE_NO_PAD.encode(&y)
    );
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(canonical));
    let key = CoreJsonWebKey::new_ec(x, y, CoreJsonCurveType::P256, None);
    Ok((key, thumbprint))
}

/// Of full length: `x` and `y` of other lengths could be cut differently out of one point.
fn coordinate(text: Option<&str>) -> Result<Vec<u8>, ProofFault> {
    let bytes = decode(text.ok_or(ProofFault::Header)?).map_err(|_| ProofFault::Header)?;
    if bytes.len() == COORDINATE_LENGTH {
        Ok(bytes)
    } else {
        Err(ProofFault::Header)
    }
}

/// Returns when the proof is refused by its age.
fn check_claims(
    claims: &Map<String, Value>,
    request: &Request<'_>,
) -> Result<Timestamp, ProofFault> {
    if text(claims, "htm") != Some(request.method) {
        return Err(ProofFault::Method);
    }
    if text(claims, "htu").and_then(address) != Some(without_query(request.address.clone())) {
        return Err(ProofFault::Address);
    }
    let made = time(claims, "iat").ok_or(ProofFault::IssuedAt)?;
    let until = made.plus_seconds(AGE_SECONDS + SKEW_SECONDS);
    if made > request.now.plus_seconds(SKEW_SECONDS) || until <= request.now {
        return Err(ProofFault::IssuedAt);
    }
    let hash = |token| URL_SAFE_NO_PAD.encode(Sha256::digest(token));
    if let Some(token) = request.token
        && text(claims, "ath") != Some(&hash(token))
    {
        return Err(ProofFault::TokenHash);
    }
    Ok(until)
}

/// Normalised: default ports, upper case and dot segments are no difference.
fn address(text: &str) -> Option<Url> {
    let address = Url::parse(text).ok()?;
    let anonymous = address.username().is_empty() && address.password().is_none();
    anonymous.then(|| without_query(address))
}

fn without_query(mut address: Url) -> Url {
    address.set_query(None);
    address.set_fragment(None);
    address
}
