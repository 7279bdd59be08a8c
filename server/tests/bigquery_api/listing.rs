//! Datasets, tables and their rows: only what the run may see.

use serde_json::json;

use crate::support::{Reply, TestPortal, columns};

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

    portal.warehouse.replies(Reply {
        schema: columns(&["id INT64", "email STRING", "ssn STRING", "country STRING"]),
        ..Reply::customers()
    });
    let waiting = agent.look("/datasets/shop/tables/customers/data").await;
    let (status, reason, code) = super::refusal(&waiting);
    assert_eq!(
        (status, reason.as_str(), code.as_str()),
        (403, "accessDenied", "pending_approval")
    );
    assert!(waiting.body.contains("/approvals/apr_"), "{}", waiting.body);
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
