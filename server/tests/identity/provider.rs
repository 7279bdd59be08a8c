//! A small OpenID provider on loopback, whose answers a test can spoil.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    extract::{Form, State},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::forgery;

/// The code that every sign-in earns.
pub const CODE: &str = "the-code";

/// What a test can change.
pub struct Behaviour {
    /// Which key signs.
    pub signing_key: usize,
    /// Which key is published.
    pub published_key: usize,
    /// The PKCE challenge of the sign-in under way.
    pub challenge: String,
    /// The claims of the next ID token.
    pub claims: Value,
    /// The next ID token itself, instead of one with these claims.
    pub id_token: Option<String>,
    /// The whole next answer of the token endpoint, instead of one with an ID token.
    pub answer: Option<String>,
    /// The answer of the userinfo endpoint.
    pub user_info: Value,
    /// How often somebody asked for the keys.
    pub key_requests: usize,
}

/// The provider.
#[derive(Clone)]
pub struct FakeProvider {
    /// Its name and address.
    pub issuer: String,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl FakeProvider {
    /// Listens on a free port of this machine.
    pub async fn start() -> Self {
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
                id_token: None,
                answer: None,
                user_info: Value::Null,
                key_requests: 0,
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

    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().expect("no test panicked here")
    }

    /// Changes how it behaves.
    pub fn set(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.behaviour());
    }

    /// How often somebody asked for the keys.
    pub fn key_requests(&self) -> usize {
        self.behaviour().key_requests
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
    let mut behaviour = provider.behaviour();
    behaviour.key_requests += 1;
    Json(json!({ "keys": [forgery::public_key(behaviour.published_key)] }))
}

async fn token(
    State(provider): State<FakeProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut behaviour = provider.behaviour();
    let verifier = form.get("code_verifier").map_or("", String::as_str);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let ours = headers.contains_key(header::AUTHORIZATION)
        && form.get("code").is_some_and(|code| code == CODE)
        && challenge == behaviour.challenge;
    if !ours {
        let error = Json(json!({"error": "invalid_grant"}));
        return (StatusCode::BAD_REQUEST, error).into_response();
    }
    if let Some(answer) = behaviour.answer.take() {
        return ([(header::CONTENT_TYPE, "application/json")], answer).into_response();
    }
    let id_token = behaviour.id_token.take();
    let signed = || forgery::signed(behaviour.signing_key, &behaviour.claims);
    Json(json!({
        "access_token": "an-access-token",
        "token_type": "Bearer",
        "expires_in": 60,
        "id_token": id_token.unwrap_or_else(signed),
    }))
    .into_response()
}

async fn user_info(State(provider): State<FakeProvider>) -> Json<Value> {
    Json(provider.behaviour().user_info.clone())
}
