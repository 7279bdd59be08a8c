//! The portal: the composition of the program, with the seams in the test's hands.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use axum::{Router, body::Body, middleware::from_fn};
use countersign::{
    config::Config,
    context::{Actor, Clock, Context, Person},
    identity::Identity,
    notify::Webhooks,
    program,
    services::{CastVote, GrantRule, Parts, ServiceError, Services, StepUpRule},
    ui,
};
use domain::{ApprovalId, Ballot, IntentId, IntentState, Timestamp};
use http::{Request, header};
use leptos::{config::LeptosOptions, server_fn::ServerFn};
use serde_json::Value;
use store::{EntryRecord, SignIn, Store};
use tempfile::TempDir;
use test_database::TestDatabase;
use tower::ServiceExt as _;

use super::{
    Agent, Answer, Reply, Run, Who, clock::StoppedClock, mail::MailBox, stories::shop,
    warehouse::ScriptedWarehouse,
};

/// Vouches for people unless a test says otherwise.
const LOGIN: &str = "https://login.example.com";

const CONFIGURATION: &str = r#"
[store]
url = "DATABASE"
[server]
site_root = "FOLDER/site"
[identity]
issuer = "ISSUER"
client_id = "countersign"
client_secret = "not a real one"
[identity.roles]
approver = ["data-stewards"]
[warehouse]
project = "demo"
datasets = ["shop"]
"#;

/// The program over a database of its own.
pub struct TestPortal {
    /// The use cases.
    pub services: Services,
    /// The database.
    pub store: Store,
    /// BigQuery.
    pub warehouse: Arc<ScriptedWarehouse>,
    /// What was mailed.
    pub mails: Arc<MailBox>,
    /// The time.
    pub clock: Arc<StoppedClock>,
    router: Router,
    keys: AtomicU64,
    folder: TempDir,
    database: TestDatabase,
    is_finished: bool,
}

impl TestPortal {
    /// A portal with the default configuration.
    pub async fn new() -> Self {
        Self::configured("").await
    }

    /// A portal with further sections in its configuration file.
    pub async fn configured(further: &str) -> Self {
        Self::with_people_of(LOGIN, further).await
    }

    /// The same with people whom another provider vouches for.
    pub async fn with_people_of(issuer: &str, further: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = TestDatabase::new().await;
        let config = configuration((folder.path(), &database), issuer, further);
        let store = program::open_store(&config.store).await.expect("a store");
        let start = Timestamp::from_date("2026-11-02").expect("a day");
        let clock = Arc::new(StoppedClock::at(start));
        let warehouse = Arc::new(ScriptedWarehouse::new(shop(), Reply::orders()));
        let mails = Arc::new(MailBox::default());
        sign_in_everybody(&store, issuer, start).await;
        let time: Arc<dyn Clock> = clock.clone();
        let parts = (&store, &warehouse, &mails, &time);
        let (services, router) = compose(&config, parts).await;
        Self {
            services,
            store,
            warehouse,
            mails,
            clock,
            router,
            keys: AtomicU64::new(1),
            folder,
            database,
            is_finished: false,
        }
    }

    /// Starts the program anew over the same database, with other sections in its
    /// configuration file: what was in memory only is gone.
    pub async fn restart(&mut self, further: &str) {
        let config = configuration((self.folder.path(), &self.database), LOGIN, further);
        let time: Arc<dyn Clock> = self.clock.clone();
        let parts = (&self.store, &self.warehouse, &self.mails, &time);
        (self.services, self.router) = compose(&config, parts).await;
    }

    /// The same with another text in the basic sections of its configuration file.
    pub async fn restart_where(&mut self, (from, to): (&str, &str), further: &str) {
        let text = [CONFIGURATION, further].concat();
        assert!(text.contains(from), "the configuration has no {from}");
        let config = configured(
            (self.folder.path(), &self.database),
            LOGIN,
            &text.replace(from, to),
        );
        let time: Arc<dyn Clock> = self.clock.clone();
        let parts = (&self.store, &self.warehouse, &self.mails, &time);
        (self.services, self.router) = compose(&config, parts).await;
    }

    /// Changes the database as no part of the program would.
    pub async fn tamper(&self, statement: &'static str) {
        let mut database = self.database.connect().await;
        let done = sqlx::raw_sql(statement).execute(&mut database).await;
        assert_ne!(done.expect(statement).rows_affected(), 0, "{statement}");
    }

    /// The program's own router.
    pub const fn router(&self) -> &Router {
        &self.router
    }

    /// Where the database and the site are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A request of this person.
    pub fn by(&self, who: Who) -> Context {
        who.context(self.now())
    }

    /// A request of the program itself.
    pub fn system(&self) -> Context {
        Context {
            actor: Actor::System,
            request_id: String::new(),
            now: self.now(),
        }
    }

    /// The agent of a run.
    pub fn agent(&self, run: &Run) -> Agent<'_> {
        Agent::new(self, &run.token)
    }

    /// A key that no request has used.
    pub fn fresh_key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::SeqCst))
    }

    /// Sends a request to the program's own router.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await;
        Answer::read(response.expect("infallible")).await
    }

    /// The portal's pages for somebody who has signed in.
    pub fn pages(&self, who: Who) -> Router {
        let context = self.by(who);
        let options = LeptosOptions::builder().output_name("countersign").build();
        let signed_in = move |mut request: axum::extract::Request, next: axum::middleware::Next| {
            let context = context.clone();
            async move {
                if let Actor::Person(person) = &context.actor {
                    request.extensions_mut().insert::<Person>(person.clone());
                }
                request.extensions_mut().insert(context);
                next.run(request).await
            }
        };
        ui::router(self.services.clone(), options).layer(from_fn(signed_in))
    }

    /// What they answer.
    pub async fn page(&self, who: Who, request: Request<Body>) -> Answer {
        let pages = self.pages(who);
        Answer::read(pages.oneshot(request).await.expect("infallible")).await
    }

    /// The same for a page's address.
    pub async fn get(&self, who: Who, path: &str) -> Answer {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        self.page(who, request.body(Body::empty()).expect("a request"))
            .await
    }

    /// What a page's server function answers.
    pub async fn desk<F: ServerFn>(&self, who: Who, form: &str) -> Answer {
        let request = Request::post(F::url())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.page(
            who,
            request
                .body(Body::from(form.to_owned()))
                .expect("a request"),
        )
        .await
    }

    /// Brings an intent as far as it goes.
    pub async fn execute(&self, intent: IntentId) -> Result<(), ServiceError> {
        let progress = self.services.execute(&self.system(), intent).await;
        progress.map(|_| ())
    }

    /// Brings an intent to an end, and says which.
    pub async fn executed(&self, intent: IntentId) -> (IntentState, Option<String>) {
        self.execute(intent).await.expect("executed");
        self.standing(intent).await
    }

    /// What runs in the background after an end: jobs are stopped.
    pub async fn stopped_jobs(&self) -> Vec<String> {
        let stopped = self.services.stop_cancelled_jobs(&self.system()).await;
        stopped.expect("asked");
        self.warehouse.cancelled()
    }

    /// Votes.
    pub async fn vote(
        &self,
        who: Who,
        approval: ApprovalId,
        ballot: Ballot,
    ) -> Result<IntentState, ServiceError> {
        let context = self.by(who);
        let cast = CastVote {
            ballot,
            comment: "seen",
            confirmation: "",
        };
        self.services.vote(&context, approval, cast).await
    }

    /// Votes in favour, and is heard.
    pub async fn approved_by(&self, who: Who, approval: ApprovalId) -> IntentState {
        let voted = self.vote(who, approval, Ballot::Approve).await;
        voted.expect("a vote")
    }

    /// The ledger, oldest first.
    pub async fn ledger(&self) -> Vec<EntryRecord> {
        let entries = self.store.entries_down_from(None, 10_000).await;
        let mut entries = entries.expect("entries");
        entries.reverse();
        entries
    }

    /// The payloads of one kind of event, oldest first.
    pub async fn recorded(&self, event: &str) -> Vec<Value> {
        let entries = self.ledger().await.into_iter();
        entries
            .filter(|entry| entry.event == event)
            .map(|entry| serde_json::from_str(&entry.payload).expect("JSON"))
            .collect()
    }

    /// Ends the test: whatever it did, the ledger verifies.
    pub async fn finish(mut self) {
        self.is_finished = true;
        let entries = self.ledger().await.len() as u64;
        let verified = self.store.verify_ledger().await.expect("verified");
        assert_eq!(verified.broken, None);
        // What goes on in the background may have added some meanwhile.
        assert!(verified.head.sequence >= entries);
    }
}

impl Drop for TestPortal {
    fn drop(&mut self) {
        assert!(
            self.is_finished || thread::panicking(),
            "a test ends with `portal.finish().await`, which verifies the ledger"
        );
    }
}

/// Whoever wants this policy says `directory = "FOLDER"`.
const HALF_AN_HOUR: &str = r#"
@id("stewards")
@reason("A steward has to agree within half an hour.")
@approvers("data-stewards")
@count("1")
@expires("PT30M")
@escalate("finance after PT20M")
permit (principal, action == Action::"runWithApproval", resource);
"#;

fn configuration(place: (&Path, &TestDatabase), issuer: &str, further: &str) -> Config {
    configured(place, issuer, &[CONFIGURATION, further].concat())
}

fn configured((folder, database): (&Path, &TestDatabase), issuer: &str, text: &str) -> Config {
    fs::write(folder.join("policy.cedar"), HALF_AN_HOUR).expect("written");
    let path = folder.join("countersign.toml");
    let folder = folder.display().to_string();
    let text = text.replace("FOLDER", &folder).replace("ISSUER", issuer);
    let text = text.replace("DATABASE", database.url());
    fs::write(&path, text).expect("written");
    Config::load(&path).expect("a configuration")
}

/// The program, with the seams given.
pub async fn compose(
    config: &Config,
    (store, warehouse, mails, clock): (
        &Store,
        &Arc<ScriptedWarehouse>,
        &Arc<MailBox>,
        &Arc<dyn Clock>,
    ),
) -> (Services, Router) {
    let services = Services::new(Parts {
        store: store.clone(),
        warehouse: warehouse.clone(),
        policy: program::policies(&config.policy).expect("policies"),
        approver_groups: program::approver_groups(&config.identity),
        mailer: mails.clone(),
        webhooks: Webhooks::new(&config.webhooks),
        clock: clock.clone(),
        limits: config.limits,
        step_up: StepUpRule::new(&config.identity),
        rights: config.rights.clone(),
        approvals: config.approvals.clone(),
        warehouse_config: config.warehouse.clone(),
        masking: config.masking.clone(),
        issuers: program::issuers(config).expect("issuers"),
        grants: GrantRule::new(config),
        public_url: config.server.origin(),
    });
    services.refresh_catalog().await.expect("a catalog");
    let start = Context {
        actor: Actor::System,
        request_id: String::new(),
        now: clock.now(),
    };
    services.adopt_policy(&start).await.expect("a policy");
    let identity = Identity::new(config, services.clone(), store.clone(), clock.clone());
    let identity = identity.expect("an identity");
    let router = program::router(config, &services, &identity);
    (services, router.expect("a router"))
}

async fn sign_in_everybody(store: &Store, issuer: &str, now: Timestamp) {
    for who in Who::ALL {
        let mut tx = store
            .begin(&who.id().to_string(), now)
            .await
            .expect("begun");
        let sign_in = SignIn {
            issuer: issuer.to_owned(),
            ..who.sign_in()
        };
        tx.sign_in(&sign_in).await.expect("signed in");
        tx.commit().await.expect("committed");
    }
}
