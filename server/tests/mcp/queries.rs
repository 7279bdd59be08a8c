//! Queries by tools: run, waited for, asked about, taken back.

use std::time::Duration;

use domain::{Ballot, IntentState};
use serde_json::json;

use super::Client;
use crate::support::{CUSTOMERS_SQL, ORDERS_SQL, Reply, TestPortal, Who, columns};

#[tokio::test]
async fn a_query_gives_its_rows_once_they_are_sealed() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let told = client.query(ORDERS_SQL).await;
    assert_eq!(told.content["status"], "running");
    let intent = told.intent();
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);

    let told = client.look(intent).await;
    assert_eq!(told.content["status"], "succeeded");
    let result = &told.content["result"];
    assert_eq!(result["rows"], json!([[1, "DE"], [2, null]]));
    assert_eq!(result["columns"][1]["name"], "country");
    assert_eq!(result["columns"][1]["masked"], false);
    assert_eq!(result["row_count"], 2);
    assert_eq!(result.get("next_row"), None);
    assert_eq!(portal.recorded("result.released").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn what_the_scan_found_is_told_with_the_rows() {
    let portal = TestPortal::new().await;
    portal.warehouse.replies(Reply {
        schema: columns(&["country STRING"]),
        rows: vec![vec![json!("DE89370400440532013000")], vec![json!("DE")]],
        ..Reply::orders()
    });
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let intent = client
        .query("SELECT country FROM demo.shop.orders")
        .await
        .intent();
    portal.executed(intent).await;
    let told = client.look(intent).await;
    let [finding] = told.content["findings"]
        .as_array()
        .expect("findings")
        .as_slice()
    else {
        panic!("{}", told.content);
    };
    assert_eq!(finding["code"], "sensitive_value_found");
    assert_eq!(finding["severity"], "high");
    let message = "1 value of `country` looks like `pii.iban`; it was masked.";
    assert_eq!(finding["message"], message);
    assert!(!told.content.to_string().contains("37040044"));
    portal.finish().await;
}

#[tokio::test]
async fn rows_are_read_on_where_an_answer_stopped() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let intent = client.query(ORDERS_SQL).await.intent();
    portal.executed(intent).await;
    let asked = json!({ "intent": intent.to_string(), "row_limit": 1 });
    let told = client.call("wait", asked).await;
    assert_eq!(told.content["result"]["rows"], json!([[1, "DE"]]));
    assert_eq!(told.content["result"]["next_row"], 1);
    let asked = json!({ "intent": intent.to_string(), "row_limit": 1, "first_row": 1 });
    let told = client.call("wait", asked).await;
    assert_eq!(told.content["result"]["rows"], json!([[2, null]]));
    assert_eq!(told.content["result"].get("next_row"), None);
    portal.finish().await;
}

#[tokio::test]
async fn the_same_key_is_the_same_query() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let asked = json!({ "sql": ORDERS_SQL, "idempotency_key": "k", "wait_seconds": 0 });
    let first = client.call("query", asked.clone()).await.intent();
    assert_eq!(client.call("query", asked).await.intent(), first);
    let other = json!({ "sql": CUSTOMERS_SQL, "idempotency_key": "k" });
    let told = client.call("query", other).await;
    assert_eq!(told.code(), "idempotency_key_reused");
    assert_ne!(client.query(ORDERS_SQL).await.intent(), first);
    portal.finish().await;
}

#[tokio::test]
async fn what_waits_for_people_says_where_they_decide_and_then_gives_masked_rows() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    portal.warehouse.replies(Reply::customers());
    // The usual patience: an answer comes at once all the same.
    let told = client.call("query", json!({ "sql": CUSTOMERS_SQL })).await;
    assert_eq!(told.content["status"], "pending_approval");
    let intent = told.intent();
    let approval = portal.view(intent).await.approval.expect("an approval");
    let page = format!("http://{}/approvals/{}", super::HOST, approval.id);
    assert_eq!(told.content["approval"]["page"], page);
    assert!(
        told.content["next"]
            .as_str()
            .expect("said")
            .contains("wait")
    );

    portal.approved_by(Who::Bob, approval.id).await;
    portal.executed(intent).await;
    let told = client.look(intent).await;
    let result = &told.content["result"];
    assert_eq!(result["rows"], json!([[7, "XXXXX@example.com"]]));
    assert_eq!(result["columns"][1]["masked"], true);
    portal.finish().await;
}

#[tokio::test]
async fn a_waiting_call_ends_when_the_query_does() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let intent = client.query(ORDERS_SQL).await.intent();
    let asked = json!({ "intent": intent.to_string(), "seconds": 30 });
    let executed = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        portal.executed(intent).await
    };
    let (told, _) = tokio::join!(client.call("wait", asked), executed);
    assert_eq!(told.content["status"], "succeeded");
    portal.finish().await;
}

#[tokio::test]
async fn what_people_denied_is_refused_in_their_words() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    portal.warehouse.replies(Reply::customers());
    let intent = client.query(CUSTOMERS_SQL).await.intent();
    let approval = portal.view(intent).await.approval.expect("an approval");
    let voted = portal.vote(Who::Bob, approval.id, Ballot::Deny).await;
    assert_eq!(voted.expect("a vote"), IntentState::Denied);
    let told = client.look(intent).await;
    assert_eq!(told.code(), "denied");
    let detail = told.content["detail"].as_str().expect("a detail");
    assert!(detail.contains("an approver says: seen"), "{detail}");
    assert_eq!(told.intent(), intent);
    portal.finish().await;
}

#[tokio::test]
async fn a_question_is_told_and_answered() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    let bob = portal.by(Who::Bob);
    let asked = portal.services.ask_question(&bob, approval, "Why?").await;
    let question = asked.expect("asked").to_string();

    let told = client.look(intent).await;
    let seen = &told.content["approval"]["questions"][0];
    assert_eq!(
        (&seen["question"], &seen["id"]),
        (&json!("Why?"), &json!(question))
    );
    assert!(
        told.content["next"]
            .as_str()
            .expect("said")
            .contains("answer_question")
    );

    let answer =
        json!({ "intent": intent.to_string(), "question": question, "answer": "To count." });
    let told = client.call("answer_question", answer).await;
    let seen = &told.content["approval"]["questions"][0];
    assert_eq!(seen["answers"], json!(["To count."]));
    assert_eq!(portal.recorded("question.answered").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn a_query_is_taken_back() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let (intent, _) = portal.pending(&portal.agent(&run)).await;
    let told = client
        .call("cancel", json!({ "intent": intent.to_string() }))
        .await;
    assert_eq!(told.content["state"], "withdrawn");
    assert_eq!(client.look(intent).await.code(), "cancelled");
    let told = client
        .call("cancel", json!({ "intent": intent.to_string() }))
        .await;
    assert_eq!(told.code(), "not_cancellable");
    portal.finish().await;
}
