//! What a client asks to run: the parts of a job that count here, each other part refused.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::{fields::Fields, parameters};
use crate::{
    http::problem::Problem,
    services::{Services, Submission},
};

/// A query to run, or only to be looked at.
pub(super) struct JobRequest {
    /// The client's name for the job.
    pub(super) id: String,
    pub(super) is_dry_run: bool,
    /// Rows of the first answer.
    pub(super) max_results: Option<u64>,
    /// How long the client wants to wait for it, in milliseconds.
    pub(super) timeout_milliseconds: Option<u64>,
    query: QueryRequest,
}

struct QueryRequest {
    sql: String,
    parameters: Vec<crate::services::NewParameter>,
    maximum_bytes_billed: Option<u64>,
    default_dataset: Option<String>,
}

/// The key under which an intent is known that came as a job.
pub(super) fn idempotency_key(job: &str) -> String {
    format!("bigquery:{job}")
}

/// The client's name for a job whose intent has this key; none for what came by another door.
pub(super) fn job_of_key(key: &str) -> Option<&str> {
    key.strip_prefix("bigquery:")
}

impl JobRequest {
    /// The body of `jobs.insert`.
    pub(super) fn of_insert(body: Value, services: &Services) -> Result<Self, Box<Problem>> {
        let mut body = Fields::of_body(body)?;
        let id = job_id(body.object("jobReference")?, services)?;
        let mut configuration = body.object("configuration")?;
        // What the client calls the job, for itself.
        configuration.ignore(&["labels", "jobTimeoutMs", "jobType"]);
        let is_dry_run = configuration.flag("dryRun")?.unwrap_or(false);
        for kind in ["load", "copy", "extract"] {
            if configuration.value(kind).is_some() {
                let what = "is not offered through Countersign: only queries run here";
                return Err(configuration.wrong(kind, what));
            }
        }
        let mut written = configuration.object("query")?;
        let query = query(&mut written, services)?;
        written.end()?;
        configuration.end()?;
        body.ignore(&["kind", "status", "statistics", "etag", "selfLink"]);
        body.end()?;
        Ok(Self {
            id,
            is_dry_run,
            max_results: None,
            timeout_milliseconds: None,
            query,
        })
    }

    /// The body of `jobs.query`.
    pub(super) fn of_query(body: Value, services: &Services) -> Result<Self, Box<Problem>> {
        let mut body = Fields::of_body(body)?;
        // The same request again is the same job.
        let id = job_name(&mut body, "requestId")?;
        let request = Self {
            id,
            is_dry_run: body.flag("dryRun")?.unwrap_or(false),
            max_results: body.number("maxResults")?,
            timeout_milliseconds: body.number("timeoutMs")?,
            query: {
                body.ignore(&[
                    "kind",
                    "labels",
                    "formatOptions",
                    "location",
                    "jobTimeoutMs",
                ]);
                body.ignore(&["jobCreationMode"]);
                query(&mut body, services)?
            },
        };
        body.end()?;
        Ok(request)
    }

    /// The intent that it becomes; its purpose is its run's.
    pub(super) fn submission(self) -> Submission {
        Submission {
            idempotency_key: idempotency_key(&self.id),
            sql: self.query.sql,
            parameters: self.query.parameters,
            purpose: String::new(),
            maximum_bytes_billed: self.query.maximum_bytes_billed,
            default_dataset: self.query.default_dataset,
            unmask: BTreeSet::new(),
            unmask_reason: String::new(),
        }
    }
}

fn job_id(mut reference: Fields, services: &Services) -> Result<String, Box<Problem>> {
    let id = job_name(&mut reference, "jobId")?;
    let project = reference.text("projectId")?;
    if project.is_some_and(|project| project != services.project()) {
        return Err(reference.wrong("projectId", "names another project than this one"));
    }
    reference.ignore(&["location"]);
    reference.end()?;
    Ok(id)
}

/// A name that the client gives to its job; a fresh one where it gives none.
fn job_name(fields: &mut Fields, field: &str) -> Result<String, Box<Problem>> {
    let given = fields.text(field)?.filter(|name| !name.is_empty());
    let name = given.unwrap_or_else(fresh_id);
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.len() > 200 || !name.chars().all(is_allowed) {
        let what = "must have at most 200 letters, digits, `_` and `-`";
        return Err(fields.wrong(field, what));
    }
    Ok(name)
}

fn fresh_id() -> String {
    format!("job_{}", Uuid::now_v7().simple())
}

/// The fields that `configuration.query` and the body of `jobs.query` have in common.
fn query(query: &mut Fields, services: &Services) -> Result<QueryRequest, Box<Problem>> {
    let sql = query.text("query")?;
    let sql = sql.ok_or_else(|| query.wrong("query", "must be there: only queries run here"))?;
    if query.flag("useLegacySql")? != Some(false) {
        let what = "must be `false`: only GoogleSQL runs here (`bq`: `--use_legacy_sql=false`)";
        return Err(query.wrong("useLegacySql", what));
    }
    let default_dataset = default_dataset(query, services)?;
    let parameters = parameters::read(query)?;
    let maximum_bytes_billed = query.number("maximumBytesBilled")?;
    // Nothing is answered from a cache, and what runs first is BigQuery's to say.
    query.ignore(&[
        "useQueryCache",
        "priority",
        "parameterMode",
        "preserveNulls",
    ]);
    let parsed = QueryRequest {
        sql,
        parameters,
        maximum_bytes_billed,
        default_dataset,
    };
    Ok(parsed)
}

/// Where short names are looked up: a dataset of our project.
fn default_dataset(
    query: &mut Fields,
    services: &Services,
) -> Result<Option<String>, Box<Problem>> {
    let mut dataset = query.object("defaultDataset")?;
    let project = dataset.text("projectId")?;
    if project.is_some_and(|project| project != services.project()) {
        return Err(dataset.wrong("projectId", "names another project than this one"));
    }
    let id = dataset.text("datasetId")?.filter(|id| !id.is_empty());
    dataset.end()?;
    Ok(id)
}
