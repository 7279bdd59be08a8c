//! `jobs`: insert, query, get and cancel.

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use domain::IntentState;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    job_request::{JobRequest, idempotency_key},
    job_resource::{failure, is_done, job, reference},
    results::{self, Page, TimestampForm},
    schema,
};
use crate::{
    context::Context,
    http::{json::JsonBody, problem::Problem},
    services::{IntentView, QueryPreview, Services, bytes_for_agents},
};

/// How long `jobs.query` waits where the client does not say
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query>).
const PATIENCE: u64 = 10_000;
/// The longest that one request waits, in milliseconds.
const PATIENCE_MAXIMUM: u64 = 30_000;

/// How long to wait for a job.
pub(super) fn patience(asked_milliseconds: Option<u64>) -> Duration {
    Duration::from_millis(asked_milliseconds.unwrap_or(PATIENCE).min(PATIENCE_MAXIMUM))
}

/// `POST /projects/{project}/jobs`.
pub(super) async fn insert(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path(project): Path<String>,
    JsonBody(body): JsonBody<Value>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let request = JobRequest::of_insert(body, &services)?;
    let id = request.id.clone();
    if request.is_dry_run {
        let preview = services
            .preview_intent(&context, request.submission())
            .await?;
        return Ok(Json(dry_run(&preview, &services)?));
    }
    let view = services
        .submit_intent(&context, request.submission())
        .await?;
    Ok(Json(job(&view, &id, &services)))
}

/// `POST /projects/{project}/queries`: the job, and its first rows when it is done in time.
pub(super) async fn query(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path(project): Path<String>,
    JsonBody(body): JsonBody<Value>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let timestamps = TimestampForm::of_body(&body);
    let request = JobRequest::of_query(body, &services)?;
    let id = request.id.clone();
    if request.is_dry_run {
        let preview = services
            .preview_intent(&context, request.submission())
            .await?;
        return Ok(Json(dry_query(&preview, &services)?));
    }
    let patience = patience(request.timeout_milliseconds);
    let page = Page {
        start: 0,
        max_rows: request.max_results,
        timestamps,
    };
    let submitted = services
        .submit_intent(&context, request.submission())
        .await?;
    let view = services
        .await_intent(&context, submitted.intent.id, patience)
        .await?;
    results::answer(
        &services,
        &context,
        &view,
        &id,
        &page,
        "bigquery#queryResponse",
    )
    .await
    .map(Json)
}

/// `GET /projects/{project}/jobs/{job}`.
pub(super) async fn read(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let view = existing(&services, &context, &id).await?;
    Ok(Json(job(&view, &id, &services)))
}

/// `POST /projects/{project}/jobs/{job}/cancel`. A job that is over stays as it is.
pub(super) async fn cancel(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let mut view = existing(&services, &context, &id).await?;
    if !is_done(&view) && view.intent.state != IntentState::Received {
        view = services.cancel_intent(&context, view.intent.id).await?;
    }
    let job = job(&view, &id, &services);
    Ok(Json(
        json!({"kind": "bigquery#jobCancelResponse", "job": job}),
    ))
}

/// The intent that a client knows by this name.
pub(super) async fn existing(
    services: &Services,
    context: &Context,
    id: &str,
) -> Result<IntentView, Problem> {
    let found = services
        .intent_of_key(context, &idempotency_key(id))
        .await?;
    found.ok_or_else(|| Problem::not_found("job"))
}

/// What the Node.js client sends where its code names no project: `@google-cloud/common` 8.2
/// encodes its own placeholder before it would replace it. There is one project to mean.
const UNNAMED: &str = "{{projectId}}";

/// Jobs, datasets and tables of other projects do not exist here.
pub(super) fn in_our_project(services: &Services, project: &str) -> Result<(), Box<Problem>> {
    if project == services.project() || project == UNNAMED {
        return Ok(());
    }
    Err(Problem::not_found("project").into())
}

/// What a query would do, as a job that never was one.
fn dry_run(preview: &QueryPreview, services: &Services) -> Result<Value, Box<Problem>> {
    let query = statistics(preview)?;
    Ok(json!({
        "kind": "bigquery#job",
        "jobReference": {"projectId": services.project(), "location": services.location()},
        "configuration": {"jobType": "QUERY", "dryRun": true, "query": {"useLegacySql": false}},
        "status": {"state": "DONE"},
        "statistics": {"totalBytesProcessed": query["totalBytesProcessed"], "query": query},
    }))
}

fn dry_query(preview: &QueryPreview, services: &Services) -> Result<Value, Box<Problem>> {
    let query = statistics(preview)?;
    Ok(json!({
        "kind": "bigquery#queryResponse",
        "jobReference": reference("", services),
        "jobComplete": true,
        "schema": query["schema"],
        "totalBytesProcessed": query["totalBytesProcessed"],
        "cacheHit": false,
    }))
}

fn statistics(preview: &QueryPreview) -> Result<Value, Box<Problem>> {
    if let Some(problem) = preview.problem() {
        let understood = preview.analysis().understood;
        let status = if understood {
            StatusCode::FORBIDDEN
        } else {
            StatusCode::BAD_REQUEST
        };
        let title = "This query may not run";
        let problem = Problem::new(status, problem.code.clone(), title).detail(&problem.detail);
        return Err(problem.into());
    }
    let Some(facts) = preview.dry_run() else {
        return Err(Problem::unavailable().into());
    };
    let tables = facts
        .referenced_tables
        .iter()
        .filter_map(schema::table_reference);
    Ok(json!({
        "statementType": facts.statement_type,
        "totalBytesProcessed": bytes_for_agents(facts.bytes).to_string(),
        "referencedTables": tables.collect::<Vec<_>>(),
        "schema": schema::schema(&facts.schema),
        "cacheHit": false,
    }))
}

/// Why a job's rows cannot be had, as the answer to a request for them.
pub(super) fn refusal(view: &IntentView, services: &Services) -> Option<Problem> {
    let failure = failure(view, services.public_url())?;
    let status = match failure.reason {
        "accessDenied" => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let title = "The job gave no result";
    Some(Problem::new(status, failure.code, title).detail(failure.message))
}
