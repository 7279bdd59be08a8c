//! What is refused, in BigQuery's words.

use serde_json::{Value, json};

use super::{job_body, job_error, refusal};
use crate::support::{Agent, ORDERS_SQL, TestPortal};

/// A job's body with one more thing in it.
fn with(pointer: &str, name: &str, value: &Value) -> Value {
    let mut body = job_body("job-1", ORDERS_SQL);
    body.pointer_mut(pointer).expect("an object")[name] = value.clone();
    body
}

#[tokio::test]
async fn what_changes_the_meaning_of_a_query_is_refused() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let table = json!({"projectId": "demo", "datasetId": "shop", "tableId": "copy"});
    let query = "/configuration/query";
    let bodies = [
        with(query, "destinationTable", &table),
        with(query, "writeDisposition", &json!("WRITE_TRUNCATE")),
        with(query, "createDisposition", &json!("CREATE_IF_NEEDED")),
        with(
            query,
            "tableDefinitions",
            &json!({"t": {"sourceUris": ["gs://b/o"]}}),
        ),
        with(query, "externalTableDefinitions", &json!({"t": {}})),
        with(
            query,
            "userDefinedFunctionResources",
            &json!([{"inlineCode": "x"}]),
        ),
        with(
            query,
            "connectionProperties",
            &json!([{"key": "session_id", "value": "s"}]),
        ),
        with(query, "createSession", &json!(true)),
        with(query, "scriptOptions", &json!({"statementTimeoutMs": "1"})),
        with(query, "useLegacySql", &json!(true)),
        with(query, "defaultDataset", &json!({"projectId": "other"})),
        with(query, "somethingNew", &json!(1)),
        with(
            "/configuration",
            "load",
            &json!({"sourceUris": ["gs://b/o"]}),
        ),
        with("/configuration", "copy", &json!({"sourceTable": table})),
        with("/configuration", "extract", &json!({"sourceTable": table})),
        with("/configuration", "somethingNew", &json!("x")),
        with("/jobReference", "projectId", &json!("other")),
        with("/jobReference", "jobId", &json!("a/b")),
        with("", "somethingNew", &json!({"x": 1})),
    ];
    for body in bodies {
        let answer = agent.post("/jobs", &body).await;
        let (status, reason, code) = refusal(&answer);
        assert_eq!(
            (status, reason.as_str(), code.as_str()),
            (400, "invalid", "invalid_field"),
            "{body}"
        );
    }
    let without = json!({"configuration": {"query": {"query": ORDERS_SQL}}});
    assert!(
        agent
            .post("/jobs", &without)
            .await
            .body
            .contains("use_legacy_sql=false")
    );
    assert_eq!(portal.recorded("intent.received").await.len(), 0);
    assert_eq!(portal.recorded("request.refused").await.len(), 20);
    portal.finish().await;
}

#[tokio::test]
async fn whoever_has_no_run_is_told_so_in_words_that_clients_show() {
    let portal = TestPortal::new().await;
    let stranger = Agent::new(&portal, "not-a-token");
    let answer = stranger.insert("job-1", ORDERS_SQL).await;
    let (status, reason, code) = refusal(&answer);
    assert_eq!(
        (status, reason.as_str(), code.as_str()),
        (403, "accessDenied", "token_malformed")
    );
    assert_eq!(portal.recorded("request.refused").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn a_job_of_another_run_does_not_exist() {
    let portal = TestPortal::new().await;
    let registered = portal.register("churn-model", &["read demo.shop.*"]).await;
    let (one, other) = (
        portal.open_run(registered).await,
        portal.open_run(registered).await,
    );
    portal.agent(&one).insert("job-1", ORDERS_SQL).await;
    for path in ["/jobs/job-1", "/queries/job-1"] {
        let answer = portal.agent(&other).look(path).await;
        assert_eq!(refusal(&answer).1, "notFound", "{path}");
    }
    let cancelled = portal
        .agent(&other)
        .post("/jobs/job-1/cancel", &json!({}))
        .await;
    assert_eq!(refusal(&cancelled).1, "notFound");
    portal.finish().await;
}

#[tokio::test]
async fn what_is_blocked_is_a_failed_job_that_says_what_to_change() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let job = agent
        .insert("job-1", "SELECT id FROM demo.other.orders")
        .await
        .json();
    assert_eq!(job["status"]["state"], "DONE");
    let (reason, message) = job_error(&job);
    assert_eq!(reason, "invalidQuery");
    assert!(
        message.contains("[countersign: unknown_table]"),
        "{message}"
    );
    portal.finish().await;
}

#[tokio::test]
async fn an_address_that_is_not_offered_says_so() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    for path in [
        "/datasets/shop/models",
        "/datasets/shop/routines",
        "/serviceAccount",
    ] {
        let (status, _, code) = refusal(&agent.look(path).await);
        assert_eq!((status, code.as_str()), (404, "not_offered"), "{path}");
    }
    for path in [
        "/upload/bigquery/v2/projects/demo/jobs",
        "/upload/projects/demo/jobs",
    ] {
        let (status, _, code) = refusal(&agent.get(path).await);
        assert_eq!((status, code.as_str()), (404, "not_offered"), "{path}");
    }
    portal.finish().await;
}
