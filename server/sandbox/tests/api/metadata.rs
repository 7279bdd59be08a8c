//! Projects, datasets, tables, their contents, and discovery.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Client, TOKEN, rows};

fn field<'a>(table: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(&table["schema"], |parent, name| {
        let fields = parent["fields"].as_array().expect("fields");
        fields
            .iter()
            .find(|field| field["name"] == *name)
            .expect("a field")
    })
}

#[tokio::test]
async fn tables_are_described_with_modes_and_policy_tags() {
    let client = Client::new();
    let (status, customers) = client.get("/datasets/shop/tables/customers").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(customers["numRows"], "5000");
    assert_eq!(field(&customers, &["id"])["mode"], "REQUIRED");
    let tag = |path: &[&str]| field(&customers, path)["policyTags"]["names"][0].clone();
    assert_eq!(
        tag(&["ssn"]),
        "projects/demo/locations/us/taxonomies/1/policyTags/pii.ssn"
    );
    assert_eq!(
        tag(&["card_number"]),
        "projects/demo/locations/us/taxonomies/1/policyTags/pci.card_number"
    );
    assert_eq!(tag(&["country"]), Value::Null);

    let (_, events) = client.get("/datasets/shop/tables/events").await;
    assert_eq!(field(&events, &["params"])["mode"], "REPEATED");
    assert_eq!(
        field(&events, &["user", "email"])["policyTags"]["names"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );

    let (_, view) = client.get("/datasets/shop/tables/customer_revenue").await;
    assert_eq!(view["type"], "VIEW");
    assert!(
        view["view"]["query"]
            .as_str()
            .is_some_and(|query| query.contains("DATE_TRUNC"))
    );
}

#[tokio::test]
async fn lists_have_what_strict_clients_need() {
    let client = Client::new();
    let (_, datasets) = client.get("/datasets").await;
    assert!(datasets["etag"].is_string());
    assert_eq!(datasets["datasets"][1]["id"], "demo:shop");
    let (_, tables) = client.get("/datasets/shop/tables?maxResults=5").await;
    assert_eq!(tables["tables"].as_array().map(Vec::len), Some(5));
    let token = tables["nextPageToken"].as_str().expect("a token");
    let (_, more) = client
        .get(&format!(
            "/datasets/shop/tables?maxResults=50&pageToken={token}"
        ))
        .await;
    assert_eq!(more["tables"].as_array().map(Vec::len), Some(9));
    let (status, _) = client
        .send(
            Method::GET,
            "/projects",
            Some(&format!("Bearer {TOKEN}")),
            None,
        )
        .await;
    assert_eq!(status, StatusCode::OK, "some clients leave out the prefix");
}

#[tokio::test]
async fn table_data_comes_in_pages() {
    let client = Client::new();
    let (_, first) = client
        .get("/datasets/shop/tables/products/data?maxResults=150")
        .await;
    assert_eq!(first["totalRows"], "200");
    let token = first["pageToken"].as_str().expect("a token");
    let (_, second) = client
        .get(&format!(
            "/datasets/shop/tables/products/data?maxResults=150&pageToken={token}"
        ))
        .await;
    assert_eq!(rows(&second)[0][1], "SKU-0151");
    assert_eq!(second["pageToken"], Value::Null);
    let (_, some) = client
        .get("/datasets/shop/tables/products/data?maxResults=1&selectedFields=sku,id")
        .await;
    assert_eq!(rows(&some), [json!(["1", "SKU-0001"])]);
    let (status, _) = client
        .get("/datasets/shop/tables/customer_revenue/data")
        .await;
    assert_eq!(
        status,
        StatusCode::BAD_REQUEST,
        "a view has no data of its own"
    );
}

#[tokio::test]
async fn discovery_needs_no_token_and_names_this_server() {
    let client = Client::new();
    for path in [
        "/$discovery/rest?version=v2",
        "/discovery/v1/apis/bigquery/v2/rest",
    ] {
        let (status, document) = client.send(Method::GET, path, None, None).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(document["basePath"], json!("/bigquery/v2/"));
        assert_eq!(document["rootUrl"], json!("http://localhost/"));
    }
}
