//! The part of the sandbox's sample shop that the contract asks for, at another server.

use anyhow::ensure;
use http::StatusCode;
use serde_json::{Value, json};

use super::stage::{PROJECT, Stage};

/// The query of the shop's view.
const VIEW: &str = "SELECT status, COUNT(*) AS orders FROM `demo.shop.orders` GROUP BY status";

/// Makes the tables, through BigQuery's own API.
pub async fn open(stage: &Stage) -> anyhow::Result<()> {
    let dataset = json!({"projectId": PROJECT, "datasetId": "shop"});
    send(stage, "/datasets", &json!({ "datasetReference": dataset })).await?;
    let policy = "projects/demo/locations/us/taxonomies/1/policyTags/pii.email";
    let customers = json!([
        {"name": "id", "type": "INTEGER", "mode": "REQUIRED"},
        {"name": "email", "type": "STRING", "policyTags": {"names": [policy]}},
    ]);
    let orders = json!([
        {"name": "id", "type": "INTEGER", "mode": "REQUIRED"},
        {"name": "status", "type": "STRING"},
        {"name": "items", "type": "RECORD", "mode": "REPEATED", "fields": [
            {"name": "sku", "type": "STRING"}, {"name": "qty", "type": "INTEGER"}]},
    ]);
    let notes = json!([{"name": "id", "type": "INTEGER"}, {"name": "body", "type": "STRING"}]);
    for (table, fields) in [
        ("customers", customers),
        ("orders", orders),
        ("notes", notes),
    ] {
        let schema = json!({"schema": {"fields": fields}});
        make(stage, table, schema).await?;
    }
    let view = json!({"view": {"query": VIEW, "useLegacySql": false}});
    make(stage, "customer_revenue", view).await
}

async fn make(stage: &Stage, table: &str, mut what: Value) -> anyhow::Result<()> {
    what["tableReference"] = json!({"projectId": PROJECT, "datasetId": "shop", "tableId": table});
    send(stage, "/datasets/shop/tables", &what).await
}

async fn send(stage: &Stage, path: &str, body: &Value) -> anyhow::Result<()> {
    let answer = stage.http.post(stage.at(path)).json(body).send().await?;
    let status = answer.status();
    // What is there already is there from another time.
    let is_there = status.is_success() || status == StatusCode::CONFLICT;
    ensure!(is_there, "{path}: {status} {}", answer.text().await?);
    Ok(())
}
