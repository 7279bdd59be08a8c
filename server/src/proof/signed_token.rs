//! Signed tokens (JWT in compact form, RFC 7519 and RFC 7515), read strictly before anything
//! in them is believed (RFC 8725).
//!
//! Only asymmetric algorithms count, a token never names the key that it is checked with,
//! and a token that two readers could understand differently is refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKey as _, JsonWebKeyAlgorithm, JsonWebKeyId, JsonWebKeyUse, JwsSigningAlgorithm as _,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm},
};
use serde_json::{Map, Value};

use super::{ProofFault, strict_json};

/// The longest token that is read, in bytes.
const LENGTH_MAXIMUM: usize = 16 * 1024;
/// The longest name of a key, in bytes.
const KEY_ID_MAXIMUM: usize = 256;

/// Header members that bring a key along or change how a token is read.
const FORBIDDEN_HEADERS: [&str; 9] = [
    "jku", "jwk", "x5u", "x5c", "crit", "b64", "cty", "zip", "enc",
];

/// A signature that may count. All have public keys: a token signed with a shared secret, or
/// with a public key taken for one, is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
}

impl Algorithm {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::ES256),
            "PS256" => Some(Self::PS256),
            "RS256" => Some(Self::RS256),
            _ => None,
        }
    }

    /// Every one of them, as the `openidconnect` crate names it.
    pub(crate) fn all() -> [CoreJwsSigningAlgorithm; 3] {
        [Self::ES256, Self::PS256, Self::RS256].map(Self::core)
    }

    const fn core(self) -> CoreJwsSigningAlgorithm {
        match self {
            Self::ES256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            Self::PS256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            Self::RS256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        }
    }
}

/// A token of good form. Its claims are worth nothing before its signature is checked.
pub struct SignedToken<'a> {
    text: &'a str,
    signed: &'a str,
    signature: Vec<u8>,
    algorithm: Algorithm,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl<'a> SignedToken<'a> {
    /// Reads a token.
    pub fn read(text: &'a str) -> Result<Self, ProofFault> {
        let token = Self::read_with_key(text)?;
        if token.header.contains_key("jwk") {
            return Err(ProofFault::Header);
        }
        Ok(token)
    }

    /// Reads a token whose header may bring its key along.
    pub fn read_with_key(text: &'a str) -> Result<Self, ProofFault> {
        if text.len() > LENGTH_MAXIMUM {
            return Err(ProofFault::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(ProofFault::Form)?;
        let (header, claims) = signed.split_once('.').ok_or(ProofFault::Form)?;
        let header = object(header)?;
        let claims = object(claims)?;
        let forbidden = |name: &&str| *name != "jwk" && header.contains_key(*name);
        if FORBIDDEN_HEADERS.iter().any(forbidden) {
            return Err(ProofFault::Header);
        }
        Ok(Self {
            text,
            signed,
            signature: decode(signature)?,
            algorithm: algorithm(&header)?,
            header,
            claims,
        })
    }

    /// The token as it came.
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// How it says that it is signed.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The header as it stands.
    pub const fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// The claims as they stand.
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The `typ` in lower case without `application/` (RFC 7515 section 4.1.9).
    pub fn kind(&self) -> Result<Option<String>, ProofFault> {
        let Some(kind) = self.header.get("typ") else {
            return Ok(None);
        };
        let kind = kind.as_str().ok_or(ProofFault::Header)?;
        let kind = kind.to_ascii_lowercase();
        let short = kind.strip_prefix("application/").unwrap_or(&kind);
        Ok(Some(short.to_owned()))
    }

    /// Which key is said to have signed it.
    pub fn key_id(&self) -> Result<Option<JsonWebKeyId>, ProofFault> {
        match self.header.get("kid") {
            None => Ok(None),
            Some(Value::String(id)) if id.len() <= KEY_ID_MAXIMUM => {
                Ok(Some(JsonWebKeyId::new(id.clone())))
            }
            Some(_) => Err(ProofFault::Header),
        }
    }

    /// Checks the signature with the one key of the set that fits.
    pub fn verify(&self, keys: &CoreJsonWebKeySet) -> Result<(), ProofFault> {
        let wanted = self.key_id()?;
        let mut fitting = keys
            .keys()
            .iter()
            .filter(|key| self.fits(key, wanted.as_ref()));
        let (Some(key), None) = (fitting.next(), fitting.next()) else {
            return Err(ProofFault::Key);
        };
        self.verify_with(key)
    }

    /// Checks the signature with this key.
    pub fn verify_with(&self, key: &CoreJsonWebKey) -> Result<(), ProofFault> {
        key.verify_signature(
            &self.algorithm.core(),
            self.signed.as_bytes(),
            &self.signature,
        )
        .map_err(|_| ProofFault::Signature)
    }

    fn fits(&self, key: &CoreJsonWebKey, wanted: Option<&JsonWebKeyId>) -> bool {
        let algorithm = match key.signing_alg() {
            JsonWebKeyAlgorithm::Algorithm(only) => *only == self.algorithm.core(),
            JsonWebKeyAlgorithm::Unspecified => true,
            JsonWebKeyAlgorithm::Unsupported => false,
        };
        (wanted.is_none() || wanted == key.key_id())
            && key.key_use().is_none_or(JsonWebKeyUse::allows_signature)
            && algorithm
            && self.algorithm.core().key_type().as_ref() == Some(key.key_type())
    }
}

/// Without padding and without loose bits at the end: one text for one value.
pub(super) fn decode(part: &str) -> Result<Vec<u8>, ProofFault> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| ProofFault::Form)
}

fn object(part: &str) -> Result<Map<String, Value>, ProofFault> {
    strict_json::object(&decode(part)?).map_err(|_| ProofFault::Json)
}

fn algorithm(header: &Map<String, Value>) -> Result<Algorithm, ProofFault> {
    let named = header.get("alg").and_then(Value::as_str);
    named
        .and_then(Algorithm::from_name)
        .ok_or(ProofFault::Algorithm)
}
