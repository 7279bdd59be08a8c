//! Jobs of everybody
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/list>): the same as in
//! `INFORMATION_SCHEMA.JOBS`, without a job of our own to ask for them.

use std::collections::BTreeMap;

use domain::{Digest, Timestamp};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::super::{PastJob, WarehouseError};

/// A page of the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobList {
    #[serde(default)]
    pub(super) jobs: Vec<ListedJob>,
    pub(super) next_page_token: Option<String>,
}

/// A job with everything that a list tells of it.
#[derive(Deserialize)]
pub(super) struct ListedJob {
    #[serde(rename = "jobReference")]
    reference: Reference,
    #[serde(default)]
    user_email: String,
    configuration: Configuration,
    statistics: Statistics,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    job_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    #[serde(default)]
    job_type: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    query: Option<Query>,
}

#[derive(Deserialize)]
struct Query {
    query: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    creation_time: String,
    query: Option<QueryStatistics>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryStatistics {
    statement_type: Option<String>,
}

impl TryFrom<ListedJob> for PastJob {
    type Error = WarehouseError;

    fn try_from(job: ListedJob) -> Result<Self, WarehouseError> {
        let milliseconds = job.statistics.creation_time.parse::<i64>();
        let milliseconds = milliseconds.map_err(|_| WarehouseError::Undecodable {
            what: "a job's time of creation is no number",
        })?;
        let text = job.configuration.query.map(|query| query.query);
        let digest = |text: String| Digest::from_bytes(Sha256::digest(text).into());
        Ok(Self {
            id: job.reference.job_id,
            account: job.user_email,
            kind: job.configuration.job_type,
            statement_type: job.statistics.query.and_then(|query| query.statement_type),
            created_at: Timestamp::from_micros(milliseconds.saturating_mul(1000)),
            labels: job.configuration.labels,
            text_digest: text.map(digest),
        })
    }
}
