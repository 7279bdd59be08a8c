//! Agents wait for an intent's end; the program brings it there by itself.

use std::time::Duration;

use countersign::jobs;
use domain::IntentState;

use crate::support::{ORDERS_SQL, TestPortal, Who};

#[tokio::test]
async fn who_waits_hears_of_the_end_at_once() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    let path = format!("/api/v1/intents/{intent}?wait=30");
    let (answer, ()) = tokio::join!(agent.get(&path), async {
        portal.approved_by(Who::Bob, approval).await;
        portal.execute(intent).await.expect("executed");
    });
    assert_eq!(answer.json()["state"], "succeeded");
    portal.finish().await;
}

#[tokio::test]
async fn who_does_not_wait_hears_how_it_stands() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, _) = portal.pending(&agent).await;
    let answer = agent.get(&format!("/api/v1/intents/{intent}")).await;
    assert_eq!(answer.json()["state"], "pending_approval");
    portal.finish().await;
}

#[tokio::test]
async fn the_executor_takes_up_what_may_run() {
    let portal = TestPortal::new().await;
    jobs::start(&portal.services, Duration::from_hours(1));
    let agent = portal.agent_at_work().await;
    let intent = agent.submitted(ORDERS_SQL).await;
    agent
        .get(&format!("/api/v1/intents/{intent}?wait=30"))
        .await;
    assert_eq!(portal.standing(intent).await.0, IntentState::Succeeded);
    assert_eq!(portal.warehouse.job_count(), 1);
    portal.finish().await;
}
