//! Whoever is disabled takes their runs, and those of their agents, with them.

use domain::IntentState;
use http::StatusCode;

use crate::support::{ORDERS_SQL, TestPortal, Who};

#[tokio::test]
async fn the_runs_of_a_disabled_person_end_in_the_same_change() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    assert_eq!(agent.ask(ORDERS_SQL).await.status, StatusCode::CREATED);
    let before = portal.ledger().await.len();
    let grace = portal.by(Who::Grace);
    let disabled = portal
        .services
        .disable_person(&grace, Who::Alice.id(), "left us")
        .await;
    disabled.expect("disabled");
    let entries = portal.ledger().await.split_off(before);
    let events: Vec<_> = entries.iter().map(|entry| entry.event.as_str()).collect();
    let expected = [
        "person.disabled",
        "person.sessions_ended",
        "run.revoked",
        "intent.moved",
    ];
    assert_eq!(events, expected);
    let refused = agent.ask(ORDERS_SQL).await;
    assert_eq!(refused.problem(), (401, "person_disabled".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn agents_of_somebody_who_is_gone_open_no_run_and_act_in_none() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    // As if the run had been opened at the very moment.
    let mut tx = portal
        .store
        .begin(&Who::Grace.id().to_string(), portal.now())
        .await
        .expect("begun");
    let disabled = tx
        .disable_person(Who::Alice.id(), Who::Grace.id(), "left us")
        .await;
    assert!(disabled.expect("disabled"));
    tx.commit().await.expect("committed");
    let refused = agent.ask(ORDERS_SQL).await;
    assert_eq!(refused.problem(), (401, "person_disabled".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn whoever_is_gone_is_asked_no_longer_and_their_approval_does_not_count() {
    let portal = TestPortal::configured("[policy]\nbuiltin = \"strict\"\n").await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    portal.approved_by(Who::Bob, approval).await;
    let grace = portal.by(Who::Grace);
    let bob = Who::Bob.id();
    let disabled = portal.services.disable_person(&grace, bob, "left us").await;
    disabled.expect("disabled");
    let carol = portal.by(Who::Carol);
    let seen = portal.services.approval(&carol, approval);
    let others = seen.await.expect("an approval").others;
    assert!(others.iter().all(|other| other.id != bob), "{others:?}");
    let mailed = portal.services.send_due_mails(&portal.system()).await;
    mailed.expect("mailed");
    let asked = portal.mails.recipients();
    assert_eq!(asked, ["\"Carol\" <carol@example.com>"]);

    // Two are needed, and one of the two that approved is gone.
    let state = portal.approved_by(Who::Carol, approval).await;
    assert_eq!(state, IntentState::PendingApproval);
    assert_eq!(portal.executed(intent).await.0, state);
    portal.finish().await;
}
