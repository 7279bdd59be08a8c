//! Issuers on loopback whose tokens a test can spoil, and clients with keys of their own.

use std::sync::{Arc, LazyLock, Mutex};

use axum::{Json, Router, extract::State, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Timestamp;
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use rand::random;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody nobody trusts.
pub static STRANGER: LazyLock<Key> = LazyLock::new(|| Key::new("stranger"));

/// Base64url without padding, as every part of a token is written.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The text that [`encode`] was given.
pub fn decode(part: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    String::from_utf8(bytes).expect("text")
}

/// Seconds since 1970, as tokens write time.
pub fn seconds(time: Timestamp) -> i64 {
    time.micros().div_euclid(1_000_000)
}

/// A key on P-256.
#[derive(Clone)]
pub struct Key {
    id: String,
    key: SigningKey,
}

impl Key {
    /// A new one.
    pub fn new(id: &str) -> Self {
        let key = std::iter::repeat_with(random::<[u8; 32]>)
            .find_map(|bytes| SigningKey::from_slice(&bytes).ok());
        Self {
            id: id.to_owned(),
            key: key.expect("a key"),
        }
    }

    /// Its public half.
    pub fn public(&self) -> Value {
        let point = self.key.verifying_key().to_encoded_point(false);
        json!({
            "kty": "EC",
            "crv": "P-256",
            "x": encode(point.x().expect("x")),
            "y": encode(point.y().expect("y")),
        })
    }

    /// RFC 7638.
    pub fn thumbprint(&self) -> String {
        let public = self.public();
        let text = |name: &str| public[name].as_str().expect("a coordinate").to_owned();
        let canonical = format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
            text("x"),
            text("y")
        );
        encode(Sha256::digest(canonical))
    }

    fn sign(&self, message: &str) -> String {
        let signature: Signature = self.key.sign(message.as_bytes());
        encode(signature.to_bytes())
    }
}

/// A token before it is signed, for a test to spoil.
#[derive(Clone)]
pub struct Draft {
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
    /// Who signs; nobody leaves the signature out.
    pub signer: Option<Key>,
    /// The header's text, where it is not to be the header's.
    pub header_text: Option<String>,
    /// The claims' text, where it is not to be the claims'.
    pub claims_text: Option<String>,
    /// What happens to the signed text.
    pub afterwards: fn(String) -> String,
}

impl Draft {
    /// A token that nothing is wrong with, as far as its signature goes.
    pub fn new(signer: &Key, typ: &str, claims: Value) -> Self {
        Self {
            header: json!({ "alg": "ES256", "typ": typ, "kid": signer.id }),
            claims,
            signer: Some(signer.clone()),
            header_text: None,
            claims_text: None,
            afterwards: |text| text,
        }
    }

    /// The token.
    pub fn text(&self) -> String {
        let text = |text: &Option<String>, value: &Value| text.clone().unwrap_or(value.to_string());
        let header = encode(text(&self.header_text, &self.header));
        let claims = encode(text(&self.claims_text, &self.claims));
        let signed = format!("{header}.{claims}");
        let signature = self.signer.as_ref().map(|key| key.sign(&signed));
        (self.afterwards)(format!("{signed}.{}", signature.unwrap_or_default()))
    }

    /// Takes a claim away.
    pub fn without(&mut self, claim: &str) {
        let claims = self.claims.as_object_mut().expect("an object");
        claims.remove(claim).expect("the claim");
    }
}

/// An issuer.
#[derive(Clone)]
pub struct FakeIssuer {
    /// Its name and address.
    pub address: String,
    /// What it signs with.
    pub key: Key,
    published: Arc<Mutex<Vec<Key>>>,
    asked: Arc<Mutex<usize>>,
}

impl FakeIssuer {
    /// Listens on a free port of this machine.
    pub async fn start(key_id: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("an address");
        let key = Key::new(key_id);
        let issuer = Self {
            address: format!("http://{address}"),
            published: Arc::new(Mutex::new(vec![key.clone()])),
            key,
            asked: Arc::default(),
        };
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(keys))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        issuer
    }

    /// Signs with another key from now on, and publishes no other.
    pub fn rotate(&mut self, key_id: &str) {
        self.key = Key::new(key_id);
        *self.published.lock().expect("unpoisoned") = vec![self.key.clone()];
    }

    /// How often its keys were fetched.
    pub fn times_asked(&self) -> usize {
        *self.asked.lock().expect("unpoisoned")
    }
}

async fn discovery(State(issuer): State<FakeIssuer>) -> Json<Value> {
    let address = issuer.address;
    Json(json!({ "issuer": address, "jwks_uri": format!("{address}/jwks") }))
}

async fn keys(State(issuer): State<FakeIssuer>) -> Json<Value> {
    *issuer.asked.lock().expect("unpoisoned") += 1;
    let published = issuer.published.lock().expect("unpoisoned");
    let keys = published.iter().map(|key| {
        let mut public = key.public();
        public["kid"] = key.id.as_str().into();
        public["use"] = "sig".into();
        public
    });
    Json(json!({ "keys": keys.collect::<Vec<_>>() }))
}
