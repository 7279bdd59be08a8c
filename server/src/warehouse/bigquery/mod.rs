//! BigQuery over its REST API.
//!
//! Jobs are started, watched and cancelled through `gcp-bigquery-client`. Its types cannot
//! read every answer (a `RANGE` column, an error without a list of errors), and turn
//! timestamps into floating point numbers, so dry runs, rows and tables go through
//! [`raw`], with the same credentials to the same address.

mod answer;
mod credentials;
mod failure;
mod raw;
mod request;
mod schema;
mod settings;
#[cfg(test)]
mod tests;

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use gcp_bigquery_client::{Client, client_builder::ClientBuilder};

use super::{
    DryRun, Job, JobId, JobStatus, Page, PageToken, Query, TableDescription, Warehouse,
    WarehouseError,
};
use raw::Raw;

pub use credentials::Credentials;
pub use settings::{Settings, SettingsError};

/// How many descriptions of tables are fetched at a time.
const CONCURRENT_TABLES: usize = 8;

/// A connection to one project's BigQuery.
pub struct BigQuery {
    client: Client,
    raw: Raw,
    project: String,
    location: String,
    deadline: Duration,
}

impl BigQuery {
    /// Prepares a connection; asks BigQuery nothing yet.
    pub async fn connect(settings: Settings) -> Result<Self, SettingsError> {
        let base_url = settings.base_url.as_str().trim_end_matches('/').to_owned();
        let authenticator = settings.credentials.authenticator().await?;
        let http = reqwest::Client::builder()
            .connect_timeout(settings.deadline)
            .timeout(settings.deadline)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| SettingsError::HttpClient)?;
        let client = ClientBuilder::new()
            .with_v2_base_url(base_url.clone())
            .with_client(http.clone())
            .build_from_authenticator(authenticator.clone())
            .await
            .map_err(|_| SettingsError::HttpClient)?;
        Ok(Self {
            client,
            raw: Raw::new(http, authenticator, base_url),
            project: settings.project,
            location: settings.location,
            deadline: settings.deadline,
        })
    }

    /// Every call ends within the deadline, the time to get an access token included.
    async fn within_deadline<T>(
        &self,
        call: impl Future<Output = Result<T, WarehouseError>> + Send,
    ) -> Result<T, WarehouseError> {
        tokio::time::timeout(self.deadline, call)
            .await
            .unwrap_or(Err(WarehouseError::Unavailable {
                why: "it did not answer in time",
            }))
    }

    fn project_path(&self, segments: &[&str]) -> Vec<String> {
        ["projects", &self.project]
            .iter()
            .chain(segments)
            .map(|&segment| segment.to_owned())
            .collect()
    }

    async fn table_names(
        &self,
        project: &str,
        dataset: &str,
    ) -> Result<Vec<String>, WarehouseError> {
        let path = ["projects", project, "datasets", dataset, "tables"].map(str::to_owned);
        let mut names = Vec::new();
        let mut token = None;
        loop {
            let mut query = vec![("maxResults", "1000".to_owned())];
            query.extend(token.map(|token| ("pageToken", token)));
            let page: answer::TableList = self.within_deadline(self.raw.get(&path, &query)).await?;
            names.extend(
                page.tables
                    .into_iter()
                    .map(|table| table.table_reference.table),
            );
            token = page.next_page_token;
            if token.is_none() {
                return Ok(names);
            }
        }
    }

    async fn table(
        &self,
        project: &str,
        dataset: &str,
        table: &str,
    ) -> Result<TableDescription, WarehouseError> {
        let path = ["projects", project, "datasets", dataset, "tables", table].map(str::to_owned);
        let table: answer::Table = self.within_deadline(self.raw.get(&path, &[])).await?;
        Ok(table.into())
    }
}

#[async_trait]
impl Warehouse for BigQuery {
    async fn dry_run(&self, query: &Query) -> Result<DryRun, WarehouseError> {
        let job = request::dry_run(&self.project, &self.location, query)?;
        let path = self.project_path(&["jobs"]);
        let answer: answer::DryRunJob = self.within_deadline(self.raw.post(&path, &job)).await?;
        answer.try_into()
    }

    async fn insert(&self, job: &Job) -> Result<(), WarehouseError> {
        let job = request::job(&self.project, &self.location, job)?;
        let inserted = async {
            match self.client.job().insert(&self.project, job).await {
                Ok(_) => Ok(()),
                Err(error) if failure::is_duplicate(&error) => Ok(()),
                Err(error) => Err(failure::of_client(&error)),
            }
        };
        // On the heap: the client's type of a job is 24 kB.
        self.within_deadline(Box::pin(inserted)).await
    }

    async fn status(&self, job: &JobId) -> Result<JobStatus, WarehouseError> {
        let asked = async {
            self.client
                .job()
                .get_job(&self.project, job.as_str(), Some(&self.location))
                .await
                .map_err(|error| failure::of_client(&error))
        };
        match self.within_deadline(asked).await {
            Ok(job) => answer::job_status(&job),
            Err(WarehouseError::NotFound { .. }) => Ok(JobStatus::NotFound),
            Err(error) => Err(error),
        }
    }

    async fn rows(
        &self,
        job: &JobId,
        page: Option<&PageToken>,
        max_rows: u32,
    ) -> Result<Page, WarehouseError> {
        let mut query = vec![
            ("location", self.location.clone()),
            ("maxResults", max_rows.to_string()),
            ("timeoutMs", "0".to_owned()),
            // Whole microseconds; the default is a floating point number of seconds.
            ("formatOptions.useInt64Timestamp", "true".to_owned()),
        ];
        query.extend(page.map(|token| ("pageToken", token.as_str().to_owned())));
        let path = self.project_path(&["queries", job.as_str()]);
        let answer: answer::QueryResults =
            self.within_deadline(self.raw.get(&path, &query)).await?;
        answer.try_into()
    }

    async fn cancel(&self, job: &JobId) -> Result<(), WarehouseError> {
        let cancelled = async {
            self.client
                .job()
                .cancel_job(&self.project, job.as_str(), Some(&self.location))
                .await
                .map_err(|error| failure::of_client(&error))
        };
        self.within_deadline(cancelled).await.map(|_| ())
    }

    async fn tables(&self, dataset: &str) -> Result<Vec<TableDescription>, WarehouseError> {
        let (project, dataset) = request::dataset(&self.project, dataset);
        let names = self.table_names(project, dataset).await?;
        stream::iter(names)
            .map(async |name| self.table(project, dataset, &name).await)
            .buffered(CONCURRENT_TABLES)
            .try_collect()
            .await
    }
}
