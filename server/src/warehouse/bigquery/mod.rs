//! BigQuery over its REST API.
//!
//! Jobs are started, watched and cancelled through `gcp-bigquery-client`. Its types cannot
//! read every answer (a `RANGE` column, an error without a list of errors), and turn
//! timestamps into floating point numbers, so dry runs, rows and tables go through
//! [`raw`], with the same credentials to the same address.

mod answer;
mod credentials;
mod failure;
mod impersonation;
mod past_jobs;
mod raw;
mod request;
mod schema;
mod settings;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use domain::{TableName, Timestamp};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use gcp_bigquery_client::{
    Client, auth::Authenticator, client_builder::ClientBuilder, model::job::Job as WireJob,
};
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    DryRun, Job, JobId, JobStatus, Page, PageToken, PastJob, Query, TableDescription, Warehouse,
    WarehouseError,
};
use answer::QueryResults;
use impersonation::Impersonation;
use raw::Raw;

pub use credentials::Credentials;
pub use settings::{Settings, SettingsError};

/// How many descriptions of tables are fetched at a time.
const CONCURRENT_TABLES: usize = 8;
/// How long BigQuery is to keep the question for a job's rows before it says "not yet".
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A connection to one project's BigQuery, in somebody's name.
pub struct BigQuery {
    client: Client,
    raw: Raw,
    place: Arc<Place>,
    authenticator: Arc<dyn Authenticator>,
    /// Tables as they were last described, to be asked for only when they have changed.
    described: Mutex<BTreeMap<String, TableDescription>>,
    /// The same place in the names of service accounts, so that their tokens are kept.
    others: Mutex<BTreeMap<String, Arc<BigQuery>>>,
}

/// Where BigQuery is, whoever asks.
struct Place {
    http: reqwest::Client,
    base_url: String,
    iam_credentials_url: Url,
    project: String,
    location: String,
    deadline: Duration,
}

impl BigQuery {
    /// Prepares a connection; asks BigQuery nothing yet.
    pub async fn connect(settings: Settings) -> Result<Self, SettingsError> {
        let authenticator = settings.credentials.authenticator().await?;
        let http = reqwest::Client::builder()
            .connect_timeout(settings.deadline)
            .timeout(settings.deadline)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| SettingsError::HttpClient)?;
        let place = Place {
            http,
            base_url: settings.base_url.as_str().trim_end_matches('/').to_owned(),
            iam_credentials_url: settings.iam_credentials_url,
            project: settings.project,
            location: settings.location,
            deadline: settings.deadline,
        };
        Self::at(Arc::new(place), authenticator).await
    }

    async fn at(
        place: Arc<Place>,
        authenticator: Arc<dyn Authenticator>,
    ) -> Result<Self, SettingsError> {
        let client = ClientBuilder::new()
            .with_v2_base_url(place.base_url.clone())
            .with_client(place.http.clone())
            .build_from_authenticator(Arc::clone(&authenticator))
            .await
            .map_err(|_| SettingsError::HttpClient)?;
        let base_url = place.base_url.clone();
        Ok(Self {
            client,
            raw: Raw::new(place.http.clone(), Arc::clone(&authenticator), base_url),
            place,
            authenticator,
            described: Mutex::default(),
            others: Mutex::default(),
        })
    }

    fn known(&self, account: &str) -> Option<Arc<Self>> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        others.get(account).cloned()
    }

    /// Every call ends within the deadline, the time to get an access token included.
    async fn within_deadline<T>(
        &self,
        call: impl Future<Output = Result<T, WarehouseError>> + Send,
    ) -> Result<T, WarehouseError> {
        tokio::time::timeout(self.place.deadline, call)
            .await
            .unwrap_or(Err(WarehouseError::Unavailable {
                why: "it did not answer in time",
            }))
    }

    fn project_path(&self, segments: &[&str]) -> Vec<String> {
        ["projects", &self.place.project]
            .iter()
            .chain(segments)
            .map(|&segment| segment.to_owned())
            .collect()
    }

    async fn job(&self, id: &JobId) -> Result<WireJob, WarehouseError> {
        let Place {
            project, location, ..
        } = &*self.place;
        let job = self
            .client
            .job()
            .get_job(project, id.as_str(), Some(location));
        job.await.map_err(|error| failure::of_client(&error))
    }

    /// Makes sure that the job which has this one's id is this one.
    async fn require_own(&self, job: &Job) -> Result<(), WarehouseError> {
        let existing = self.job(&job.id).await?;
        if answer::has_labels(&existing, &job.labels) {
            return Ok(());
        }
        Err(WarehouseError::Rejected {
            reason: "duplicate".to_owned(),
            message: "Another job has this id".to_owned(),
        })
    }

    /// The wish to be kept waiting for a job's rows.
    fn waiting(&self) -> (&'static str, String) {
        let patience = (self.place.deadline / 2).min(LONGEST_WAIT);
        ("timeoutMs", patience.as_millis().to_string())
    }

    async fn results<T: DeserializeOwned>(
        &self,
        job: &JobId,
        max_rows: u32,
        more: (&'static str, String),
    ) -> Result<T, WarehouseError> {
        let query = [
            ("location", self.place.location.clone()),
            ("maxResults", max_rows.to_string()),
            // Whole microseconds; the default is a floating point number of seconds.
            ("formatOptions.useInt64Timestamp", "true".to_owned()),
            more,
        ];
        let path = self.project_path(&["queries", job.as_str()]);
        self.within_deadline(self.raw.get(&path, &query)).await
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

    async fn describe(
        &self,
        (project, dataset, table): (&str, &str, &str),
    ) -> Result<TableDescription, WarehouseError> {
        let path = ["projects", project, "datasets", dataset, "tables", table].map(str::to_owned);
        let name = format!("{project}.{dataset}.{table}");
        let known = self.described().get(&name).cloned();
        let etag = known.as_ref().and_then(|table| table.etag.as_deref());
        let changed: Option<answer::Table> = self
            .within_deadline(self.raw.get_unless(&path, etag))
            .await?;
        match (changed, known) {
            (Some(table), _) => {
                let table = TableDescription::from(table);
                self.described().insert(name, table.clone());
                Ok(table)
            }
            (None, Some(known)) => Ok(known),
            (None, None) => Err(WarehouseError::Undecodable {
                what: "it says that nothing changed, of what was never asked for",
            }),
        }
    }

    fn described(&self) -> MutexGuard<'_, BTreeMap<String, TableDescription>> {
        self.described
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Warehouse for BigQuery {
    async fn acting_as(&self, account: &str) -> Result<Arc<dyn Warehouse>, WarehouseError> {
        if let Some(known) = self.known(account) {
            return Ok(known);
        }
        let unusable = WarehouseError::Unavailable {
            why: "the agent's service account cannot be acted as",
        };
        let impersonation = Impersonation::new(
            Arc::clone(&self.authenticator),
            self.place.http.clone(),
            &self.place.iam_credentials_url,
            account,
        );
        let Some(impersonation) = impersonation else {
            return Err(unusable);
        };
        let place = Arc::clone(&self.place);
        let other = Self::at(place, Arc::new(impersonation)).await;
        let other = Arc::new(other.map_err(|_| unusable)?);
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(others.entry(account.to_owned()).or_insert(other).clone())
    }

    async fn dry_run(&self, query: &Query) -> Result<DryRun, WarehouseError> {
        let job = request::dry_run(&self.place.project, &self.place.location, query)?;
        let path = self.project_path(&["jobs"]);
        let answer: answer::DryRunJob = self.within_deadline(self.raw.post(&path, &job)).await?;
        answer.try_into()
    }

    async fn insert(&self, job: &Job) -> Result<(), WarehouseError> {
        let wire = request::job(&self.place.project, &self.place.location, job)?;
        let inserted = async {
            match self.client.job().insert(&self.place.project, wire).await {
                Ok(_) => Ok(()),
                Err(error) if failure::is_duplicate(&error) => self.require_own(job).await,
                Err(error) => Err(failure::of_client(&error)),
            }
        };
        // On the heap: the client's type of a job is 24 kB.
        self.within_deadline(Box::pin(inserted)).await
    }

    async fn status(&self, job: &JobId) -> Result<JobStatus, WarehouseError> {
        match self.within_deadline(Box::pin(self.job(job))).await {
            Ok(job) => answer::job_status(&job),
            Err(WarehouseError::NotFound { .. }) => Ok(JobStatus::NotFound),
            Err(error) => Err(error),
        }
    }

    async fn first_rows(&self, job: &JobId, max_rows: u32) -> Result<Option<Page>, WarehouseError> {
        let answer: QueryResults = self.results(job, max_rows, self.waiting()).await?;
        answer.first_page()
    }

    async fn rows(
        &self,
        job: &JobId,
        page: &PageToken,
        max_rows: u32,
    ) -> Result<Page, WarehouseError> {
        let page = ("pageToken", page.as_str().to_owned());
        let answer: QueryResults = self.results(job, max_rows, page).await?;
        answer.try_into()
    }

    async fn cancel(&self, job: &JobId) -> Result<(), WarehouseError> {
        let cancelled = async {
            self.client
                .job()
                .cancel_job(
                    &self.place.project,
                    job.as_str(),
                    Some(&self.place.location),
                )
                .await
                .map_err(|error| failure::of_client(&error))
        };
        self.within_deadline(cancelled).await.map(|_| ())
    }

    async fn table(&self, name: &TableName) -> Result<TableDescription, WarehouseError> {
        self.describe(request::table(name)?).await
    }

    async fn jobs_since(&self, since: Timestamp) -> Result<Vec<PastJob>, WarehouseError> {
        self.listed_jobs(since).await
    }

    async fn tables(&self, dataset: &str) -> Result<Vec<TableDescription>, WarehouseError> {
        let (project, dataset) = request::dataset(&self.place.project, dataset);
        let names = self.table_names(project, dataset).await?;
        stream::iter(names)
            .map(async |name| self.describe((project, dataset, &name)).await)
            .buffered(CONCURRENT_TABLES)
            .try_collect()
            .await
    }
}
