//! The methods of `jobs`, but for reading results.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    Answer, LOCATION, Shared, blocking,
    execution::{Integer, QueryConfiguration},
    require_project, resources,
    rows::{self, Page},
    store::Job,
    wire, with_etag,
};
use crate::error::QueryError;

/// How long `jobs.insert` waits, so that the answer to a quick query is final already.
const INSERT_WAIT: Duration = Duration::from_millis(100);

/// How long `jobs.query` waits unless asked otherwise.
const QUERY_WAIT: Duration = Duration::from_secs(10);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InsertBody {
    job_reference: Option<JobReference>,
    configuration: JobConfiguration,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobReference {
    job_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobConfiguration {
    query: Option<QueryConfiguration>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryBody {
    #[serde(flatten)]
    configuration: QueryConfiguration,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    max_results: Option<Integer>,
    timeout_ms: Option<Integer>,
    #[serde(default)]
    format_options: HashMap<String, Value>,
}

/// Reads a body. Clients do not always send a content type, so none is required.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, QueryError> {
    serde_json::from_slice(body)
        .map_err(|error| QueryError::invalid(format!("Invalid JSON payload received. {error}")))
}

/// `POST /projects/{project}/jobs`
pub(super) async fn insert(
    State(server): Shared,
    Path(project): Path<String>,
    body: Bytes,
) -> Answer {
    require_project(&project)?;
    let body: InsertBody = read(&body)?;
    let id = body.job_reference.and_then(|reference| reference.job_id);
    let Some(query) = body.configuration.query else {
        return Err(QueryError::unsupported("a job that is not a query").into());
    };
    let specification = query.specify(body.configuration.labels)?;
    if body.configuration.dry_run {
        return blocking(move || {
            let plan = specification.plan(&server)?;
            Ok(with_etag(resources::dry_run(
                &specification,
                id.as_deref(),
                &plan,
            )))
        })
        .await;
    }
    let job = Job::start(&server, id.unwrap_or_else(fresh_id), specification)?;
    job.wait(INSERT_WAIT).await;
    Ok(with_etag(resources::job(&job)))
}

/// `POST /projects/{project}/queries`
pub(super) async fn query(
    State(server): Shared,
    Path(project): Path<String>,
    body: Bytes,
) -> Answer {
    require_project(&project)?;
    let body: QueryBody = read(&body)?;
    let specification = body.configuration.specify(body.labels)?;
    if body.dry_run {
        return blocking(move || {
            let plan = specification.plan(&server)?;
            Ok(Json(json!({
                "kind": "bigquery#queryResponse",
                "jobReference": {"projectId": project, "location": LOCATION},
                "schema": wire::schema(&plan.schema),
                "totalBytesProcessed": plan.bytes.to_string(),
                "totalRows": "0",
                "jobComplete": true,
                "cacheHit": false,
            })))
        })
        .await;
    }
    let page = Page {
        start: 0,
        limit: body.max_results.as_ref().map(Integer::value).transpose()?,
        format: rows::timestamp_format(|name| body.format_options.get(name).map(plain_text)),
    };
    let longest = match &body.timeout_ms {
        Some(limit) => Duration::from_millis(limit.value()?).min(rows::LONGEST_WAIT),
        None => QUERY_WAIT,
    };
    let job = Job::start(&server, fresh_id(), specification)?;
    let finished = job.wait(longest).await;
    rows::answer("bigquery#queryResponse", &job, finished, page).await
}

fn plain_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn fresh_id() -> String {
    format!("job_{}", uuid::Uuid::new_v4().simple())
}

/// `GET /projects/{project}/jobs/{job}`
pub(super) async fn get(
    State(server): Shared,
    Path((project, id)): Path<(String, String)>,
) -> Answer {
    require_project(&project)?;
    Ok(with_etag(resources::job(&*server.jobs.get(&id)?)))
}

/// `POST /projects/{project}/jobs/{job}/cancel`
pub(super) async fn cancel(
    State(server): Shared,
    Path((project, id)): Path<(String, String)>,
) -> Answer {
    require_project(&project)?;
    let job = server.jobs.get(&id)?;
    job.cancel().await;
    Ok(Json(
        json!({"kind": "bigquery#jobCancelResponse", "job": resources::job(&job)}),
    ))
}

/// `GET /projects/{project}/jobs`, newest first.
pub(super) async fn list(
    State(server): Shared,
    Path(project): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    require_project(&project)?;
    let since = match query.get("minCreationTime") {
        Some(text) => text
            .parse()
            .map_err(|_| QueryError::invalid("Invalid value for minCreationTime"))?,
        None => i128::MIN,
    };
    let mut jobs = server.jobs.newest_first();
    jobs.retain(|job| job.created >= since);
    let (listed, next) = page_of(&jobs, &query, 50)?;
    let listed: Vec<Value> = listed.iter().map(listed_job).collect();
    let mut answer = json!({"kind": "bigquery#jobList", "jobs": listed});
    if let Some(next) = next {
        answer["nextPageToken"] = json!(next);
    }
    Ok(with_etag(answer))
}

/// A job as lists show it: with its state beside the full resource.
fn listed_job(job: &Arc<Job>) -> Value {
    let mut resource = resources::job(job);
    resource["state"] = resource["status"]["state"].clone();
    if let Some(error) = resource["status"].get("errorResult").cloned() {
        resource["errorResult"] = error;
    }
    resource
}

/// The part of a list that `maxResults` and `pageToken` ask for, and the token of the next part.
pub(super) fn page_of<'a, T>(
    items: &'a [T],
    query: &HashMap<String, String>,
    usual: usize,
) -> Result<(&'a [T], Option<String>), QueryError> {
    let number = |name: &str| {
        query
            .get(name)
            .filter(|text| !text.is_empty())
            .map(|text| {
                text.parse::<usize>()
                    .map_err(|_| QueryError::invalid(format!("Invalid value for {name}: {text}")))
            })
            .transpose()
    };
    let start = number("pageToken")?.unwrap_or(0).min(items.len());
    let end = start
        .saturating_add(number("maxResults")?.unwrap_or(usual))
        .min(items.len());
    let next = (end < items.len() && end > start).then(|| end.to_string());
    Ok((&items[start..end], next))
}
