//! Tokens as an honest provider makes them, and as nobody should.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use rsa::{
    RsaPrivateKey,
    pkcs1::{EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _},
    pkcs8::{EncodePublicKey as _, LineEnding},
};
use serde_json::{Value, json};

/// Two keys: making one takes a while, and a test of a change of keys needs no more.
static KEYS: LazyLock<[RsaPrivateKey; 2]> = LazyLock::new(|| [make_key(), make_key()]);

fn make_key() -> RsaPrivateKey {
    RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).expect("a key")
}

fn encoding_key(index: usize) -> EncodingKey {
    let der = KEYS[index].to_pkcs1_der().expect("DER");
    EncodingKey::from_rsa_der(der.as_bytes())
}

/// The public half of a key, as the provider publishes it; its id is its number.
pub fn public_key(index: usize) -> Jwk {
    let mut key = Jwk::from_encoding_key(&encoding_key(index), Algorithm::RS256).expect("a JWK");
    key.common.key_id = Some(index.to_string());
    key
}

/// A public key as bytes that somebody may take for a shared secret.
pub fn public_key_texts() -> [Vec<u8>; 3] {
    let key = KEYS[0].to_public_key();
    let pem = |text: String| text.into_bytes();
    [
        key.to_pkcs1_der().expect("DER").as_bytes().to_vec(),
        pem(key.to_pkcs1_pem(LineEnding::LF).expect("PEM")),
        pem(key.to_public_key_pem(LineEnding::LF).expect("PEM")),
    ]
}

/// The header of an honest token.
pub fn header(key: usize) -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": key.to_string()})
}

/// A token as an honest provider makes it.
pub fn signed(key: usize, claims: &Value) -> String {
    signed_as(Algorithm::RS256, key, &header(key), claims)
}

/// A token with any header, signed with an RSA key.
pub fn signed_as(algorithm: Algorithm, key: usize, header: &Value, claims: &Value) -> String {
    let text = [encoded(header), encoded(claims)].join(".");
    signed_text(algorithm, &encoding_key(key), &text)
}

/// A token with any header, signed with a shared secret.
pub fn shared_secret(secret: &[u8], header: &Value, claims: &Value) -> String {
    let text = [encoded(header), encoded(claims)].join(".");
    signed_text(Algorithm::HS256, &EncodingKey::from_secret(secret), &text)
}

/// A token whose parts are any texts, signed with the provider's own key.
pub fn signed_parts(header: &str, claims: &str) -> String {
    let parts = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    signed_raw(&parts.join("."))
}

/// Any text, signed with the provider's own key.
pub fn signed_raw(text: &str) -> String {
    signed_text(Algorithm::RS256, &encoding_key(0), text)
}

fn signed_text(algorithm: Algorithm, key: &EncodingKey, text: &str) -> String {
    let signature = jsonwebtoken::crypto::sign(text.as_bytes(), key, algorithm);
    format!("{text}.{}", signature.expect("a signature"))
}

/// JSON in base64url.
pub fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}
