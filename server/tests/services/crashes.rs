//! Crashes: wherever the program stops, the next start ends with one job and one result.

use countersign::services::Progress;
use domain::IntentState;

use crate::support::{LEASE_SECONDS, ORDERS_SQL, Point, TestPortal, Trouble};

/// Kills the program in the middle of a call, and starts it again.
async fn crash_at(point: Point) -> (TestPortal, domain::IntentId) {
    let mut portal = TestPortal::new().await;
    let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
    portal.warehouse.will(point, Trouble::Hangs);
    let (services, system) = (portal.services.clone(), portal.system());
    let execution = tokio::spawn(async move { services.execute(&system, intent).await });
    portal.warehouse.hangs().await;
    execution.abort();
    assert!(execution.await.expect_err("aborted").is_cancelled());
    portal.restart("").await;
    (portal, intent)
}

#[tokio::test]
async fn one_job_and_one_result_wherever_it_stops() {
    for (point, state) in [
        (Point::BeforeInsert, IntentState::Prepared),
        (Point::AfterInsert, IntentState::Prepared),
        (Point::Status, IntentState::Running),
        (Point::Rows, IntentState::Running),
    ] {
        let (portal, intent) = crash_at(point).await;
        assert_eq!(portal.standing(intent).await.0, state, "{point:?}");
        let open = portal.services.executable(&portal.system()).await;
        assert_eq!(open.expect("intents"), [], "{point:?}: held by the dead");
        portal.clock.advance(LEASE_SECONDS);
        let open = portal.services.executable(&portal.system()).await;
        assert_eq!(open.expect("intents"), [intent], "{point:?}");
        let ended = portal.executed(intent).await.0;
        assert_eq!(ended, IntentState::Succeeded, "{point:?}");
        assert_eq!(portal.warehouse.job_count(), 1, "{point:?}");
        assert_eq!(portal.recorded("result.sealed").await.len(), 1, "{point:?}");
        portal.finish().await;
    }
}

#[tokio::test]
async fn a_lost_result_is_not_asked_for_by_a_second_job() {
    let (portal, intent) = crash_at(Point::Rows).await;
    portal.warehouse.forgets_its_jobs();
    portal.clock.advance(LEASE_SECONDS);
    let expected = (IntentState::Failed, Some("result_lost".to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    assert_eq!(portal.warehouse.inserts().len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn whoever_was_overtaken_ends_nothing() {
    let portal = TestPortal::new().await;
    let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
    portal.warehouse.will(Point::AfterInsert, Trouble::Hangs);
    let (services, system) = (portal.services.clone(), portal.system());
    let slow = tokio::spawn(async move { services.execute(&system, intent).await });
    portal.warehouse.hangs().await;
    // Its heart stood still for too long, as that of a process that was stopped.
    portal.clock.advance(LEASE_SECONDS);
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    assert_eq!(slow.await.expect("ended").expect("no harm"), Progress::Made);
    assert_eq!(portal.warehouse.job_count(), 1);
    assert_eq!(portal.recorded("result.sealed").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn what_fails_for_whoever_was_overtaken_fails_for_nobody_else() {
    let portal = TestPortal::new().await;
    let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
    portal.warehouse.will(Point::Rows, Trouble::RejectedLate);
    let (services, system) = (portal.services.clone(), portal.system());
    let slow = tokio::spawn(async move { services.execute(&system, intent).await });
    portal.warehouse.hangs().await;
    let lease_end = portal.services.now().plus_seconds(LEASE_SECONDS);
    let taken = portal.store.take_up(intent, lease_end, lease_end).await;
    assert!(taken.expect("an answer").is_some());
    portal.warehouse.lets_go();
    let refused = slow.await.expect("ended").expect_err("overtaken");
    assert_eq!(refused.code(), "already_moved");
    assert_eq!(portal.standing(intent).await.0, IntentState::Running);
    portal.clock.advance(LEASE_SECONDS);
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn a_lost_answer_is_not_a_second_job() {
    for point in [Point::BeforeInsert, Point::AfterInsert] {
        let portal = TestPortal::new().await;
        let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
        portal.warehouse.will(point, Trouble::Unreachable);
        let error = portal.execute(intent).await.expect_err("unreachable");
        assert_eq!(error.code(), "warehouse_unavailable");
        assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
        let inserts = portal.warehouse.inserts();
        assert_eq!(inserts.len(), 2);
        assert_eq!(inserts[0].id, inserts[1].id);
        assert_eq!(portal.warehouse.job_count(), 1);
        portal.finish().await;
    }
}

#[tokio::test]
async fn an_intent_that_nobody_judged_is_judged_later() {
    let mut portal = TestPortal::new().await;
    let run = portal.run().await;
    portal.warehouse.will(Point::DryRun, Trouble::Hangs);
    {
        let agent = portal.agent(&run);
        tokio::select! {
            answer = agent.ask(ORDERS_SQL) => unreachable!("{answer:?}"),
            () = portal.warehouse.hangs() => {}
        }
    }
    portal.restart("").await;
    let open = portal.services.executable(&portal.system()).await;
    assert_eq!(open.expect("intents"), [], "its request may still be at it");
    portal.clock.advance(61);
    let open = portal.services.executable(&portal.system()).await;
    let [intent] = open.expect("intents")[..] else {
        unreachable!("one intent waits");
    };
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn two_executors_at_once_make_one_job() {
    let portal = TestPortal::new().await;
    let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
    let (one, other) = tokio::join!(portal.execute(intent), portal.execute(intent));
    assert!(one.is_ok() || other.is_ok());
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    assert_eq!(portal.warehouse.job_count(), 1);
    assert_eq!(portal.recorded("result.sealed").await.len(), 1);
    portal.finish().await;
}
