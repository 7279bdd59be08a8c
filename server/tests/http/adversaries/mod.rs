//! Tokens as somebody sends them who should not: each refused by its own code, on record,
//! without a word to the warehouse, and without the token in any answer or entry.

mod ended;
mod forged;
mod outside;

use axum::body::Body;
use countersign::services::NewAgent;
use http::{Request, header};
use serde_json::json;

use crate::support::{Answer, ORDERS_SQL, Run, TestPortal, Who, new_run};

/// A good submission but for its token.
pub fn submission(portal: &TestPortal) -> http::request::Builder {
    Request::post("/api/v1/intents")
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", portal.fresh_key())
}

/// What it submits.
pub fn body() -> Body {
    Body::from(json!({ "sql": ORDERS_SQL }).to_string())
}

/// A run of an agent of Alice's that Heidi opened, and that may read all of the shop.
pub async fn heidis_run(portal: &TestPortal) -> Run {
    let new = NewAgent {
        sponsors: vec!["staff".to_owned()],
        ..portal.new_agent("churn-model", &["read demo.shop.*"])
    };
    let agent = portal.confirmed(new).await;
    portal.opened(Who::Heidi, new_run(agent, &[])).await
}

/// Refused by this code, with a challenge and a new entry, and nothing else happened.
pub async fn assert_refused(portal: &TestPortal, answer: &Answer, about: &str, code: &str) {
    assert_eq!(answer.problem(), (401, code.to_owned()), "{about}");
    assert!(
        answer.headers.contains_key(header::WWW_AUTHENTICATE),
        "{about}"
    );
    let ledger = portal.ledger().await;
    let last = ledger.last().expect("an entry");
    assert_eq!(
        (last.event.as_str(), &*last.subject),
        ("request.refused", "POST /api/v1/intents")
    );
    assert!(
        last.payload.contains(&format!("\"{code}\"")),
        "{about}: {}",
        last.payload
    );
    assert_eq!(
        portal.warehouse.accounts().len(),
        0,
        "{about}: BigQuery was asked"
    );
    assert_eq!(portal.recorded("intent.received").await.len(), 0, "{about}");
}

/// Whatever is told of a refusal does not tell the token.
pub async fn assert_untold(portal: &TestPortal, answer: &Answer, token: &str) {
    let secret = &token[4..20];
    assert!(!answer.body.contains(secret) && !format!("{:?}", answer.headers).contains(secret));
    for entry in portal.ledger().await {
        assert!(!entry.payload.contains(secret) && !entry.subject.contains(secret));
    }
}
