//! What the rest of the program relies on the store for.
#![expect(
    clippy::expect_used,
    reason = "helpers of tests stop the test that cannot be set up"
)]

mod approvals;

use std::{collections::BTreeSet, time::Duration};

use domain::{
    AgentId, Caps, Digest, Door, EventName, ExecutionId, IntentId, IntentState, PersonId, Role,
    RunId, Scope, Timestamp,
};
use sqlx::Executor as _;
use store::{
    Attempt, NewAgent, NewExecution, NewIntent, NewRun, PackedRows, RowPage, RunEvidence,
    SealedResult, SignIn, Store, StoreError, Transaction,
};
use test_database::TestDatabase;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
/// Until when an execution is its preparer's.
const LEASE_END: Timestamp = NOW.plus_seconds(10);
/// The number of the intent that it executes.
const EXECUTED: u128 = 8;
/// Bytes that its job counts as at first, and in the end.
const ESTIMATED: u64 = 1000;
const BILLED: u64 = 10;

struct Scene {
    store: Store,
    person: PersonId,
    agent: AgentId,
    run: RunId,
    database: TestDatabase,
}

impl Scene {
    async fn begin(&self) -> Transaction {
        self.store.begin("test", NOW).await.expect("a transaction")
    }

    async fn new_intent(&self, number: u128) -> IntentId {
        let intent = NewIntent {
            id: IntentId::new(Uuid::from_u128(number)),
            run: self.run,
            idempotency_key: number.to_string(),
            request_digest: "sha256:0".into(),
            sql: "select 1".into(),
            parameters: "[]".into(),
            purpose: "count".into(),
            maximum_bytes_billed: 1,
            default_dataset: None,
            unmask: BTreeSet::new(),
            unmask_reason: String::new(),
            asks_again: None,
        };
        let mut tx = self.begin().await;
        tx.insert_intent(&intent).await.expect("an intent");
        tx.commit().await.expect("committed");
        intent.id
    }
}

async fn sign_in(tx: &mut Transaction, (number, name): (u128, &str)) -> PersonId {
    let sign_in = SignIn {
        new_id: PersonId::new(Uuid::from_u128(number)),
        issuer: "https://id.example.com".into(),
        subject: name.into(),
        name: name.into(),
        email: format!("{name}@example.com"),
        groups: vec!["analysts".into()],
        roles: vec![Role::Approver],
        evidence: store::Evidence::default(),
    };
    tx.sign_in(&sign_in).await.expect("signed in").id
}

async fn scene() -> Scene {
    let database = TestDatabase::new().await;
    let store = Store::open(database.url()).await.expect("a store");
    let mut tx = store.begin("test", NOW).await.expect("a transaction");
    let person = sign_in(&mut tx, (1, "alice")).await;
    let agent = NewAgent {
        id: AgentId::new(Uuid::from_u128(2)),
        name: "churn-model".into(),
        owner: person,
        purpose: "churn".into(),
        expires_at: NOW.plus_days(30),
        caps: Caps {
            bytes_per_query: 1,
            bytes_per_day: 1,
            rows: 1,
            concurrent_jobs: 1,
            open_runs: 1,
        },
        sponsors: vec![],
        workload: None,
        allows_bearer: true,
        service_account: None,
    };
    tx.insert_agent(&agent).await.expect("an agent");
    let run = NewRun {
        id: RunId::new(Uuid::from_u128(3)),
        agent: agent.id,
        initiator: person,
        purpose: "count".into(),
        ticket: String::new(),
        scope: Scope::default(),
        door: Door::Portal,
        evidence: RunEvidence {
            issuer: "https://id.example.com".into(),
            subject: "alice".into(),
            session: None,
            authenticated_at: NOW,
            strength: None,
            groups_digest: Digest::from_bytes([0; 32]),
            token: None,
        },
        token_hash: "00".into(),
        token_expires_at: NOW.plus_seconds(600),
        key_thumbprint: None,
        audience: None,
        expires_at: NOW.plus_seconds(600),
    };
    tx.insert_run(&run).await.expect("a run");
    tx.commit().await.expect("committed");
    Scene {
        store,
        person,
        agent: agent.id,
        run: run.id,
        database,
    }
}

#[tokio::test]
async fn a_change_without_an_entry_is_not_committed() {
    let scene = scene().await;
    let intent = scene.new_intent(10).await;
    let mut tx = scene.begin().await;
    tx.close_approval(intent).await.expect("closed");
    let refused = tx.commit().await;
    assert!(matches!(refused, Err(StoreError::NothingRecorded)));
}

#[tokio::test]
async fn only_one_of_two_movers_wins() {
    let scene = scene().await;
    let id = (scene.new_intent(10).await, scene.run);
    for expected in [true, false] {
        let mut tx = scene.begin().await;
        let moved = tx
            .move_intent(id, IntentState::Received, IntentState::Approved, None)
            .await;
        assert_eq!(moved.is_ok(), expected);
        if moved.is_ok() {
            tx.commit().await.expect("committed");
        }
    }
}

#[tokio::test]
async fn a_move_outside_the_table_is_refused() {
    let scene = scene().await;
    let id = (scene.new_intent(10).await, scene.run);
    let mut tx = scene.begin().await;
    let refused = tx
        .move_intent(id, IntentState::Received, IntentState::Running, None)
        .await;
    assert!(matches!(refused, Err(StoreError::Transition(_))));
}

#[tokio::test]
async fn a_key_is_used_once_a_run() {
    let scene = scene().await;
    scene.new_intent(10).await;
    let again = NewIntent {
        id: IntentId::new(Uuid::from_u128(11)),
        run: scene.run,
        idempotency_key: "10".into(),
        request_digest: "sha256:1".into(),
        sql: "select 2".into(),
        parameters: "[]".into(),
        purpose: "count".into(),
        maximum_bytes_billed: 1,
        default_dataset: None,
        unmask: BTreeSet::new(),
        unmask_reason: String::new(),
        asks_again: None,
    };
    let refused = scene.begin().await.insert_intent(&again).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
}

#[tokio::test]
async fn an_ended_browser_session_never_comes_back() {
    let Scene { store, .. } = &scene().await;
    let until = NOW.plus_seconds(60);
    let session = store::NewBrowserSession {
        id_hash: "ab".to_owned(),
        data: "{}".to_owned(),
        expires_at: until,
        owner: None,
    };
    let created = store.create_browser_session(&session).await;
    created.expect("created");
    store.delete_browser_session("ab").await.expect("deleted");
    let changed = store.update_browser_session("ab", "{}", NOW, until).await;
    assert!(!changed.expect("an answer"));
    let loaded = store.load_browser_session("ab", NOW).await;
    assert_eq!(loaded.expect("an answer"), None);
}

#[tokio::test]
async fn the_ledger_verifies_until_somebody_tampers() {
    let scene = scene().await;
    scene.new_intent(10).await;
    let before = scene.store.verify_ledger().await.expect("verified");
    assert_eq!((before.head.sequence, before.broken), (4, None));

    let mut database = scene.database.connect().await;
    let tamper = "update ledger_entries set subject = 'x' where sequence = 2";
    assert!(database.execute(tamper).await.is_err());
    let delete = "delete from ledger_entries where sequence = 4";
    assert!(database.execute(delete).await.is_err());
    let drop = if scene.database.is_postgres() {
        "drop trigger ledger_entries_stay on ledger_entries"
    } else {
        "drop trigger ledger_entries_stay"
    };
    database.execute(drop).await.expect("dropped");
    database.execute(tamper).await.expect("changed");

    let after = scene.store.verify_ledger().await.expect("verified");
    assert_eq!(after.head.sequence, 1);
    assert_eq!(after.broken.map(|broken| broken.sequence), Some(2));
}

#[tokio::test]
async fn an_undone_change_leaves_no_entry() {
    let scene = scene().await;
    let mut tx = scene.begin().await;
    tx.record(EventName::PersonSignedOut, "x", None, &())
        .await
        .expect("recorded");
    drop(tx);
    let verified = scene.store.verify_ledger().await.expect("verified");
    assert_eq!(verified.head.sequence, 3);
}

async fn record(store: &Store) -> Result<u64, StoreError> {
    let mut tx = store.begin("test", NOW).await?;
    let number = tx
        .record(EventName::PersonSignedOut, "x", None, &())
        .await?;
    tx.commit().await?;
    Ok(number)
}

#[tokio::test]
async fn replicas_number_their_entries_without_gaps() {
    let scene = scene().await;
    let url = scene.database.url();
    let replicas = [
        Store::open(url).await.expect("a replica"),
        Store::open(url).await.expect("a replica"),
    ];
    let records = replicas.iter().cycle().take(40).map(record);
    let numbers = futures::future::join_all(records).await.into_iter();
    let numbers: Result<BTreeSet<u64>, StoreError> = numbers.collect();
    assert_eq!(numbers.expect("recorded"), (4..44).collect());
    let verified = scene.store.verify_ledger().await.expect("verified");
    assert_eq!((verified.head.sequence, verified.broken), (43, None));
}

#[tokio::test]
async fn whoever_waits_too_long_for_its_turn_is_told_so() {
    let scene = scene().await;
    let replica = Store::open(scene.database.url()).await.expect("a replica");
    let first = scene.begin().await;
    let late = replica.begin("test", NOW).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))));
    drop(first);
    assert_eq!(record(&replica).await.expect("recorded"), 4);
}

#[tokio::test]
async fn a_request_that_goes_away_leaves_nothing_begun() {
    let Scene { store, .. } = &scene().await;
    for looks in 0..20_u64 {
        let begin = store.begin("test", NOW);
        // Goes away some time before, while or after the transaction begins.
        let _ = tokio::time::timeout(Duration::from_micros(looks * 50), begin).await;
        let id_hash = looks.to_string();
        let session = store::NewBrowserSession {
            id_hash: id_hash.clone(),
            data: "{}".to_owned(),
            expires_at: NOW.plus_seconds(60),
            owner: None,
        };
        let created = store.create_browser_session(&session).await;
        created.expect("created");
        let loaded = store.load_browser_session(&id_hash, NOW).await;
        assert!(loaded.expect("an answer").is_some(), "{looks}");
    }
}

/// One row in the page with this number.
fn row_page(number: u32, rows: &str) -> RowPage {
    RowPage {
        number,
        first_row: number.into(),
        row_count: 1,
        rows: PackedRows::pack(rows),
    }
}

/// An execution that its preparer holds until [`LEASE_END`].
async fn prepared_execution(scene: &Scene) -> Attempt {
    let new = NewExecution {
        id: ExecutionId::new(Uuid::from_u128(9)),
        intent: scene.new_intent(EXECUTED).await,
        agent: scene.agent,
        job_id: "cs_1".into(),
        bytes: ESTIMATED,
        leased_until: LEASE_END,
    };
    let mut tx = scene.begin().await;
    let attempt = tx.insert_execution(&new).await.expect("an execution");
    tx.record(EventName::JobStopped, "x", None, &())
        .await
        .expect("an entry");
    tx.commit().await.expect("committed");
    attempt
}

/// The next worker, once the one before is not heard of any more.
async fn taken_up(scene: &Scene) -> Attempt {
    let until = LEASE_END.plus_seconds(10);
    let intent = IntentId::new(Uuid::from_u128(EXECUTED));
    let taken = scene.store.take_up(intent, LEASE_END, until).await;
    taken.expect("an answer").expect("an attempt")
}

async fn seal(scene: &Scene, attempt: Attempt) -> Result<(), StoreError> {
    let sealed = SealedResult {
        attempt,
        statistics: "{}".into(),
        columns: "[]".into(),
        detections: "{}".into(),
        bytes_billed: Some(BILLED),
        row_count: 2,
        pages: 2,
        result_digest: "sha256:1".into(),
        cut_to: None,
    };
    let mut tx = scene.begin().await;
    let last = row_page(1, "[[\"last\"]]");
    tx.seal_result(scene.run, &sealed, Some(&last)).await?;
    tx.commit().await
}

#[tokio::test]
async fn one_worker_at_a_time_holds_an_execution() {
    let scene = scene().await;
    let (store, intent) = (&scene.store, IntentId::new(Uuid::from_u128(EXECUTED)));
    let first = prepared_execution(&scene).await;
    let until = LEASE_END.plus_seconds(10);
    let too_early = store.take_up(intent, LEASE_END.plus_seconds(-1), until);
    assert_eq!(too_early.await.expect("an answer"), None);
    store.hold(first, LEASE_END).await.expect("its own");
    let second = taken_up(&scene).await;
    assert_eq!(second.number, first.number + 1);
    let overtaken = store.hold(first, until).await;
    assert!(matches!(overtaken, Err(StoreError::Overtaken)));
    assert!(matches!(
        seal(&scene, first).await,
        Err(StoreError::Overtaken)
    ));
    let taken = store.take_up(intent, LEASE_END, until).await;
    assert_eq!(taken.expect("an answer"), None, "somebody works on it");
    seal(&scene, second).await.expect("sealed");
}

#[tokio::test]
async fn a_bill_counts_in_place_of_what_was_estimated() {
    let scene = scene().await;
    let attempt = prepared_execution(&scene).await;
    let mut tx = scene.begin().await;
    assert_eq!(tx.bytes_today(scene.agent).await.expect("bytes"), ESTIMATED);
    drop(tx);
    seal(&scene, attempt).await.expect("sealed");
    let mut tx = scene.begin().await;
    assert_eq!(tx.bytes_today(scene.agent).await.expect("bytes"), BILLED);
    drop(tx);
    let tomorrow = NOW.plus_days(1);
    let mut tx = scene.store.begin("test", tomorrow).await.expect("begun");
    assert_eq!(tx.bytes_today(scene.agent).await.expect("bytes"), 0);
}

#[tokio::test]
async fn the_pages_of_one_attempt_are_the_result() {
    let scene = scene().await;
    let store = &scene.store;
    let first = prepared_execution(&scene).await;
    let second = taken_up(&scene).await;
    let long = format!("[[\"{}\"]]", "order ".repeat(100));
    for (attempt, rows) in [(first, "[[\"first\"]]"), (second, long.as_str())] {
        let page = row_page(0, rows);
        store.stage_rows(attempt, &page).await.expect("staged");
    }
    seal(&scene, second).await.expect("sealed");
    store.give_up_attempt(second).await.expect("given up");
    assert!(store.row_page(first, 0).await.expect("a page").is_none());
    for (number, rows) in [(0, long.as_str()), (1, "[[\"last\"]]")] {
        let by_number = store.row_page(second, number).await.expect("a page");
        let by_row = store.row_page_with(second, number.into()).await;
        for page in [by_number, by_row.expect("a page")] {
            assert_eq!(page.expect("a page").rows.unpack().expect("rows"), rows);
        }
    }
    let beyond = store.row_page_with(second, 2).await.expect("an answer");
    assert!(beyond.is_none());
}

#[tokio::test]
async fn what_was_given_up_or_left_behind_is_deleted() {
    let scene = scene().await;
    let attempt = prepared_execution(&scene).await;
    let store = &scene.store;
    let page = row_page(0, "[[1]]");
    store.stage_rows(attempt, &page).await.expect("staged");
    store.give_up_attempt(attempt).await.expect("given up");
    assert!(store.row_page(attempt, 0).await.expect("a page").is_none());
    // The intent does not run: a crash left this.
    store.stage_rows(attempt, &page).await.expect("staged");
    assert_eq!(store.delete_abandoned_pages().await.expect("a count"), 1);
}
