//! Tools that only look: tables, columns, and what would become of a query.

use serde_json::{Value, json};

use super::Client;
use crate::support::{CUSTOMERS_SQL, ORDERS_SQL, Reply, TestPortal};

fn names(list: &Value, name: &str) -> Vec<String> {
    let list = list.as_array().expect("a list");
    let text = |entry: &Value| entry[name].as_str().expect("a text").to_owned();
    list.iter().map(text).collect()
}

#[tokio::test]
async fn a_run_is_told_of_what_it_may_read_and_of_nothing_else() {
    let portal = TestPortal::new().await;
    let grants = [
        "read demo.shop.orders",
        "read demo.shop.customers except ssn",
    ];
    let agent = portal.register("narrow", &grants).await;
    let run = portal.open_run(agent).await;
    let client = Client::new(&portal, &run);
    let told = client.call("list_tables", json!({})).await;
    let listed = names(&told.content["tables"], "name");
    assert_eq!(listed, ["demo.shop.customers", "demo.shop.orders"]);
    assert_eq!(told.content["tables"][0]["columns"], 3);
    let told = client
        .call("list_tables", json!({ "dataset": "demo.sho" }))
        .await;
    assert_eq!(told.content["tables"], json!([]));

    let asked = json!({ "table": "demo.shop.customers" });
    let told = client.call("describe_table", asked).await;
    assert_eq!(
        told.content["columns"],
        json!([
            { "path": "id", "type": "INT64", "repeated": false },
            { "path": "email", "type": "STRING", "repeated": false,
              "tag": "pii.email", "masked_as": "XXXXX@domain" },
            { "path": "country", "type": "STRING", "repeated": false },
        ])
    );
    for outside in ["demo.shop.visits_2025", "demo.shop.nothing", "orders"] {
        let told = client
            .call("describe_table", json!({ "table": outside }))
            .await;
        assert_eq!(told.code(), "not_found", "{outside}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn a_view_has_the_columns_of_its_query() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let asked = json!({ "table": "demo.shop.customer_list" });
    let told = client.call("describe_table", asked).await;
    assert_eq!(told.content["kind"], "view");
    assert_eq!(names(&told.content["columns"], "path"), ["id", "country"]);
    portal.finish().await;
}

#[tokio::test]
async fn a_query_is_judged_and_nothing_is_kept() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let told = client
        .call("check_query", json!({ "sql": ORDERS_SQL }))
        .await;
    assert_eq!(told.content["outcome"], "run");
    assert_eq!(told.content["reads"], json!(["demo.shop.orders"]));
    // Not the dry run's 2048.
    assert_eq!(told.content["bytes"], 10_000_000);
    portal.warehouse.replies(Reply::customers());
    let told = client
        .call("check_query", json!({ "sql": CUSTOMERS_SQL }))
        .await;
    assert_eq!(told.content["outcome"], "needs_approval");
    let email = &told.content["columns"][1];
    assert_eq!(
        email,
        &json!({ "name": "email", "masked": true, "tags": ["pii.email"] })
    );
    let drop = json!({ "sql": "DROP TABLE demo.shop.orders" });
    let told = client.call("check_query", drop).await;
    assert_eq!(told.content["outcome"], "refused");
    assert_eq!(told.content["refusal"]["code"], "destructive");
    assert!(
        !told.content["findings"]
            .as_array()
            .expect("findings")
            .is_empty()
    );
    assert_eq!(portal.recorded("intent.received").await.len(), 0);
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_query_outside_the_scope_is_told_what_it_needs() {
    let portal = TestPortal::new().await;
    let agent = portal
        .register("narrow", &["read demo.shop.customers"])
        .await;
    let run = portal.open_run(agent).await;
    let client = Client::new(&portal, &run);
    let told = client
        .call("check_query", json!({ "sql": ORDERS_SQL }))
        .await;
    let refusal = &told.content["refusal"];
    assert_eq!(refusal["code"], "out_of_scope");
    assert_eq!(refusal["needed"], json!(["read demo.shop.orders"]));
    portal.finish().await;
}
