//! A read that nobody has to look at: the way of one query from end to end.

use domain::IntentState;
use http::{StatusCode, header};
use serde_json::json;

use crate::support::{CUSTOMERS_SQL, ORDERS_SQL, Point, Reply, TestPortal, Trouble, Who};

#[tokio::test]
async fn its_rows_come_as_json_ndjson_and_csv() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let intent = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.standing(intent).await.0, IntentState::Approved);
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);

    let json = agent.results(intent, "application/json").await;
    assert_eq!(
        json.json()["rows"],
        json!([{"id": 1, "country": "DE"}, {"id": 2, "country": null}])
    );
    assert_eq!(json.json()["row_count"], 2);
    let ndjson = agent.results(intent, "application/x-ndjson").await;
    assert_eq!(
        ndjson.body,
        "{\"id\":1,\"country\":\"DE\"}\n{\"id\":2,\"country\":null}\n"
    );
    let csv = agent.results(intent, "text/csv").await;
    assert_eq!(csv.body, "id,country\n1,DE\n2,\n");
    for answer in [json, ndjson, csv] {
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    }
    portal.finish().await;
}

#[tokio::test]
async fn the_ledger_tells_of_it_step_by_step() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let intent = agent.submitted(ORDERS_SQL).await;
    portal.executed(intent).await;
    assert_eq!(portal.recorded("result.released").await.len(), 0);
    agent.results(intent, "text/csv").await;

    let entries = portal.store.entries_of_run(run.id).await.expect("entries");
    let told: Vec<_> = entries.iter().map(|entry| entry.event.as_str()).collect();
    let expected = [
        "run.opened",
        "intent.received",
        "intent.assessed",
        "intent.decided",
        "intent.moved",
        "intent.moved",
        "intent.moved",
        "intent.moved",
        "result.sealed",
        "result.released",
    ];
    assert_eq!(told, expected);
    let sealed = &portal.recorded("result.sealed").await[0];
    let released = &portal.recorded("result.released").await[0];
    assert_eq!(sealed["result_digest"], released["result_digest"]);
    portal.finish().await;
}

#[tokio::test]
async fn no_row_leaves_when_its_release_cannot_be_recorded() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let intent = agent.submitted(ORDERS_SQL).await;
    portal.executed(intent).await;
    let lock = portal.store.begin("somebody else", portal.now()).await;
    for accept in ["application/json", "application/x-ndjson", "text/csv"] {
        let answer = agent.results(intent, accept).await;
        assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
        assert!(!answer.body.contains("DE"), "{}", answer.body);
    }
    drop(lock);
    portal.finish().await;
}

#[tokio::test]
async fn bigquery_gets_the_labels_the_cap_and_the_fixed_job_id() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let body = json!({ "sql": ORDERS_SQL, "maximum_bytes_billed": 5000 });
    let answer = agent.submit("capped", &body).await;
    let intent = answer.json()["id"].as_str().expect("an id").to_owned();
    let id = intent.parse().expect("an id");
    portal.executed(id).await;

    let job = &portal.warehouse.inserts()[0];
    let execution = portal.view(id).await.execution.expect("an execution");
    assert_eq!(job.id.as_str(), execution.job_id);
    assert_eq!(job.query.maximum_bytes_billed, 5000);
    assert_eq!(job.labels["countersign_intent"], intent);
    assert_eq!(job.labels["countersign_run"], run.id.to_string());
    assert_eq!(job.labels["countersign_agent"], run.agent.to_string());
    let decided = &portal.recorded("intent.assessed").await[0]["digest"];
    let digits = decided
        .as_str()
        .and_then(|digest| digest.strip_prefix("sha256:"));
    assert_eq!(
        job.labels["countersign_digest"],
        digits.expect("a digest")[..60]
    );
    assert_eq!(job.labels.len(), 5);
    portal.finish().await;
}

#[tokio::test]
async fn nobody_raises_the_configured_cap() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let body = json!({ "sql": ORDERS_SQL, "maximum_bytes_billed": 1_u64 << 60 });
    let answer = agent.submit("greedy", &body).await;
    let intent = answer.json()["id"].as_str().expect("an id").parse();
    portal.executed(intent.expect("an id")).await;
    let cap = portal.warehouse.inserts()[0].query.maximum_bytes_billed;
    assert_eq!(cap, 10_737_418_240);
    portal.finish().await;
}

#[tokio::test]
async fn only_masked_sql_reaches_bigquery() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    portal.approved_by(Who::Bob, approval).await;
    portal.executed(intent).await;
    let masked = portal.view(intent).await.analysis.expect("an analysis");
    let masked = masked.masked_sql.expect("masked SQL");
    assert_ne!(masked, CUSTOMERS_SQL);
    // Two dry runs, when it came and before it ran, and one job.
    assert_eq!(portal.warehouse.texts(), [&masked[..]; 3]);
    portal.finish().await;
}

#[tokio::test]
async fn results_wait_for_success() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let intent = agent.submitted(ORDERS_SQL).await;
    let answer = agent.results(intent, "text/csv").await;
    assert_eq!(answer.problem(), (409, "result_not_ready".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn a_large_result_comes_in_pages() {
    let portal = TestPortal::new().await;
    let rows = (0..20_500).map(|id| vec![json!(id.to_string()), json!("DE")]);
    portal.warehouse.replies(Reply {
        rows: rows.collect(),
        ..Reply::orders()
    });
    let agent = portal.agent_at_work().await;
    let intent = agent.submitted(ORDERS_SQL).await;
    portal.executed(intent).await;
    let path = format!("/api/v1/intents/{intent}/results");
    let last = agent.get(&format!("{path}?page=2")).await.json();
    assert_eq!(last["rows"].as_array().expect("rows").len(), 500);
    assert_eq!(last["next_page"], json!(null));
    assert_eq!(agent.get(&path).await.json()["next_page"], 1);
    let beyond = agent.get(&format!("{path}?page=3")).await;
    assert_eq!(beyond.problem(), (404, "not_found".to_owned()));
    let csv = agent.results(intent, "text/csv").await;
    assert_eq!(csv.body.lines().count(), 20_501);
    portal.finish().await;
}

#[tokio::test]
async fn a_view_is_read_by_its_own_name() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let sql = "SELECT id, country FROM demo.shop.order_list";
    let intent = agent.submitted(sql).await;
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn an_unreachable_bigquery_fails_the_judging_with_a_code() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.will(Point::DryRun, Trouble::Unreachable);
    let answer = agent.ask(ORDERS_SQL).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.json()["state"], "failed");
    assert_eq!(answer.json()["problem"]["code"], "warehouse_unavailable");
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}
