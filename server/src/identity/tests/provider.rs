//! A small OpenID provider on loopback, whose answers a test can spoil.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use axum::{
    Json, Router,
    extract::{Form, State},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use rsa::{RsaPrivateKey, pkcs1::EncodeRsaPrivateKey as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The code that every sign-in earns.
pub(super) const CODE: &str = "the-code";

/// Two keys: making one takes a while, and a test of a change of keys needs no more.
static KEYS: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| [make_key(), make_key()]);

fn make_key() -> Vec<u8> {
    let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).expect("a key");
    key.to_pkcs1_der().expect("DER").as_bytes().to_vec()
}

/// What a test can change.
pub(super) struct Behaviour {
    /// Which key signs.
    pub signing_key: usize,
    /// Which key is published.
    pub published_key: usize,
    /// The PKCE challenge of the sign-in under way.
    pub challenge: String,
    /// The claims of the next ID token.
    pub claims: Value,
    /// The answer of the userinfo endpoint.
    pub user_info: Value,
}

/// The provider.
#[derive(Clone)]
pub(super) struct FakeProvider {
    /// Its name and address.
    pub issuer: String,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl FakeProvider {
    /// Listens on a free port of this machine.
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let provider = Self {
            issuer: format!("http://{address}"),
            behaviour: Arc::new(Mutex::new(Behaviour {
                signing_key: 0,
                published_key: 0,
                challenge: String::new(),
                claims: Value::Null,
                user_info: Value::Null,
            })),
        };
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        provider
    }

    /// Changes how it behaves.
    pub(super) fn set(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.behaviour.lock().expect("no test panicked here"));
    }
}

async fn metadata(State(provider): State<FakeProvider>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "end_session_endpoint": format!("{issuer}/end_session"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(provider): State<FakeProvider>) -> Json<Value> {
    let index = provider.behaviour.lock().expect("unpoisoned").published_key;
    let mut key = Jwk::from_encoding_key(&encoding_key(index), Algorithm::RS256).expect("a JWK");
    key.common.key_id = Some(index.to_string());
    Json(json!({ "keys": [key] }))
}

fn encoding_key(index: usize) -> EncodingKey {
    EncodingKey::from_rsa_der(&KEYS[index])
}

async fn token(
    State(provider): State<FakeProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let behaviour = provider.behaviour.lock().expect("unpoisoned");
    let verifier = form.get("code_verifier").map_or("", String::as_str);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let ours = headers.contains_key(header::AUTHORIZATION)
        && form.get("code").is_some_and(|code| code == CODE)
        && challenge == behaviour.challenge;
    if !ours {
        let error = Json(json!({"error": "invalid_grant"}));
        return (StatusCode::BAD_REQUEST, error).into_response();
    }
    let mut head = Header::new(Algorithm::RS256);
    head.kid = Some(behaviour.signing_key.to_string());
    let key = encoding_key(behaviour.signing_key);
    let id_token = jsonwebtoken::encode(&head, &behaviour.claims, &key).expect("a token");
    Json(json!({
        "access_token": "an-access-token",
        "token_type": "Bearer",
        "expires_in": 60,
        "id_token": id_token,
    }))
    .into_response()
}

async fn user_info(State(provider): State<FakeProvider>) -> Json<Value> {
    Json(
        provider
            .behaviour
            .lock()
            .expect("unpoisoned")
            .user_info
            .clone(),
    )
}
