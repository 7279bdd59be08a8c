//! A site with a sign-in, and browsers that visit it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{Router, body::Body};
use countersign::{
    config::Config,
    context::{Actor, Clock, Context, SystemClock},
    program,
    services::Services,
};
use domain::Timestamp;
use http::{HeaderMap, Request, StatusCode, header, request::Builder};
use serde_json::{Value, json};
use store::{EntryRecord, Store};
use tempfile::TempDir;
use test_database::TestDatabase;
use tower::ServiceExt as _;
use url::{Url, form_urlencoded};

use super::provider::{CODE, FakeProvider};
use crate::support::{Answer, MailBox, Reply, ScriptedWarehouse, compose};

/// The origin of our pages.
pub const ORIGIN: &str = "http://127.0.0.1:8080";

/// A page for everybody with a role.
pub const PAGE: &str = "/sessions";

/// The machine's clock, moved by a test.
#[derive(Default)]
pub struct MovedClock(AtomicI64);

impl MovedClock {
    /// Lets time pass.
    pub fn pass_minutes(&self, minutes: i64) {
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

/// Countersign as people meet it, and the provider behind it.
pub struct Site {
    router: Router,
    /// Signs people in.
    pub provider: FakeProvider,
    /// The use cases.
    pub services: Services,
    /// Keeps the sessions.
    pub store: Store,
    /// Ours.
    pub clock: Arc<MovedClock>,
    /// BigQuery, which nobody asks anything here.
    pub warehouse: Arc<ScriptedWarehouse>,
    _folder: TempDir,
    _database: TestDatabase,
}

impl Site {
    /// At its usual address.
    pub async fn start() -> Self {
        Self::start_with(ORIGIN, 100_000).await
    }

    /// At another public address.
    pub async fn start_at(public_url: &str) -> Self {
        Self::start_with(public_url, 100_000).await
    }

    /// With so many requests around sign-in a minute.
    pub async fn start_with(public_url: &str, sign_ins_per_minute: u32) -> Self {
        let provider = FakeProvider::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let database = TestDatabase::new().await;
        let config = configuration(
            (&folder, &database),
            &provider,
            public_url,
            sign_ins_per_minute,
        );
        let store = program::open_store(&config.store).await;
        let store = store.expect("a store");
        let clock = Arc::new(MovedClock::default());
        let time: Arc<dyn Clock> = clock.clone();
        let warehouse = Arc::new(ScriptedWarehouse::new(Vec::new(), Reply::orders()));
        let mails = Arc::new(MailBox::default());
        let (services, router) = compose(&config, (&store, &warehouse, &mails, &time)).await;
        Self {
            router,
            provider,
            services,
            store,
            clock,
            warehouse,
            _folder: folder,
            _database: database,
        }
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookie: None,
            form_token: None,
        }
    }

    /// A browser in which somebody has signed in.
    pub async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let page = self.sign_in(&mut browser, |_| {}).await;
        assert_eq!(page.location(), PAGE, "{page:?}");
        browser
    }

    /// The way through a sign-in, with claims that a test may spoil.
    pub async fn sign_in(&self, browser: &mut Browser, spoil: impl FnOnce(&mut Value)) -> Page {
        let begun = browser.begin(PAGE).await;
        self.provider.set(|behaviour| {
            behaviour.challenge.clone_from(&begun.challenge);
            behaviour.claims = self.claims(&begun.nonce);
            spoil(&mut behaviour.claims);
        });
        browser.get(&self.callback(&begun.state)).await
    }

    /// The address with the provider's answer.
    pub fn callback(&self, state: &str) -> String {
        let issuer = &self.provider.issuer;
        format!("/signin/callback?code={CODE}&state={state}&iss={issuer}")
    }

    /// What a provider says of a steward.
    pub fn claims(&self, nonce: &str) -> Value {
        let now = self.clock.now().micros() / 1_000_000;
        json!({
            "iss": self.provider.issuer,
            "sub": "subject-1",
            "aud": "countersign",
            "exp": now + 300,
            "iat": now,
            "auth_time": now - 5,
            "amr": ["pwd", "hwk"],
            "sid": "session-1",
            "nonce": nonce,
            "name": "Bo Lindqvist",
            "email": "bo@example.com",
            "groups": ["stewards", "others"],
        })
    }

    /// Begins a new minute of counting refusals.
    pub async fn forget_refusals(&self) {
        let context = self.system();
        let counted = self.services.record_counted_refusals(&context).await;
        counted.expect("recorded");
    }

    /// A request of the program itself.
    pub fn system(&self) -> Context {
        Context {
            actor: Actor::System,
            request_id: String::new(),
            now: self.clock.now(),
        }
    }

    /// The ledger, newest first.
    pub async fn ledger(&self) -> Vec<EntryRecord> {
        self.store
            .entries_down_from(None, 100)
            .await
            .expect("the ledger")
    }
}

fn configuration(
    (folder, database): (&TempDir, &TestDatabase),
    provider: &FakeProvider,
    public_url: &str,
    sign_ins_per_minute: u32,
) -> Config {
    let text = format!(
        r#"
        [server]
        public_url = "{public_url}"
        site_root = "{folder}/site"
        [store]
        url = "{database}"
        [identity]
        issuer = "{issuer}"
        client_id = "countersign"
        client_secret = "of-the-client"
        [identity.roles]
        approver = ["stewards"]
        auditor = ["auditors"]
        administrator = ["admins"]
        [warehouse]
        project = "demo"
        datasets = ["shop"]
        [limits]
        sign_ins_per_minute = {sign_ins_per_minute}
        "#,
        folder = folder.path().display(),
        database = database.url(),
        issuer = provider.issuer,
    );
    let file = folder.path().join("countersign.toml");
    std::fs::write(&file, text).expect("written");
    Config::load(&file).expect("a configuration")
}

/// What the provider was asked.
pub struct Begun {
    /// All of it.
    pub parameters: std::collections::HashMap<String, String>,
    /// To come back with the answer.
    pub state: String,
    /// To come back in the ID token.
    pub nonce: String,
    /// The hash of the PKCE verifier.
    pub challenge: String,
}

/// A browser: keeps one cookie and follows nothing.
pub struct Browser {
    router: Router,
    /// `name=value`.
    pub cookie: Option<String>,
    /// Of the page that it showed last.
    pub form_token: Option<String>,
}

impl Browser {
    /// Begins a sign-in.
    pub async fn begin(&mut self, return_to: &str) -> Begun {
        self.begin_at(&format!("/signin?return_to={return_to}"))
            .await
    }

    /// Begins a sign-in by this link.
    pub async fn begin_at(&mut self, link: &str) -> Begun {
        let page = self.get(link).await;
        let address = Url::parse(&page.location()).expect("an address");
        let parameters: std::collections::HashMap<String, String> =
            address.query_pairs().into_owned().collect();
        let parameter = |wanted: &str| parameters[wanted].clone();
        assert_eq!(parameter("code_challenge_method"), "S256");
        assert_eq!(
            parameter("redirect_uri"),
            format!("{ORIGIN}/signin/callback")
        );
        Begun {
            state: parameter("state"),
            nonce: parameter("nonce"),
            challenge: parameter("code_challenge"),
            parameters,
        }
    }

    /// Follows a link.
    pub async fn get(&mut self, path: &str) -> Page {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        self.send(request, String::new()).await
    }

    /// Sends a form of the page that it showed last.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.form_token.clone().unwrap_or_default();
        let fields = [fields, &[("form_token", &token), ("form_page", PAGE)]].concat();
        self.post(path, ORIGIN, &fields).await
    }

    /// Sends a form from a page of `origin`.
    pub async fn post(&mut self, path: &str, origin: &str, fields: &[(&str, &str)]) -> Page {
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, origin);
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send(request, form).await
    }

    /// Sends anything.
    pub async fn send(&mut self, mut request: Builder, body: String) -> Page {
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await;
        let page = Page::new(Answer::read(response.expect("infallible")).await);
        if let Some(set) = &page.set_cookie {
            let pair = set.split(';').next().expect("a cookie");
            let gone = pair.ends_with('=');
            self.cookie = (!gone).then(|| pair.to_owned());
        }
        if let Some(token) = page.form_token() {
            self.form_token = Some(token);
        }
        page
    }

    /// Whether somebody is signed in here.
    pub async fn is_signed_in(&mut self) -> bool {
        let page = self.get(PAGE).await;
        assert!(page.status == 200 || page.asks_to_sign_in(), "{page:?}");
        page.status == 200
    }
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its text.
    pub body: String,
    /// The session's cookie, where it sets that.
    pub set_cookie: Option<String>,
}

impl Page {
    fn new(answer: Answer) -> Self {
        let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
        let set_cookie = cookies
            .map(|cookie| cookie.to_str().expect("text").to_owned())
            .find(|cookie| !cookie.starts_with("countersign_form="));
        Self {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            set_cookie,
        }
    }

    /// Where it leads.
    pub fn location(&self) -> String {
        let location = self.headers.get(header::LOCATION);
        location.map_or_else(String::new, |to| to.to_str().expect("text").to_owned())
    }

    /// Whether it leads to the sign-in.
    pub fn asks_to_sign_in(&self) -> bool {
        self.status == StatusCode::SEE_OTHER && self.location().starts_with("/signin?")
    }

    fn form_token(&self) -> Option<String> {
        let (_, rest) = self.body.split_once("name=\"form-token\" content=\"")?;
        Some(rest.split_once('"')?.0.to_owned())
    }
}
