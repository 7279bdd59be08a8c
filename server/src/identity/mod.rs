//! Sign-in of humans: OpenID Connect outside, a browser session inside.
//!
//! [`router`] is the one way in for people: it puts the portal's pages behind a sign-in,
//! adds the sign-in itself, and refuses what other sites send. Roles are those of the
//! groups at sign-in, by configuration; nobody has one by default.

mod browser_sessions;
mod claims;
mod error;
mod guard;
mod notice;
mod provider;
mod return_to;
mod session;
mod sign_in;
mod sign_out;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use store::Store;
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

use crate::{
    config::Config,
    context::Clock,
    http::{
        assets,
        security::{BrowserRules, refuse_cross_site},
    },
};
use browser_sessions::BrowserSessions;
use provider::Provider;

pub use error::SetUpError;

/// Everything that sign-in needs.
#[derive(Clone)]
pub struct Identity(Arc<Parts>);

struct Parts {
    config: Config,
    provider: Provider,
    store: Store,
    clock: Arc<dyn Clock>,
    stylesheet: Option<String>,
}

impl Identity {
    /// Prepares sign-in; the provider is first called when somebody signs in.
    ///
    /// # Errors
    /// When an address of the configuration cannot be used.
    pub fn new(config: &Config, store: Store, clock: Arc<dyn Clock>) -> Result<Self, SetUpError> {
        Ok(Self(Arc::new(Parts {
            provider: Provider::new(config, Arc::clone(&clock))?,
            stylesheet: assets::stylesheet(&config.server.site_root),
            config: config.clone(),
            store,
            clock,
        })))
    }

    /// `__Host-` binds the cookie to this very host; browsers want TLS for it.
    fn cookie_name(&self) -> &'static str {
        if self.0.config.server.is_https() {
            "__Host-countersign"
        } else {
            "countersign"
        }
    }

    /// What makes a browser forget the cookie. Without `Secure`, as the session layer writes
    /// it, browsers would ignore it for a `__Host-` cookie.
    fn cookie_removal(&self) -> String {
        let secure = if self.0.config.server.is_https() {
            "; Secure"
        } else {
            ""
        };
        let name = self.cookie_name();
        format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}")
    }

    /// The cookie and the sessions behind it.
    fn sessions(&self) -> SessionManagerLayer<BrowserSessions> {
        let sessions = BrowserSessions::new(
            self.0.store.clone(),
            Arc::clone(&self.0.clock),
            Duration::from_mins(self.0.config.identity.session_idle_minutes.into()),
        );
        SessionManagerLayer::new(sessions)
            .with_name(self.cookie_name())
            .with_secure(self.0.config.server.is_https())
            .with_http_only(true)
            // Strict would keep the cookie away on the way back from the provider.
            .with_same_site(SameSite::Lax)
            // The browser forgets the cookie when it closes; when the session ends is
            // decided here.
            .with_expiry(Expiry::OnSessionEnd)
    }
}

/// The routes of people: `pages` behind a sign-in, and the sign-in itself.
///
/// Handlers of `pages` find [`Person`](crate::context::Person) and
/// [`Context`](crate::context::Context) in the request's extensions. Headers of the answer
/// are the outermost router's affair.
pub fn router(identity: &Identity, pages: Router) -> Router {
    let pages = pages.layer(from_fn_with_state(identity.clone(), guard::require_person));
    let sign_in = Router::new()
        .route("/signin", get(sign_in::begin))
        .route(sign_in::CALLBACK, get(sign_in::finish))
        .route("/signout", post(sign_out::sign_out))
        .route(sign_out::SIGNED_OUT, get(sign_out::signed_out))
        .with_state(identity.clone());
    let rules = BrowserRules::new(&identity.0.config);
    pages
        .merge(sign_in)
        .layer(identity.sessions())
        .layer(from_fn_with_state(rules, refuse_cross_site))
}
