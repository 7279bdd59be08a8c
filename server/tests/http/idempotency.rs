//! The same key is the same request: an agent may repeat what it is not sure of.

use http::StatusCode;
use serde_json::json;

use crate::support::{ORDERS_SQL, TestPortal};

#[tokio::test]
async fn the_same_request_again_is_the_same_intent_and_one_job() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let body = json!({ "sql": ORDERS_SQL, "purpose": "count" });
    let first = agent.submit("k", &body).await;
    let again = agent.submit("k", &body).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(first.json()["id"], again.json()["id"]);
    let intent = first.json()["id"].as_str().expect("an id").parse();
    let intent = intent.expect("an id");
    portal.executed(intent).await;
    agent.submit("k", &body).await;
    portal.executed(intent).await;
    assert_eq!(portal.warehouse.job_count(), 1);
    assert_eq!(portal.recorded("intent.received").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn another_request_under_the_key_is_refused() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    agent.submit("k", &json!({ "sql": ORDERS_SQL })).await;
    let parameter = json!([{ "name": "x", "type": "INT64", "value": "1" }]);
    let others = [
        json!({ "sql": "SELECT 1" }),
        json!({ "sql": ORDERS_SQL, "purpose": "something else" }),
        json!({ "sql": ORDERS_SQL, "maximum_bytes_billed": 1000 }),
        json!({ "sql": ORDERS_SQL, "parameters": parameter }),
    ];
    for body in others {
        let answer = agent.submit("k", &body).await;
        let expected = (409, "idempotency_key_reused".to_owned());
        assert_eq!(answer.problem(), expected, "{body}");
    }
    assert_eq!(portal.recorded("intent.received").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn keys_of_two_runs_have_nothing_to_do_with_each_other() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let (one, other) = (portal.open_run(agent).await, portal.open_run(agent).await);
    let body = json!({ "sql": ORDERS_SQL });
    let first = portal.agent(&one).submit("k", &body).await;
    let second = portal.agent(&other).submit("k", &body).await;
    assert_ne!(first.json()["id"], second.json()["id"]);
    portal.finish().await;
}

#[tokio::test]
async fn two_at_once_are_one() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let body = json!({ "sql": ORDERS_SQL });
    let (one, other) = tokio::join!(agent.submit("k", &body), agent.submit("k", &body));
    assert_eq!(one.json()["id"], other.json()["id"]);
    assert_eq!(portal.recorded("intent.received").await.len(), 1);
    portal.finish().await;
}
