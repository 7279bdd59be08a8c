//! `tabledata.list`: rows of a table without a query, which is a query here
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list>).

use std::collections::BTreeSet;

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use domain::{IntentState, TableName};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    asked::{Asked, flag},
    cells::{self, TimestampForm},
    jobs::{in_our_project, patience, refusal},
    tables,
};
use crate::{
    context::Context,
    http::problem::Problem,
    services::{IntentView, Services, Submission},
};

/// Rows where the client asks for no number.
const ROWS: u64 = 100;
/// The most rows that are listed without a query of one's own.
const ROWS_MAXIMUM: u64 = 10_000;

/// Query parameters that count.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageAsked {
    max_results: Option<u64>,
    start_index: Option<u64>,
    page_token: Option<String>,
    #[serde(default, rename = "formatOptions.useInt64Timestamp")]
    #[serde(deserialize_with = "flag")]
    use_int64_timestamp: Option<bool>,
}

/// `GET …/tables/{table}/data`: an intent like any other, which a client cannot wait for. What
/// needs approval is refused, with the page where it is decided.
pub(super) async fn list(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path((project, dataset, table)): Path<(String, String, String)>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    if asked.start_index.unwrap_or(0) > 0 || asked.page_token.is_some() {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "rows_without_order",
            "Only the first rows are listed",
        )
        .detail("A table's rows have no order: ask for further ones with a query."));
    }
    let name = TableName::new(format!("{}.{dataset}.{table}", services.project()));
    let columns = tables::existing(&services, &context, &name).await?.columns;
    let rows = asked.max_results.unwrap_or(ROWS).min(ROWS_MAXIMUM);
    let timestamps = match asked.use_int64_timestamp {
        Some(true) => TimestampForm::Microseconds,
        _ => TimestampForm::Seconds,
    };
    let view = first_rows(&services, &context, &name, rows).await?;
    let sealed = services.release(&context, view.intent.id).await?;
    let values = services.result_rows(&sealed, 0, rows).await?;
    let wire = values
        .iter()
        .map(|row| cells::row(&columns, row, timestamps));
    Ok(Json(json!({
        "kind": "bigquery#tableDataList",
        "totalRows": sealed.row_count.to_string(),
        "rows": wire.collect::<Vec<_>>(),
    })))
}

async fn first_rows(
    services: &Services,
    context: &Context,
    table: &TableName,
    rows: u64,
) -> Result<IntentView, Problem> {
    let submission = Submission {
        idempotency_key: format!("tabledata:{}", Uuid::now_v7().simple()),
        sql: format!("SELECT * FROM `{table}` LIMIT {rows}"),
        parameters: Vec::new(),
        purpose: String::new(),
        maximum_bytes_billed: None,
        unmask: BTreeSet::new(),
        unmask_reason: String::new(),
    };
    let submitted = services.submit_intent(context, submission).await?;
    let view = if submitted.intent.state == IntentState::PendingApproval {
        submitted
    } else {
        services
            .await_intent(context, submitted.intent.id, patience(None))
            .await?
    };
    match refusal(&view, services) {
        Some(problem) => Err(problem),
        None if view.intent.state == IntentState::Succeeded => Ok(view),
        None => Err(waits(&view, services)),
    }
}

fn waits(view: &IntentView, services: &Services) -> Problem {
    let page = view.approval.as_ref().map(|approval| {
        format!(
            "People are asked at {}/approvals/{}. ",
            services.public_url(),
            approval.id
        )
    });
    let page = page.unwrap_or_default();
    Problem::new(
        StatusCode::FORBIDDEN,
        "pending_approval",
        "The rows are not there yet",
    )
    .detail(format!(
        "{page}Listing cannot wait: ask with a query, which does."
    ))
}
