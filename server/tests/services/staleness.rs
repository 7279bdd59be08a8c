//! What was approved is what runs, or nothing runs.

use domain::{
    AgentId, IntentId,
    IntentState::{self, Cancelled, Expired, Stale, Succeeded},
};

use crate::support::{ORDERS_SQL, Point, Reply, Run, TestPortal, Trouble, Who, columns};

/// An approved intent that nobody has executed yet.
async fn approved(portal: &TestPortal) -> (Run, IntentId) {
    let run = portal.run().await;
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    portal.approved_by(Who::Bob, approval).await;
    (run, intent)
}

async fn assert_ends(portal: TestPortal, intent: IntentId, state: IntentState, code: &str) {
    let expected = (state, Some(code.to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_run_that_was_revoked_runs_nothing() {
    let portal = TestPortal::new().await;
    let (run, intent) = approved(&portal).await;
    let alice = portal.by(Who::Alice);
    let revoked = portal.services.revoke_run(&alice, run.id, "done").await;
    revoked.expect("revoked");
    assert_ends(portal, intent, Cancelled, "run_revoked").await;
}

#[tokio::test]
async fn a_run_whose_time_is_over_runs_nothing() {
    let portal = TestPortal::new().await;
    let (_, intent) = approved(&portal).await;
    portal.clock.advance(3600);
    assert_ends(portal, intent, Cancelled, "run_expired").await;
}

#[tokio::test]
async fn an_agent_that_was_revoked_runs_nothing() {
    let portal = TestPortal::new().await;
    let (run, intent) = approved(&portal).await;
    let grace = portal.by(Who::Grace);
    let revoked = portal
        .services
        .revoke_agent(&grace, run.agent, "gone")
        .await;
    revoked.expect("revoked");
    assert_ends(portal, intent, Cancelled, "agent_revoked").await;
}

#[tokio::test]
async fn an_approval_is_used_in_time_or_not_at_all() {
    let portal = TestPortal::configured("[policy]\ndirectory = \"FOLDER\"\n").await;
    let (_, intent) = approved(&portal).await;
    portal.clock.advance(1799);
    portal.warehouse.will(Point::DryRun, Trouble::Unreachable);
    portal.execute(intent).await.expect_err("unreachable");
    portal.clock.advance(1);
    assert_ends(portal, intent, Expired, "approval_expired").await;
}

#[tokio::test]
async fn another_policy_makes_it_stale() {
    let mut portal = TestPortal::new().await;
    let (_, intent) = approved(&portal).await;
    portal.restart("[policy]\nbuiltin = \"strict\"\n").await;
    assert_ends(portal, intent, Stale, "approval_stale").await;
}

#[tokio::test]
async fn another_tag_makes_it_stale() {
    let portal = TestPortal::new().await;
    let (_, intent) = approved(&portal).await;
    let columns = columns(&[
        "id INT64 pii.id",
        "email STRING pii.email",
        "ssn STRING pii.ssn",
        "country STRING",
    ]);
    portal
        .warehouse
        .change_table("demo.shop.customers", columns);
    portal.services.refresh_catalog().await.expect("a catalog");
    assert_ends(portal, intent, Stale, "approval_stale").await;
}

#[tokio::test]
async fn another_schema_makes_it_stale() {
    let portal = TestPortal::new().await;
    let (_, intent) = approved(&portal).await;
    portal.warehouse.replies(Reply {
        schema: columns(&["id INT64", "email BYTES"]),
        ..Reply::customers()
    });
    assert_ends(portal, intent, Stale, "approval_stale").await;
}

#[tokio::test]
async fn a_table_that_is_gone_makes_it_stale() {
    let portal = TestPortal::new().await;
    let (_, intent) = approved(&portal).await;
    portal.warehouse.will(Point::DryRun, Trouble::NotFound);
    assert_ends(portal, intent, Stale, "approval_stale").await;
}

#[tokio::test]
async fn a_grant_that_was_revoked_makes_it_stale() {
    let portal = TestPortal::new().await;
    let (run, intent) = approved(&portal).await;
    revoke_grants(&portal, run.agent).await;
    assert_ends(portal, intent, Stale, "approval_stale").await;
}

#[tokio::test]
async fn a_price_beyond_the_cap_makes_it_stale() {
    let portal = TestPortal::new().await;
    let (_, intent) = approved(&portal).await;
    portal.warehouse.replies(Reply {
        bytes: 1 << 50,
        ..Reply::customers()
    });
    assert_ends(portal, intent, Stale, "approval_stale").await;
}

async fn revoke_grants(portal: &TestPortal, agent: AgentId) {
    let grants = portal.store.grants_of(agent).await.expect("grants");
    let mut tx = portal
        .store
        .begin("test", portal.now())
        .await
        .expect("begun");
    for grant in grants {
        let revoked = tx.revoke_grant(grant.id, Who::Erin.id(), "unused").await;
        revoked.expect("revoked");
    }
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn nothing_has_changed_and_it_runs() {
    let portal = TestPortal::new().await;
    let (_, intent) = approved(&portal).await;
    portal.services.refresh_catalog().await.expect("a catalog");
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn what_the_policy_let_run_is_looked_at_again_too() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let intent = portal.agent(&run).submitted(ORDERS_SQL).await;
    revoke_grants(&portal, run.agent).await;
    portal.clock.advance(10);
    assert_ends(portal, intent, Stale, "approval_stale").await;
}

#[tokio::test]
async fn what_the_policy_let_run_still_runs_later_when_nothing_has_changed() {
    let portal = TestPortal::new().await;
    let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
    portal.clock.advance(600);
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn a_job_that_was_only_prepared_when_its_run_ended_is_not_started() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let intent = portal.agent(&run).submitted(ORDERS_SQL).await;
    portal
        .warehouse
        .will(Point::BeforeInsert, Trouble::Unreachable);
    portal.execute(intent).await.expect_err("unreachable");
    let alice = portal.by(Who::Alice);
    let revoked = portal.services.revoke_run(&alice, run.id, "done").await;
    revoked.expect("revoked");
    let expected = (Cancelled, Some("run_revoked".to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    assert_eq!(portal.warehouse.job_count(), 0);
    // Nobody knows whether the first insert got through.
    assert_eq!(portal.stopped_jobs().await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn what_was_prepared_in_time_is_not_started_once_its_approval_has_expired() {
    let portal = TestPortal::configured("[policy]\ndirectory = \"FOLDER\"\n").await;
    let (_, intent) = approved(&portal).await;
    portal
        .warehouse
        .will(Point::BeforeInsert, Trouble::Unreachable);
    portal.execute(intent).await.expect_err("unreachable");
    portal.clock.advance(1800);
    let expected = (Cancelled, Some("approval_expired".to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    assert_eq!(portal.warehouse.job_count(), 0);
    portal.finish().await;
}

/// Leaves an approved intent prepared, lets a minute pass, and makes it cost too much.
async fn prepared_before_an_outage(point: Point) -> (TestPortal, IntentId) {
    let portal = TestPortal::new().await;
    let (_, intent) = approved(&portal).await;
    portal.warehouse.will(point, Trouble::Unreachable);
    portal.execute(intent).await.expect_err("unreachable");
    portal.clock.advance(60);
    portal.warehouse.replies(Reply {
        bytes: 1 << 50,
        ..Reply::customers()
    });
    (portal, intent)
}

#[tokio::test]
async fn what_was_prepared_before_an_outage_is_looked_at_again() {
    let (portal, intent) = prepared_before_an_outage(Point::BeforeInsert).await;
    let expected = (Cancelled, Some("approval_stale".to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    assert_eq!(portal.warehouse.job_count(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_job_that_was_started_before_an_outage_is_gone_on_with() {
    let (portal, intent) = prepared_before_an_outage(Point::AfterInsert).await;
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    assert_eq!(portal.warehouse.job_count(), 1);
    portal.finish().await;
}
