//! Sign-in of humans: OpenID Connect outside, a browser session inside.
//!
//! [`router`] is the one way in for people: it puts the portal's pages behind a sign-in,
//! adds the sign-in itself, and refuses what other sites send. Roles are those of the
//! groups at sign-in, by configuration; nobody has one by default.

mod back_channel;
mod browser_sessions;
mod claims;
mod error;
mod form_token;
mod groups;
mod guard;
mod id_token;
mod notice;
mod provider;
mod provider_http;
mod refused;
mod return_to;
mod session;
mod sign_in;
mod sign_out;

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
        rate_limit::{self, RateLimit},
        security::{BrowserRules, refuse_cross_site},
    },
    services::Services,
};
use browser_sessions::BrowserSessions;
use provider::Provider;

pub use error::SetUpError;
pub use form_token::FormToken;

/// Everything that sign-in needs.
#[derive(Clone)]
pub struct Identity(Arc<Parts>);

struct Parts {
    config: Config,
    provider: Provider,
    services: Services,
    store: Store,
    clock: Arc<dyn Clock>,
    stylesheet: Option<String>,
}

impl Identity {
    /// Prepares sign-in; the provider is first called when somebody signs in.
    ///
    /// # Errors
    /// When an address of the configuration cannot be used.
    pub fn new(
        config: &Config,
        services: Services,
        store: Store,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SetUpError> {
        Ok(Self(Arc::new(Parts {
            provider: Provider::new(config, Arc::clone(&clock))?,
            stylesheet: assets::stylesheet(&config.server.site_root),
            config: config.clone(),
            services,
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
/// Handlers of `pages` find [`Person`](crate::context::Person),
/// [`Context`](crate::context::Context) and [`FormToken`] in the request's extensions.
/// Headers of the answer are the outermost router's affair.
pub fn router(identity: &Identity, pages: Router) -> Router {
    let config = &identity.0.config;
    let limit = RateLimit::new(config.limits.sign_ins_per_minute);
    let limited = from_fn_with_state(limit, rate_limit::by_address);
    let pages = pages.layer(from_fn_with_state(identity.clone(), guard::require_person));
    let sign_in = Router::new()
        .route("/signin", get(sign_in::begin))
        .route(sign_in::CALLBACK, get(sign_in::finish))
        .layer(limited.clone())
        .route("/signout", post(sign_out::sign_out))
        .route(sign_out::SIGNED_OUT, get(sign_out::signed_out))
        .with_state(identity.clone());
    let by_cookie = pages
        .merge(sign_in)
        .layer(from_fn_with_state(
            identity.clone(),
            form_token::require_form_token,
        ))
        .layer(identity.sessions())
        .layer(from_fn_with_state(
            BrowserRules::new(config),
            refuse_cross_site,
        ));
    // The provider itself calls here: it has no cookie, and its token is its proof.
    let by_provider = Router::new()
        .route(back_channel::PATH, post(back_channel::sign_out))
        .layer(limited)
        .with_state(identity.clone());
    by_cookie
        .merge(by_provider)
        .layer(from_fn_with_state(identity.clone(), refused::record))
}
