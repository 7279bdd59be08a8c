//! Whoever is disabled takes their runs, and those of their agents, with them.

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
    let expected = ["person.disabled", "person.sessions_ended", "run.revoked"];
    assert_eq!(events, expected);
    let refused = agent.ask(ORDERS_SQL).await;
    assert_eq!(refused.problem(), (401, "run_revoked".to_owned()));
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
    assert_eq!(refused.problem(), (401, "person_gone".to_owned()));
    portal.finish().await;
}
