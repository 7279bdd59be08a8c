//! Bad input: each case with its status, its code and its line in the ledger.

use axum::body::Body;
use http::{Request, header, request::Builder};
use serde_json::json;

use crate::support::{ORDERS_SQL, TestPortal};

const JSON: &str = "application/json";

fn submission(content_type: &str, key: &str) -> Builder {
    let request = Request::post("/api/v1/intents").header(header::CONTENT_TYPE, content_type);
    match key {
        "" => request,
        key => request.header("idempotency-key", key),
    }
}

fn sql(sql: &str) -> String {
    json!({ "sql": sql }).to_string()
}

/// A request, its body, and the status and code that it gets.
type Case = (Builder, String, u16, &'static str);

async fn assert_refused(cases: Vec<Case>) {
    let limits = "[limits]\nbody_bytes = 2048\nsql_bytes = 512\n";
    let portal = TestPortal::configured(limits).await;
    let agent = portal.agent_at_work().await;
    for (number, (request, body, status, code)) in cases.into_iter().enumerate() {
        let answer = agent.send(request, Body::from(body)).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "case {number}");
        assert!(answer.json()["request_id"].is_string(), "case {number}");
        let entries = portal.recorded("request.refused").await;
        assert_eq!(entries.len(), number + 1, "case {number}");
        assert_eq!(entries[number]["code"], code, "case {number}");
    }
    assert_eq!(portal.recorded("intent.received").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn each_wrong_submission_has_its_status_code_and_entry() {
    let good = || sql(ORDERS_SQL);
    let json = || submission(JSON, "k");
    let long_key = "k".repeat(256);
    let with =
        |key: &str, value: serde_json::Value| json!({ "sql": ORDERS_SQL, key: value }).to_string();
    assert_refused(vec![
        (submission(JSON, ""), good(), 422, "invalid_field"),
        (submission(JSON, "k k"), good(), 422, "invalid_field"),
        (submission(JSON, &long_key), good(), 422, "invalid_field"),
        (
            submission("text/plain", "k"),
            good(),
            415,
            "unsupported_media_type",
        ),
        (json(), "{".to_owned(), 400, "malformed_json"),
        (json(), String::new(), 400, "malformed_json"),
        (json(), "{}".to_owned(), 422, "missing_field"),
        (json(), with("sql", json!(1)), 422, "invalid_field"),
        (json(), with("x", json!(1)), 422, "unknown_field"),
        (json(), sql(" "), 422, "invalid_field"),
        (json(), sql(&"x".repeat(513)), 422, "invalid_field"),
        (json(), sql(&"x".repeat(4096)), 413, "body_too_large"),
        (
            json(),
            with("purpose", json!("p".repeat(1001))),
            422,
            "invalid_field",
        ),
        (json(), sql("SELECT '\0'"), 422, "invalid_field"),
        (json(), with("purpose", json!("a\0b")), 422, "invalid_field"),
        (
            json(),
            with("maximum_bytes_billed", json!(0)),
            422,
            "invalid_field",
        ),
        (
            json(),
            with("maximum_bytes_billed", json!(-1)),
            422,
            "invalid_field",
        ),
        (
            json(),
            with("parameters", json!([{"name": "x"}])),
            422,
            "missing_field",
        ),
    ])
    .await;
}

#[tokio::test]
async fn each_wrong_address_has_its_status_code_and_entry() {
    let no_such = "/api/v1/intents/int_00000000000000000000000000000001";
    let get = |path: &str| Request::get(path);
    let results = get(&format!("{no_such}/results"));
    let none = String::new;
    assert_refused(vec![
        (get(no_such), none(), 404, "not_found"),
        (get("/api/v1/intents/x"), none(), 404, "not_found"),
        (get("/api/v1/intents/%FF"), none(), 404, "not_found"),
        (
            get(&format!("{no_such}?wait=soon")),
            none(),
            400,
            "invalid_query",
        ),
        (
            get(&format!("{no_such}?weight=1")),
            none(),
            400,
            "invalid_query",
        ),
        (
            get(&format!("{no_such}/results?page=-1")),
            none(),
            400,
            "invalid_query",
        ),
        (
            results.header(header::ACCEPT, "image/png"),
            none(),
            406,
            "not_acceptable",
        ),
        (get("/api/v1/intents"), none(), 405, "method_not_allowed"),
        (get("/api/v1/else"), none(), 404, "not_found"),
        (
            Request::post("/api/v1/analyze"),
            none(),
            415,
            "unsupported_media_type",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_refusal_is_on_record_with_its_run_and_address() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    portal.agent(&run).get("/api/v1/intents/x").await;
    let entries = portal.ledger().await;
    let refused = entries.last().expect("an entry");
    assert_eq!(refused.event, "request.refused");
    assert_eq!(refused.subject, "GET /api/v1/intents/x");
    assert_eq!(refused.actor, run.agent.to_string());
    assert_eq!(refused.run, Some(run.id));
    portal.finish().await;
}

#[tokio::test]
async fn a_problem_says_what_to_change() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let answer = agent.submit("k", &json!({ "sql": " " })).await;
    let content_type = &answer.headers[header::CONTENT_TYPE];
    assert_eq!(content_type, "application/problem+json");
    insta::assert_json_snapshot!(answer.json(), { ".request_id" => "[request]" });
    portal.finish().await;
}
