//! As much of BigQuery's REST interface as one query needs; its pages are made as they are
//! asked for.

use std::fmt::Write as _;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// One in so many rows has an address in it.
const ADDRESS_EVERY: u64 = 50;

/// Serves one table, whose every query gives so many rows; returns its address.
pub async fn start(rows: u64) -> String {
    let router = Router::new()
        .route("/projects/demo/datasets/shop/tables", get(tables))
        .route("/projects/demo/datasets/shop/tables/orders", get(table))
        .route("/projects/demo/jobs", post(insert))
        .route("/projects/demo/jobs/{id}", get(job))
        .route("/projects/demo/queries/{id}", get(page))
        .with_state(rows);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn reference() -> Value {
    json!({"projectId": "demo", "datasetId": "shop", "tableId": "orders"})
}

fn schema() -> Value {
    json!({"fields": [
        {"name": "id", "type": "INTEGER"},
        {"name": "country", "type": "STRING"},
        {"name": "note", "type": "STRING"},
    ]})
}

async fn tables() -> Json<Value> {
    Json(json!({"tables": [{"tableReference": reference()}]}))
}

async fn table() -> Json<Value> {
    Json(json!({"tableReference": reference(), "schema": schema(), "etag": "1"}))
}

/// A dry run, or a job that is over at once.
async fn insert(Json(body): Json<Value>) -> Json<Value> {
    if body["configuration"]["dryRun"] != true {
        let id = &body["jobReference"]["jobId"];
        return job(Path(id.as_str().expect("an id").to_owned())).await;
    }
    Json(
        json!({"statistics": {"totalBytesProcessed": "1024", "query": {
            "statementType": "SELECT", "referencedTables": [reference()], "schema": schema(),
        }}}),
    )
}

async fn job(Path(id): Path<String>) -> Json<Value> {
    Json(json!({
        "jobReference": {"projectId": "demo", "jobId": id, "location": "US"},
        "status": {"state": "DONE"},
        "statistics": {"query": {"totalBytesBilled": "1024"}},
    }))
}

/// Which page is asked for; a token is the number of its first row.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    max_results: u64,
    #[serde(default)]
    page_token: Option<u64>,
}

async fn page(State(rows): State<u64>, Query(asked): Query<Asked>) -> Response {
    let start = asked.page_token.unwrap_or(0);
    let end = (start + asked.max_results).min(rows);
    let mut text = format!(
        r#"{{"jobComplete":true,"totalRows":"{rows}","schema":{},"#,
        schema()
    );
    if end < rows {
        let _ = write!(text, r#""pageToken":"{end}","#);
    }
    text.push_str(r#""rows":["#);
    for row in start..end {
        let separator = if row > start { "," } else { "" };
        let whom = if row % ADDRESS_EVERY == 0 {
            format!("customer{row}@example.com")
        } else {
            "the customer".to_owned()
        };
        let _ = write!(
            text,
            r#"{separator}{{"f":[{{"v":"{row}"}},{{"v":"DE"}},{{"v":"parcel {} was late, {whom} asked for a refund"}}]}}"#,
            row * 7
        );
    }
    text.push_str("]}");
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
