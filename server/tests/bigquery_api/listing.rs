//! Datasets, tables and their rows: only what the run may see.

use serde_json::{Value, json};

use crate::support::{Agent, Reply, TestPortal, Who, columns};

#[tokio::test]
async fn only_what_the_run_may_read_is_listed() {
    let portal = TestPortal::new().await;
    let registered = portal
        .register("narrow", &["read demo.shop.orders except note"])
        .await;
    let run = portal.open_run(registered).await;
    let agent = portal.agent(&run);
    let datasets = agent.look("/datasets").await.json();
    assert_eq!(
        datasets["datasets"][0]["datasetReference"]["datasetId"],
        "shop"
    );
    let tables = agent.look("/datasets/shop/tables").await.json();
    assert_eq!(tables["totalItems"], 1);
    assert_eq!(tables["tables"][0]["tableReference"]["tableId"], "orders");

    let table = agent.look("/datasets/shop/tables/orders").await.json();
    let fields = table["schema"]["fields"].as_array().expect("fields");
    let names: Vec<_> = fields.iter().map(|field| &field["name"]).collect();
    assert_eq!(names, ["id", "customer_id", "country"]);
    for hidden in [
        "/datasets/shop/tables/customers",
        "/datasets/other",
        "/datasets/other/tables/x",
    ] {
        assert_eq!(agent.look(hidden).await.status.as_u16(), 404, "{hidden}");
    }
    let elsewhere = agent.get("/bigquery/v2/projects/other/datasets").await;
    assert_eq!(elsewhere.status.as_u16(), 404);
    portal.finish().await;
}

#[tokio::test]
async fn tags_are_told_with_the_columns() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let table = agent.look("/datasets/shop/tables/customers").await.json();
    let email = &table["schema"]["fields"][1];
    assert_eq!(
        email["description"],
        "tagged pii.email; what leaves is masked"
    );
    portal.finish().await;
}

#[tokio::test]
async fn listing_rows_is_an_intent() {
    let portal = TestPortal::new().await;
    countersign::jobs::start(&portal.services, std::time::Duration::from_hours(1));
    let agent = portal.agent_at_work().await;
    let reply = Reply {
        schema: columns(&[
            "id INT64",
            "customer_id INT64",
            "country STRING",
            "note STRING",
        ]),
        rows: vec![vec![
            json!("1"),
            json!("2"),
            json!("DE"),
            json!("ask ann@example.com"),
        ]],
        ..Reply::orders()
    };
    portal.warehouse.replies(reply);
    let rows = agent
        .look("/datasets/shop/tables/orders/data?maxResults=5")
        .await
        .json();
    let values =
        json!([{"f": [{"v": "1"}, {"v": "2"}, {"v": "DE"}, {"v": "ask [masked: pii.email]"}]}]);
    assert_eq!(rows["rows"], values);
    assert_eq!(portal.recorded("intent.received").await.len(), 1);

    let sql = &portal.warehouse.inserts()[0].query.sql;
    let columns = "SELECT `id`, `customer_id`, `country`, `note` FROM `demo.shop.orders`";
    assert!(sql.starts_with(columns), "{sql}");
    portal.finish().await;
}

/// Rows that are numbered.
fn numbered(rows: std::ops::RangeInclusive<u32>) -> Reply {
    Reply {
        schema: columns(&["id INT64"]),
        rows: rows.map(|row| vec![json!(row.to_string())]).collect(),
        ..Reply::orders()
    }
}

const IDS: &str = "/datasets/shop/tables/orders/data?selectedFields=id";

/// The numbers of a page's rows, and the token of the next page.
async fn page(agent: &Agent<'_>, more: &str) -> (Vec<String>, Option<String>) {
    let answer = agent.look(&format!("{IDS}{more}")).await.json();
    let rows = answer["rows"].as_array().cloned().unwrap_or_default();
    let number = |row: &Value| row["f"][0]["v"].as_str().expect("a number").to_owned();
    let token = answer["pageToken"].as_str().map(str::to_owned);
    (rows.iter().map(number).collect(), token)
}

#[tokio::test]
async fn pages_of_a_listing_are_pages_of_one_result() {
    let portal = TestPortal::new().await;
    countersign::jobs::start(&portal.services, std::time::Duration::from_hours(1));
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(numbered(1..=5));
    let (first, token) = page(&agent, "&maxResults=2").await;
    assert_eq!(first, ["1", "2"]);
    let token = token.expect("a token");
    // What is there by then is another listing.
    portal.warehouse.replies(numbered(6..=9));
    let (second, token) = page(&agent, &format!("&maxResults=2&pageToken={token}")).await;
    assert_eq!(second, ["3", "4"]);
    let token = token.expect("a token");
    let last = page(&agent, &format!("&maxResults=2&pageToken={token}")).await;
    assert_eq!(last, (vec!["5".to_owned()], None));
    assert_eq!(portal.recorded("intent.received").await.len(), 1);

    assert_eq!(page(&agent, "&startIndex=3&maxResults=5").await.0, ["9"]);
    assert_eq!(page(&agent, "&maxResults=0").await, (vec![], None));
    let elsewhere = format!("/datasets/shop/tables/orders/data?pageToken={token}");
    for query in [
        elsewhere,
        format!("{IDS}&pageToken=2"),
        format!("{IDS}&pageToken=int_x-2"),
    ] {
        let refused = super::refusal(&agent.look(&query).await);
        assert_eq!(
            (refused.0, refused.2.as_str()),
            (400, "invalid_page_token"),
            "{query}"
        );
    }
    portal.finish().await;
}

#[tokio::test]
async fn a_listing_ends_with_a_word_where_the_table_may_go_on() {
    let portal = TestPortal::new().await;
    countersign::jobs::start(&portal.services, std::time::Duration::from_hours(1));
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(numbered(1..=10_001));
    let (rows, token) = page(&agent, "").await;
    assert_eq!(rows.len(), 10_000);
    let path = format!("{IDS}&pageToken={}", token.expect("a token"));
    let refused = super::refusal(&agent.look(&path).await);
    assert_eq!((refused.0, refused.2.as_str()), (400, "rows_without_order"));
    portal.finish().await;
}

#[tokio::test]
async fn people_are_asked_about_a_listing_once() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply::customers());
    let path = "/datasets/shop/tables/customers/data?selectedFields=id,email&timeoutMs=0";
    let waiting = agent.look(path).await;
    let (status, reason, code) = super::refusal(&waiting);
    assert_eq!(
        (status, reason.as_str(), code.as_str()),
        (403, "accessDenied", "pending_approval")
    );
    assert!(waiting.body.contains("/approvals/apr_"), "{}", waiting.body);
    assert_eq!(
        super::refusal(&agent.look(path).await).2,
        "pending_approval"
    );
    let inbox = portal.services.inbox(&portal.by(Who::Bob)).await;
    let (waiting, _) = inbox.expect("an inbox");
    let [waiting] = waiting.as_slice() else {
        panic!("{} wait", waiting.len());
    };
    let (intent, approval) = (waiting.intent.intent.id, waiting.approval.id);
    portal.approved_by(Who::Bob, approval).await;
    portal.executed(intent).await;
    let row = json!([{"f": [{"v": "7"}, {"v": "XXXXX@example.com"}]}]);
    assert_eq!(agent.look(path).await.json()["rows"], row);
    assert_eq!(portal.recorded("intent.received").await.len(), 1);

    let hidden = "/datasets/shop/tables/customers/data?selectedFields=id,nothing";
    assert_eq!(
        super::refusal(&agent.look(hidden).await).2,
        "invalid_parameter"
    );
    portal.finish().await;
}

#[tokio::test]
async fn the_discovery_document_is_there_without_a_token() {
    let portal = TestPortal::new().await;
    for path in [
        "/$discovery/rest?version=v2",
        "/discovery/v1/apis/bigquery/v2/rest",
    ] {
        let request = http::Request::get(path).body(axum::body::Body::empty());
        let document = portal.send(request.expect("a request")).await.json();
        assert_eq!(document["servicePath"], "bigquery/v2/");
        assert_eq!(
            document["rootUrl"],
            format!("{}/", portal.services.public_url())
        );
    }
    portal.finish().await;
}
