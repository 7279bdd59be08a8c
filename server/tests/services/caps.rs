//! Caps: what an agent may take at most, each with its own code.

use countersign::services::NewAgent;
use domain::{
    Caps,
    IntentState::{Approved, Cancelled, Failed, Succeeded},
};
use serde_json::json;

use crate::support::{
    Agent, CAPS, CUSTOMERS_SQL, ORDERS_SQL, Reply, Run, TestPortal, Who, new_run,
};

/// A run of an agent with these caps.
async fn capped(portal: &TestPortal, caps: Caps) -> Run {
    let new = NewAgent {
        caps,
        ..portal.new_agent("churn-model", &["read demo.shop.*"])
    };
    let agent = portal.confirmed(new).await;
    portal.open_run(agent).await
}

async fn refusal(agent: &Agent<'_>) -> (u16, String) {
    agent.ask(ORDERS_SQL).await.problem()
}

#[tokio::test]
async fn a_query_costs_no_more_than_the_agent_may_spend_on_one() {
    let portal = TestPortal::new().await;
    let caps = Caps {
        bytes_per_query: 2047,
        ..CAPS
    };
    let run = capped(&portal, caps).await;
    let agent = portal.agent(&run);
    assert_eq!(refusal(&agent).await, (403, "query_bytes_cap".to_owned()));
    // Asking for more does not help.
    let body = json!({ "sql": ORDERS_SQL, "maximum_bytes_billed": 1 << 30 });
    let answer = agent.submit("dear", &body).await;
    assert_eq!(answer.problem(), (403, "query_bytes_cap".to_owned()));
    portal.warehouse.replies(Reply {
        bytes: 2047,
        ..Reply::orders()
    });
    let intent = agent.submitted(ORDERS_SQL).await;
    portal.executed(intent).await;
    assert_eq!(
        portal.warehouse.inserts()[0].query.maximum_bytes_billed,
        2047
    );
    portal.finish().await;
}

#[tokio::test]
async fn a_day_has_its_bytes_and_the_next_day_new_ones() {
    let portal = TestPortal::new().await;
    // The dry run says 2,048 bytes, and BigQuery bills 10 MiB.
    let caps = Caps {
        bytes_per_day: 10_485_760 + 2047,
        ..CAPS
    };
    let run = capped(&portal, caps).await;
    let agent = portal.agent(&run);
    let intent = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    assert_eq!(refusal(&agent).await, (403, "daily_bytes_cap".to_owned()));
    portal.clock.advance(86_400);
    let next = portal.open_run(run.agent).await;
    portal.agent(&next).submitted(ORDERS_SQL).await;
    portal.finish().await;
}

#[tokio::test]
async fn two_jobs_at_once_do_not_take_the_day_above_its_cap() {
    let portal = TestPortal::new().await;
    let caps = Caps {
        bytes_per_day: 3000,
        ..CAPS
    };
    let run = capped(&portal, caps).await;
    let agent = portal.agent(&run);
    let first = agent.submitted(ORDERS_SQL).await;
    let second = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.executed(first).await.0, Succeeded);
    let expected = (Cancelled, Some("daily_bytes_cap".to_owned()));
    assert_eq!(portal.executed(second).await, expected);
    assert_eq!(portal.warehouse.job_count(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn a_result_has_no_more_rows_than_the_agent_may_have() {
    let portal = TestPortal::new().await;
    let run = capped(&portal, Caps { rows: 1, ..CAPS }).await;
    let intent = portal.agent(&run).submitted(ORDERS_SQL).await;
    let expected = (Failed, Some("rows_cap".to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    assert_eq!(portal.recorded("result.sealed").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn no_more_jobs_run_at_a_time_than_may() {
    let portal = TestPortal::new().await;
    let run = capped(
        &portal,
        Caps {
            concurrent_jobs: 1,
            ..CAPS
        },
    )
    .await;
    let agent = portal.agent(&run);
    let running = portal.running(&agent).await;
    let waiting = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.executed(waiting).await.0, Approved);
    let open = portal.services.executable(&portal.system()).await;
    assert_eq!(open.expect("intents"), [running], "there is no room");
    let body = json!({ "sql": ORDERS_SQL });
    let refused = agent.submit("third", &body).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["code"], "concurrent_jobs_cap");
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(portal.executed(running).await.0, Succeeded);
    let taken = agent.submit("third", &body).await;
    assert_eq!(taken.status, 201, "the same request, once there is room");
    assert_eq!(portal.executed(waiting).await.0, Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn what_people_approved_waits_for_its_turn() {
    let portal = TestPortal::new().await;
    let run = capped(
        &portal,
        Caps {
            concurrent_jobs: 1,
            ..CAPS
        },
    )
    .await;
    let agent = portal.agent(&run);
    let running = portal.running(&agent).await;
    let (approved, approval) = portal.pending(&agent).await;
    portal.approved_by(Who::Bob, approval).await;
    assert_eq!(portal.executed(approved).await.0, Approved);
    assert_eq!(agent.cancel(running).await.json()["state"], "cancelled");
    assert_eq!(portal.executed(approved).await.0, Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn no_more_runs_are_open_at_a_time_than_may() {
    let portal = TestPortal::new().await;
    let run = capped(
        &portal,
        Caps {
            open_runs: 1,
            ..CAPS
        },
    )
    .await;
    let alice = portal.by(Who::Alice);
    let refused = portal
        .services
        .open_run(&alice, new_run(run.agent, &[]))
        .await;
    assert_eq!(refused.expect_err("a refusal").code(), "open_runs_cap");
    assert_eq!(portal.recorded("run.refused").await.len(), 1);
    let ended = portal.services.revoke_run(&alice, run.id, "done").await;
    ended.expect("ended");
    portal.open_run(run.agent).await;
    portal.finish().await;
}

#[tokio::test]
async fn two_at_once_do_not_flood_those_who_decide() {
    let portal = TestPortal::configured("[approvals]\npending_per_run = 1\n").await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    portal.warehouse.replies(Reply::customers());
    let (one, other) = tokio::join!(agent.ask(CUSTOMERS_SQL), agent.ask(CUSTOMERS_SQL));
    let mut states = [one.status.as_u16(), other.status.as_u16()];
    states.sort_unstable();
    assert_eq!(states, [201, 429], "{} {}", one.body, other.body);
    portal.finish().await;
}
