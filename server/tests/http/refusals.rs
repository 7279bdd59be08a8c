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

#[tokio::test]
async fn each_case_has_its_status_code_and_entry() {
    let limits = "[limits]\nbody_bytes = 2048\nsql_bytes = 512\n";
    let portal = TestPortal::configured(limits).await;
    let agent = portal.agent_at_work().await;
    let good = sql(ORDERS_SQL);
    let no_such = "/api/v1/intents/int_00000000000000000000000000000001";
    let long_purpose = json!({ "sql": ORDERS_SQL, "purpose": "p".repeat(1001) }).to_string();
    let no_bytes = json!({ "sql": ORDERS_SQL, "maximum_bytes_billed": 0 }).to_string();
    let cases: Vec<(Builder, String, u16, &str)> = vec![
        (submission(JSON, ""), good.clone(), 422, "invalid_field"),
        (submission(JSON, "k k"), good.clone(), 422, "invalid_field"),
        (
            submission(JSON, &"k".repeat(256)),
            good.clone(),
            422,
            "invalid_field",
        ),
        (
            submission("text/plain", "k"),
            good.clone(),
            415,
            "unsupported_media_type",
        ),
        (submission(JSON, "k"), "{".to_owned(), 400, "malformed_json"),
        (submission(JSON, "k"), String::new(), 400, "malformed_json"),
        (submission(JSON, "k"), "{}".to_owned(), 422, "missing_field"),
        (
            submission(JSON, "k"),
            json!({"sql": 1}).to_string(),
            422,
            "invalid_field",
        ),
        (
            submission(JSON, "k"),
            json!({"sql": "", "x": 1}).to_string(),
            422,
            "unknown_field",
        ),
        (submission(JSON, "k"), sql(" "), 422, "invalid_field"),
        (
            submission(JSON, "k"),
            sql(&"x".repeat(513)),
            422,
            "invalid_field",
        ),
        (
            submission(JSON, "k"),
            sql(&"x".repeat(4096)),
            413,
            "body_too_large",
        ),
        (submission(JSON, "k"), long_purpose, 422, "invalid_field"),
        (submission(JSON, "k"), no_bytes, 422, "invalid_field"),
        (Request::get(no_such), String::new(), 404, "not_found"),
        (
            Request::get("/api/v1/intents/x"),
            String::new(),
            404,
            "not_found",
        ),
        (
            Request::get("/api/v1/intents/%FF"),
            String::new(),
            404,
            "not_found",
        ),
        (
            Request::get(format!("{no_such}?wait=soon")),
            String::new(),
            400,
            "invalid_query",
        ),
        (
            Request::get(format!("{no_such}?weight=1")),
            String::new(),
            400,
            "invalid_query",
        ),
        (
            Request::get(format!("{no_such}/results?page=-1")),
            String::new(),
            400,
            "invalid_query",
        ),
        (
            Request::get(format!("{no_such}/results")).header(header::ACCEPT, "image/png"),
            String::new(),
            406,
            "not_acceptable",
        ),
        (
            Request::get("/api/v1/intents"),
            String::new(),
            405,
            "method_not_allowed",
        ),
        (
            Request::get("/api/v1/else"),
            String::new(),
            404,
            "not_found",
        ),
        (
            Request::post("/api/v1/analyze"),
            String::new(),
            415,
            "unsupported_media_type",
        ),
    ];
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
