//! Columns read unmasked for one intent: asked for with a reason, approved by two, told.

use app::api::sessions::LoadSession;
use countersign::services::CastVote;
use domain::{
    ApprovalId, Ballot,
    IntentState::{self, Approved, PendingApproval, Succeeded},
    MaskRule, RiskLevel,
};
use serde_json::{Value, json};

use crate::support::{Agent, Answer, CUSTOMERS_SQL, ORDERS_SQL, Reply, TestPortal, Who, columns};

const RAW: &str = "mona@louvre.example.org";
const EMAIL: &str = "demo.shop.customers.email";

async fn ask(portal: &TestPortal, agent: &Agent<'_>, sql: &str, more: Value) -> Answer {
    let mut body = json!({ "sql": sql });
    let (body_map, more) = (body.as_object_mut().expect("an object"), more);
    body_map.extend(more.as_object().expect("an object").clone());
    agent.submit(&portal.fresh_key(), &body).await
}

fn unmask(column: &str) -> Value {
    json!({ "unmask": [column], "unmask_reason": "Letters came back" })
}

async fn approve(portal: &TestPortal, who: Who, approval: ApprovalId) -> IntentState {
    let cast = CastVote {
        ballot: Ballot::Approve,
        comment: "",
        confirmation: "churn-model",
    };
    let voted = portal.services.vote(&portal.by(who), approval, cast).await;
    voted.expect("a vote")
}

#[tokio::test]
async fn two_people_let_a_column_out_unmasked_and_all_the_rest_is_still_looked_at() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    portal.warehouse.replies(Reply {
        schema: columns(&["email STRING", "country STRING"]),
        rows: vec![vec![json!(RAW), json!(format!("write to {RAW}"))]],
        ..Reply::customers()
    });
    let sql = "SELECT email, country FROM demo.shop.customers";
    let asked = ask(&portal, &agent, sql, unmask(EMAIL)).await.json();
    assert_eq!(asked["state"], "pending_approval", "{asked}");
    assert_eq!(asked["risk"], "critical");
    assert_eq!(asked["unmask"][0], EMAIL);
    let codes = asked["findings"].as_array().expect("findings").iter();
    let codes: Vec<_> = codes.map(|finding| finding["code"].clone()).collect();
    assert!(codes.contains(&json!("unmask_requested")), "{codes:?}");
    assert_eq!(asked["approval"]["needed"], 2);
    let intent = asked["id"].as_str().expect("an id").parse().expect("an id");
    let view = portal.view(intent).await;
    assert_eq!(view.risk(), Some(RiskLevel::Critical));
    assert!(view.decision.expect("a decision").step_up);
    let answer = view.analysis.expect("an analysis");
    let email = &answer.answer().expect("an answer")[0];
    assert_eq!(
        (email.masked, email.rule, email.tags.len()),
        (false, None::<MaskRule>, 1)
    );
    let approval = view.approval.expect("an approval").id;
    assert_eq!(approve(&portal, Who::Bob, approval).await, PendingApproval);
    assert_eq!(approve(&portal, Who::Carol, approval).await, Approved);
    assert_eq!(portal.executed(intent).await.0, Succeeded);

    let rows = agent.results(intent, "text/csv").await.body;
    assert!(rows.contains(&format!("\n{RAW},")), "{rows}");
    assert!(!rows.contains(&format!("write to {RAW}")), "{rows}");
    let told = agent.get(&format!("/api/v1/intents/{intent}")).await.json();
    assert_eq!(told["result"]["columns"][0]["masked"], false);
    assert_eq!(told["result"]["columns"][0]["tags"][0], "pii.email");
    // It was let out to its agent, not to everybody who may look at the session.
    let session = format!("run={}", run.id);
    let replay = portal.desk::<LoadSession>(Who::Frank, &session).await;
    assert!(replay.body.contains("\"unmasked\":true"), "{}", replay.body);
    assert!(!replay.body.contains(RAW), "{}", replay.body);
    for event in ["intent.received", "intent.assessed"] {
        let entry = portal.recorded(event).await.remove(0);
        let named = entry.to_string().contains(EMAIL);
        assert!(named, "{event}: {entry}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn what_flows_from_an_unmasked_column_and_others_is_still_scanned() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    portal.warehouse.replies(Reply {
        schema: columns(&["both STRING"]),
        rows: vec![vec![json!(RAW)]],
        ..Reply::customers()
    });
    let sql = "SELECT CONCAT(email, country) AS both_of_them FROM demo.shop.customers";
    let asked = ask(&portal, &agent, sql, unmask(EMAIL)).await.json();
    let intent = asked["id"].as_str().expect("an id").parse().expect("an id");
    let approval = portal.view(intent).await.approval.expect("an approval").id;
    approve(&portal, Who::Bob, approval).await;
    approve(&portal, Who::Carol, approval).await;
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    let rows = agent.results(intent, "text/csv").await.body;
    assert!(!rows.contains(RAW), "{rows}");
    portal.finish().await;
}

#[tokio::test]
async fn what_cannot_be_asked_for_unmasked_is_refused_with_its_reason() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    portal.warehouse.replies(Reply::customers());
    for (more, code) in [
        (json!({ "unmask": [EMAIL] }), "invalid_field"),
        (json!({ "unmask_reason": "because" }), "invalid_field"),
        (unmask("demo.shop.customers.ssn"), "unmask_not_read"),
        (unmask("demo.shop.customers.id"), "unmask_unknown_column"),
        (
            unmask("demo.shop.customers.nothing"),
            "unmask_unknown_column",
        ),
    ] {
        let refused = ask(&portal, &agent, CUSTOMERS_SQL, more.clone()).await;
        assert_eq!(refused.problem().1, code, "{more}");
    }
    let stored = "INSERT INTO demo.shop.orders (note) SELECT email FROM demo.shop.customers";
    let new = portal.new_agent("writer", &["read demo.shop.*", "write demo.shop.*"]);
    let writer = portal.confirmed(new).await;
    let run = portal.open_run(writer).await;
    let refused = ask(&portal, &portal.agent(&run), stored, unmask(EMAIL)).await;
    assert_eq!(refused.problem().1, "unmask_not_a_query");
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_later_request_is_masked_as_ever() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    portal.warehouse.replies(Reply::customers());
    ask(&portal, &agent, CUSTOMERS_SQL, unmask(EMAIL)).await;
    let (intent, _) = portal.pending(&agent).await;
    let analysis = portal.view(intent).await.analysis.expect("an analysis");
    assert!(analysis.answer().expect("an answer")[1].masked);
    portal.warehouse.replies(Reply::orders());
    let harmless = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.standing(harmless).await.0, Approved);
    portal.finish().await;
}
