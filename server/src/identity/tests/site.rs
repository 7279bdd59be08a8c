//! A site with a sign-in, and browsers that visit it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Extension, Router,
    body::Body,
    middleware::from_fn,
    response::Response,
    routing::{get, post},
};
use domain::Timestamp;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use store::{EntryRecord, Store};
use tempfile::TempDir;
use tower::ServiceExt as _;
use url::Url;

use super::provider::{CODE, FakeProvider};
use crate::{
    config::Config,
    context::{Clock, Context, Person, SystemClock},
    http::request_id::with_request_id,
    identity::{Identity, router},
};

/// The origin of our pages.
pub(super) const ORIGIN: &str = "http://127.0.0.1:8080";

/// The machine's clock, moved by a test.
#[derive(Default)]
pub(super) struct MovedClock(AtomicI64);

impl MovedClock {
    /// Lets time pass.
    pub(super) fn pass_minutes(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        SystemClock
            .now()
            .plus_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// Countersign's door for people, and the provider behind it.
pub(super) struct Site {
    router: Router,
    /// Signs people in.
    pub provider: FakeProvider,
    /// Keeps the sessions.
    pub store: Store,
    /// Ours.
    pub clock: Arc<MovedClock>,
    _folder: TempDir,
}

impl Site {
    /// Two pages behind a sign-in.
    pub(super) async fn start() -> Self {
        Self::start_at(ORIGIN).await
    }

    /// The same under another public address.
    pub(super) async fn start_at(public_url: &str) -> Self {
        let provider = FakeProvider::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&format!("sqlite://{}/c.db", folder.path().display()))
            .await
            .expect("a store");
        let clock = Arc::new(MovedClock::default());
        let config = Config::without_environment(&format!(
            r#"
            [server]
            public_url = "{public_url}"
            [identity]
            issuer = "{}"
            client_id = "countersign"
            client_secret = "of-the-client"
            [identity.roles]
            approver = ["stewards"]
            auditor = ["auditors"]
            [warehouse]
            project = "p"
            datasets = ["shop"]
            "#,
            provider.issuer
        ));
        let identity = Identity::new(
            &config,
            store.clone(),
            Arc::<MovedClock>::clone(&clock) as Arc<dyn Clock>,
        )
        .expect("an identity");
        let pages = Router::new()
            .route("/approvals", get(who))
            .route("/act", post(async || "done"));
        Self {
            router: router(&identity, pages).layer(from_fn(with_request_id)),
            provider,
            store,
            clock,
            _folder: folder,
        }
    }

    /// A browser without cookies.
    pub(super) fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookie: None,
        }
    }

    /// A browser in which somebody has signed in.
    pub(super) async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let page = self.sign_in(&mut browser, |_| {}).await;
        assert_eq!(page.location(), "/approvals", "{page:?}");
        browser
    }

    /// The way through a sign-in, with claims that a test may spoil.
    pub(super) async fn sign_in(
        &self,
        browser: &mut Browser,
        spoil: impl FnOnce(&mut Value),
    ) -> Page {
        let begun = browser.begin("/approvals").await;
        self.provider.set(|behaviour| {
            behaviour.challenge.clone_from(&begun.challenge);
            behaviour.claims = self.claims(&begun.nonce);
            spoil(&mut behaviour.claims);
        });
        browser.get(&self.callback(&begun.state)).await
    }

    /// The address with the provider's answer.
    pub(super) fn callback(&self, state: &str) -> String {
        let issuer = &self.provider.issuer;
        format!("/signin/callback?code={CODE}&state={state}&iss={issuer}")
    }

    /// What a provider says of a steward.
    pub(super) fn claims(&self, nonce: &str) -> Value {
        let now = SystemClock.now().micros() / 1_000_000;
        json!({
            "iss": self.provider.issuer,
            "sub": "subject-1",
            "aud": "countersign",
            "exp": now + 300,
            "iat": now,
            "auth_time": now - 5,
            "amr": ["pwd", "hwk"],
            "nonce": nonce,
            "name": "Bo Lindqvist",
            "email": "bo@example.com",
            "groups": ["stewards", "others"],
        })
    }

    /// The ledger, newest first.
    pub(super) async fn ledger(&self) -> Vec<EntryRecord> {
        self.store
            .entries_down_from(None, 100)
            .await
            .expect("the ledger")
    }
}

/// Says what the page would know.
async fn who(
    Extension(person): Extension<Person>,
    Extension(context): Extension<Context>,
) -> String {
    assert_eq!(context.person(), Ok(&person));
    assert!(!context.request_id.is_empty());
    let roles: Vec<_> = person.roles.iter().map(|role| role.as_str()).collect();
    format!("{} {} by {}", person.name, roles.join(","), person.method)
}

/// What the provider was asked.
pub(super) struct Begun {
    /// To come back with the answer.
    pub state: String,
    /// To come back in the ID token.
    pub nonce: String,
    /// The hash of the PKCE verifier.
    pub challenge: String,
}

/// A browser: keeps one cookie and follows nothing.
pub(super) struct Browser {
    router: Router,
    /// `name=value`.
    pub cookie: Option<String>,
}

impl Browser {
    /// Begins a sign-in.
    pub(super) async fn begin(&mut self, return_to: &str) -> Begun {
        let page = self.get(&format!("/signin?return_to={return_to}")).await;
        let address = Url::parse(&page.location()).expect("an address");
        let parameter = |wanted: &str| {
            let mut pairs = address.query_pairs();
            let found = pairs.find(|(name, _)| name == wanted);
            found.expect("a parameter").1.into_owned()
        };
        assert_eq!(parameter("code_challenge_method"), "S256");
        assert_eq!(
            parameter("redirect_uri"),
            format!("{ORIGIN}/signin/callback")
        );
        Begun {
            state: parameter("state"),
            nonce: parameter("nonce"),
            challenge: parameter("code_challenge"),
        }
    }

    /// Follows a link.
    pub(super) async fn get(&mut self, path: &str) -> Page {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        self.send(request).await
    }

    /// Sends a form from a page of `origin`.
    pub(super) async fn post(&mut self, path: &str, origin: &str) -> Page {
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::ORIGIN, origin)
            .header(header::REFERER, format!("{origin}/approvals?x=1"));
        self.send(request).await
    }

    /// Sends anything.
    pub(super) async fn send(&mut self, mut request: http::request::Builder) -> Page {
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let page = Page::read(response).await;
        if let Some(set) = &page.set_cookie {
            let pair = set.split(';').next().expect("a cookie");
            let gone = pair.ends_with('=');
            self.cookie = (!gone).then(|| pair.to_owned());
        }
        page
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Page {
    /// Its status.
    pub status: StatusCode,
    /// Its text.
    pub body: String,
    /// The cookie it sets.
    pub set_cookie: Option<String>,
    location: Option<String>,
}

impl Page {
    async fn read(response: Response) -> Self {
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().expect("text").to_owned())
        };
        let (set_cookie, location) = (header(header::SET_COOKIE), header(header::LOCATION));
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 100_000)
            .await
            .expect("a body");
        Self {
            status,
            body: String::from_utf8(body.to_vec()).expect("UTF-8"),
            set_cookie,
            location,
        }
    }

    /// Where it leads.
    pub(super) fn location(&self) -> String {
        self.location.clone().unwrap_or_default()
    }

    /// Whether it leads to the sign-in.
    pub(super) fn asks_to_sign_in(&self) -> bool {
        self.status == StatusCode::SEE_OTHER && self.location().starts_with("/signin?")
    }
}
