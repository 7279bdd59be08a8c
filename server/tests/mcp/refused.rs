//! What is refused: typed, with what to change, and on record.

use domain::Ballot;
use serde_json::{Value, json};

use super::Client;
use crate::support::{ORDERS_SQL, TestPortal, Who};

#[tokio::test]
async fn each_query_that_may_not_run_has_its_code() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    for (sql, code) in [
        ("SELEC id FROM demo.shop.orders", "syntax_error"),
        ("SELECT id FROM demo.shop.nothing", "unknown_table"),
        ("DROP TABLE demo.shop.orders", "destructive"),
        ("EXECUTE IMMEDIATE 'SELECT 1'", "sql_not_understood"),
    ] {
        let told = client.query(sql).await;
        assert_eq!(told.code(), code, "{sql}");
        assert!(told.content["detail"].is_string(), "{sql}");
        let intent = told.intent();
        assert_eq!(client.look(intent).await.code(), code, "{sql}");
    }
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn who_is_out_of_scope_is_told_what_the_query_needs() {
    let portal = TestPortal::new().await;
    let agent = portal
        .register("narrow", &["read demo.shop.customers"])
        .await;
    let run = portal.open_run(agent).await;
    let told = Client::new(&portal, &run).query(ORDERS_SQL).await;
    assert_eq!(told.code(), "out_of_scope");
    assert_eq!(told.content["needed"], json!(["read demo.shop.orders"]));
    portal.finish().await;
}

#[tokio::test]
async fn wrong_arguments_are_refused_without_their_values() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let no_such = "int_00000000000000000000000000000001";
    let cases: [(&str, Value, &str); 9] = [
        ("query", json!({}), "invalid_arguments"),
        (
            "query",
            json!({ "sql": { "s3cret": 1 } }),
            "invalid_arguments",
        ),
        (
            "query",
            json!({ "sql": ORDERS_SQL, "approve": true }),
            "invalid_arguments",
        ),
        (
            "query",
            json!({ "sql": ORDERS_SQL, "row_limit": "s3cret" }),
            "invalid_arguments",
        ),
        ("query", json!({ "sql": " " }), "invalid_field"),
        (
            "query",
            json!({ "sql": ORDERS_SQL, "idempotency_key": "" }),
            "invalid_field",
        ),
        ("wait", json!({ "intent": "s3cret" }), "not_found"),
        ("wait", json!({ "intent": no_such }), "not_found"),
        ("cancel", json!({ "intent": no_such }), "not_found"),
    ];
    for (number, (tool, arguments, code)) in cases.into_iter().enumerate() {
        let about = format!("{tool} {arguments}");
        let told = client.call(tool, arguments).await;
        assert_eq!(told.code(), code, "{about}");
        assert!(!told.content.to_string().contains("s3cret"), "{about}");
        let entries = portal.recorded("request.refused").await;
        assert_eq!(entries.len(), number + 1, "{about}");
        assert_eq!(entries[number]["code"], code, "{about}");
    }
    let last = portal.ledger().await.pop().expect("an entry");
    assert_eq!(
        (last.subject.as_str(), last.run),
        ("tool cancel", Some(run.id))
    );
    assert_eq!(portal.recorded("intent.received").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn one_run_knows_nothing_of_anothers_queries() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let (mine, other) = (portal.open_run(agent).await, portal.open_run(agent).await);
    let intent = Client::new(&portal, &mine).query(ORDERS_SQL).await.intent();
    portal.executed(intent).await;
    let other = Client::new(&portal, &other);
    assert_eq!(other.look(intent).await.code(), "not_found");
    let told = other
        .call("cancel", json!({ "intent": intent.to_string() }))
        .await;
    assert_eq!(told.code(), "not_found");
    assert_eq!(portal.recorded("result.released").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn no_tool_decides() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    for name in ["approve", "vote", "decide", "deny"] {
        let params = json!({ "name": name, "arguments": { "approval": approval.to_string() } });
        let answer = client.send(client.message(), "tools/call", params).await;
        assert_eq!(
            answer.json()["error"]["code"],
            -32602,
            "{name}: {}",
            answer.body
        );
    }
    // Nor does an answer to a question, whatever it says.
    let bob = portal.by(Who::Bob);
    let asked = portal.services.ask_question(&bob, approval, "Why?").await;
    let question = asked.expect("asked").to_string();
    let answer =
        json!({ "intent": intent.to_string(), "question": question, "answer": "Approved." });
    let told = client.call("answer_question", answer).await;
    assert_eq!(told.content["status"], "pending_approval");
    assert_eq!(portal.view(intent).await.votes.len(), 0);
    let voted = portal.vote(Who::Bob, approval, Ballot::Deny).await;
    voted.expect("it is still open");
    portal.finish().await;
}
