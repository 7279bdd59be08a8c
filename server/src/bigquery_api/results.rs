//! `jobs.getQueryResults`: the sealed rows of a job, page by page
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults>).

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use domain::IntentState;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) use super::cells::TimestampForm;
use super::{
    asked::{Asked, flag},
    cells,
    job_resource::reference,
    jobs::{existing, in_our_project, patience, refusal},
    schema,
};
use crate::{
    context::Context,
    http::problem::Problem,
    services::{IntentView, Services},
};

/// Rows of a page where the client asks for no number, and the most of one.
pub(super) const ROWS: u64 = 10_000;

/// Query parameters that count; what only shapes the answer is passed over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageAsked {
    max_results: Option<u64>,
    start_index: Option<u64>,
    page_token: Option<String>,
    timeout_ms: Option<u64>,
    #[serde(default, rename = "formatOptions.useInt64Timestamp")]
    #[serde(deserialize_with = "flag")]
    use_int64_timestamp: Option<bool>,
}

/// Which rows, and in which form.
pub(super) struct Page {
    pub(super) start: u64,
    /// None for as many as fit.
    pub(super) max_rows: Option<u64>,
    pub(super) timestamps: TimestampForm,
}

impl TimestampForm {
    pub(super) const fn of(is_integer: Option<bool>) -> Self {
        match is_integer {
            Some(true) => Self::Microseconds,
            _ => Self::Seconds,
        }
    }

    /// What the body of `jobs.query` says.
    pub(super) fn of_body(body: &Value) -> Self {
        Self::of(body["formatOptions"]["useInt64Timestamp"].as_bool())
    }
}

/// `GET /projects/{project}/queries/{job}`.
pub(super) async fn read(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path((project, id)): Path<(String, String)>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let page = Page {
        start: start(&asked)?,
        max_rows: asked.max_results,
        timestamps: TimestampForm::of(asked.use_int64_timestamp),
    };
    let intent = existing(&services, &context, &id).await?.intent.id;
    let patience = patience(asked.timeout_ms);
    let view = services.await_intent(&context, intent, patience).await?;
    answer(
        &services,
        &context,
        &view,
        &id,
        &page,
        "bigquery#getQueryResultsResponse",
    )
    .await
    .map(Json)
}

/// A page's token is the number of its first row.
fn start(asked: &PageAsked) -> Result<u64, Box<Problem>> {
    let Some(token) = &asked.page_token else {
        return Ok(asked.start_index.unwrap_or(0));
    };
    token.parse().map_err(|_| {
        let title = "This is no page's token";
        let problem = Problem::new(StatusCode::BAD_REQUEST, "invalid_page_token", title);
        Box::new(problem.detail("Send `pageToken` as the answer before gave it."))
    })
}

/// A job's rows, or that it is not done yet.
pub(super) async fn answer(
    services: &Services,
    context: &Context,
    view: &IntentView,
    id: &str,
    page: &Page,
    kind: &str,
) -> Result<Value, Problem> {
    if let Some(problem) = refusal(view, services) {
        return Err(problem);
    }
    let mut answer = json!({"kind": kind, "jobReference": reference(id, services)});
    let is_complete = view.intent.state == IntentState::Succeeded;
    answer["jobComplete"] = is_complete.into();
    if !is_complete {
        return Ok(answer);
    }
    let sealed = services.sealed(context, view.intent.id).await?;
    let columns = view
        .dry_run
        .as_ref()
        .map(|facts| facts.schema.as_slice())
        .unwrap_or_default();
    answer["schema"] = schema::schema(columns);
    answer["totalRows"] = sealed.row_count.to_string().into();
    answer["totalBytesProcessed"] = view
        .processed_bytes()
        .unwrap_or_default()
        .to_string()
        .into();
    answer["cacheHit"] = false.into();
    // A client that only waits asks for no rows, and must get no list of them.
    if page.max_rows == Some(0) {
        return Ok(answer);
    }
    let count = page.max_rows.unwrap_or(ROWS).min(ROWS);
    let sealed = services.release(context, view.intent.id).await?;
    let rows = services.result_rows(&sealed, page.start, count).await?;
    let next = page.start + rows.len() as u64;
    if next < sealed.row_count && !rows.is_empty() {
        answer["pageToken"] = next.to_string().into();
    }
    let wire = rows
        .iter()
        .map(|row| cells::row(columns, row, page.timestamps));
    answer["rows"] = wire.collect();
    Ok(answer)
}
