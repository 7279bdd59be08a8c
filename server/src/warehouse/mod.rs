//! The warehouse: the seam to BigQuery, and what crosses it.
//!
//! Owns asking for a dry run, starting a job under an id the caller fixed, its state,
//! its rows as they come off the wire, and what tables look like. It decides nothing,
//! masks nothing and never logs SQL.

mod bigquery;
mod error;
mod job;
mod message;
mod past_job;
mod query;
mod retrying;
mod table;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{TableName, Timestamp};

pub use bigquery::{BigQuery, Credentials, Settings, SettingsError};
pub use error::WarehouseError;
pub use job::{Job, JobError, JobId, JobStatistics, JobStatus, Page, PageToken, ParseJobIdError};
pub use past_job::PastJob;
pub use query::{DryRun, Parameter, Query};
pub use retrying::Retrying;
pub use table::TableDescription;

/// BigQuery, as far as this program needs it.
///
/// Every call ends within the deadline the implementation was given. Every call may be
/// repeated: starting a job carries the job's id, so that a second start finds the first.
#[async_trait]
pub trait Warehouse: Send + Sync {
    /// The same warehouse in the name of a service account, by its e-mail address: jobs and
    /// their rows then are that account's.
    async fn acting_as(&self, account: &str) -> Result<Arc<dyn Warehouse>, WarehouseError>;

    /// Asks what a query would read, answer and cost, without running it.
    async fn dry_run(&self, query: &Query) -> Result<DryRun, WarehouseError>;

    /// Starts a job. That a job with this id and these labels exists already counts as success:
    /// then an earlier attempt, perhaps before a crash, got through.
    async fn insert(&self, job: &Job) -> Result<(), WarehouseError>;

    /// Where a job stands; that there is none is an answer, not an error.
    async fn status(&self, job: &JobId) -> Result<JobStatus, WarehouseError>;

    /// The first page of a job's rows as soon as it is done; none if it is not done within a
    /// while, which is shorter than the deadline.
    ///
    /// # Errors
    /// [`WarehouseError::Rejected`] or [`WarehouseError::NotFound`] where the job failed or its
    /// rows are gone; [`Warehouse::status`] tells which.
    async fn first_rows(&self, job: &JobId, max_rows: u32) -> Result<Option<Page>, WarehouseError>;

    /// The page of a finished job's rows that `page` names.
    async fn rows(
        &self,
        job: &JobId,
        page: &PageToken,
        max_rows: u32,
    ) -> Result<Page, WarehouseError>;

    /// Asks for a job to be cancelled; [`Warehouse::status`] says when it is over.
    async fn cancel(&self, job: &JobId) -> Result<(), WarehouseError>;

    /// Describes one table or view as it is now.
    async fn table(&self, name: &TableName) -> Result<TableDescription, WarehouseError>;

    /// The jobs of the project that anybody started since, the newest first.
    async fn jobs_since(&self, since: Timestamp) -> Result<Vec<PastJob>, WarehouseError>;

    /// Describes every table and view of a dataset, `dataset` or `project.dataset`.
    async fn tables(&self, dataset: &str) -> Result<Vec<TableDescription>, WarehouseError>;
}
