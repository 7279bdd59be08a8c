//! An OpenID provider with four sample people, for trying Countersign out.
//!
//! It speaks the ordinary protocol (`OpenID` Connect Core and Discovery, PKCE, RFC 9207,
//! RP-initiated logout), so that a relying party needs only configuration to move to a real
//! provider. What it leaves out is proof of who somebody is: whoever opens the sign-in page
//! chooses a person. There is no session at the provider; every sign-in asks anew.
//!
//! Nothing is kept on disk. The signing key is made at the start, as if it had been rotated.

mod authorize;
mod discovery;
mod error;
mod grants;
mod options;
mod page;
mod people;
mod pipelines;
mod sign_out;
mod signing;
#[cfg(test)]
mod tests;
mod token;
mod userinfo;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post};

use self::grants::Grants;
pub use self::options::Options;
use self::signing::SigningKey;

/// What the operator says about the provider and its one relying party.
pub struct Settings {
    /// The issuer: the address at which clients reach this provider, without a trailing slash.
    pub issuer: String,
    /// The relying party that may ask for sign-ins.
    pub client: Client,
}

/// The registered relying party. It holds a secret, so it cannot be printed.
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`, for `client_secret_basic` and `client_secret_post`.
    pub secret: String,
    /// Where a sign-in may return to; compared character by character.
    pub redirect_uris: Vec<String>,
    /// Where a sign-out may return to; compared character by character.
    pub post_logout_redirect_uris: Vec<String>,
}

/// The running provider.
struct Provider {
    settings: Settings,
    key: SigningKey,
    grants: Mutex<Grants>,
}

impl Provider {
    /// The sign-ins under way. They stay usable when a request panicked while holding them:
    /// each operation on them is a single insert or remove.
    fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The provider's routes, with a new signing key.
///
/// # Errors
/// When the key cannot be made, because the operating system gives no randomness.
pub fn router(settings: Settings) -> anyhow::Result<Router> {
    let provider = Provider {
        settings,
        key: SigningKey::generate()?,
        grants: Mutex::default(),
    };
    Ok(Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(discovery::metadata),
        )
        .route("/jwks", get(discovery::keys))
        .route(
            "/authorize",
            get(authorize::by_query).post(authorize::by_form),
        )
        .route("/authorize/choose", post(authorize::choose))
        .route("/sign-in.css", get(page::style))
        .route("/token", post(token::exchange))
        .route("/userinfo", get(userinfo::claims).post(userinfo::claims))
        .route(
            "/end_session",
            get(sign_out::by_query).post(sign_out::by_form),
        )
        .nest("/pipelines", pipelines::router())
        .with_state(Arc::new(provider)))
}
