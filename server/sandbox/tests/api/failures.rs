//! Error bodies.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, TOKEN};

#[tokio::test]
async fn without_the_right_token_nothing_is_answered() {
    let client = Client::new();
    for authorization in [
        None,
        Some("Bearer "),
        Some("Bearer wrong"),
        Some("Basic YTpi"),
    ] {
        let (status, body) = client
            .send(Method::GET, "/bigquery/v2/projects", authorization, None)
            .await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(body["error"]["status"], "UNAUTHENTICATED");
        assert!(!body.to_string().contains(TOKEN));
    }
}

#[tokio::test]
async fn an_unknown_table_is_not_found() {
    let client = Client::new();
    let message = "Not found: Table demo:shop.nowhere was not found in location US";
    let expected = json!({"error": {
        "code": 404,
        "message": message,
        "errors": [{"message": message, "reason": "notFound", "domain": "global"}],
        "status": "NOT_FOUND",
    }});
    assert_eq!(
        client.query("SELECT 1 FROM shop.nowhere").await,
        (StatusCode::NOT_FOUND, expected.clone())
    );
    assert_eq!(
        client.get("/datasets/shop/tables/nowhere").await,
        (StatusCode::NOT_FOUND, expected)
    );
}

#[tokio::test]
async fn a_failed_job_is_done_and_says_why() {
    let client = Client::new();
    let (status, job) = client
        .insert("bad", "SELECT nope FROM shop.orders", json!({}))
        .await;
    assert_eq!(status, StatusCode::OK, "inserting it worked");
    assert_eq!(job["status"]["state"], "DONE");
    assert_eq!(job["status"]["errorResult"]["reason"], "invalidQuery");
    assert_eq!(
        job["status"]["errorResult"]["message"],
        "Unrecognized name: nope at [1:8]"
    );
    let (status, body) = client.get("/queries/bad").await;
    assert_eq!(
        (status, &body["error"]["message"]),
        (
            StatusCode::BAD_REQUEST,
            &json!("Unrecognized name: nope at [1:8]")
        )
    );
}

#[tokio::test]
async fn an_invalid_dry_run_fails_at_once() {
    let client = Client::new();
    let (status, body) = client
        .insert("bad", "SELEC 1", json!({"dryRun": true}))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        body["error"]["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("Syntax error: ") && text.ends_with(" at [1:1]")),
        "{body}"
    );
}

#[tokio::test]
async fn what_would_be_ignored_is_refused() {
    let client = Client::new();
    let (status, body) = client.post("/queries", &json!({"query": "SELECT 1"})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        body["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("--use_legacy_sql=false"))
    );
    for more in [
        json!({"query": {"destinationTable": {"tableId": "x"}}}),
        json!({"query": {"createSession": true}}),
        json!({"query": {"connectionProperties": [{"key": "k", "value": "v"}]}}),
    ] {
        let (status, body) = client.insert("refused", "SELECT 1", more).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    }
    let load = json!({"configuration": {"load": {"sourceUris": []}}});
    assert_eq!(client.post("/jobs", &load).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn unknown_addresses_and_malformed_bodies_are_answered_as_json() {
    let client = Client::new();
    let (status, body) = client.get("/routines").await;
    assert_eq!(
        (status, &body["error"]["errors"][0]["reason"]),
        (StatusCode::NOT_FOUND, &json!("notFound"))
    );
    let (status, body) = client
        .post("/queries", &json!(["not", "an", "object"]))
        .await;
    assert_eq!(
        (status, &body["error"]["errors"][0]["reason"]),
        (StatusCode::BAD_REQUEST, &json!("invalid"))
    );
    let authorization = format!("Bearer {TOKEN}");
    let other = client
        .send(
            Method::GET,
            "/projects/other/datasets",
            Some(&authorization),
            None,
        )
        .await;
    assert_eq!(other.1["error"]["message"], "Not found: Project other");
    let (_, body) = client.get("/jobs/nope").await;
    assert_eq!(body["error"]["message"], "Not found: Job demo:US.nope");
    assert_ne!(body["error"]["errors"], Value::Null);
}
