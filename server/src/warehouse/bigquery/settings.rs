//! Where BigQuery is and how to reach it.

use std::time::Duration;

use url::Url;

use super::Credentials;

/// How to reach one project's BigQuery.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The API's address with its version: `https://bigquery.googleapis.com/bigquery/v2`.
    /// Every request carries a token: anything but `https` stays on this machine.
    pub base_url: Url,
    /// The IAM Credentials API with its version, `https://iamcredentials.googleapis.com/v1`:
    /// where tokens of agents' service accounts come from.
    pub iam_credentials_url: Url,
    /// The project that jobs run in and are billed to.
    pub project: String,
    /// Where the jobs run.
    pub location: String,
    /// No call takes longer.
    pub deadline: Duration,
    /// Whom BigQuery sees.
    pub credentials: Credentials,
}

/// Why there is no connection to BigQuery. The causes are left out: they quote files.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read, or is not a service account's key.
    #[error("the service account key file `{path}` cannot be used")]
    ServiceAccountKey {
        /// As configured.
        path: String,
    },
    /// The file cannot be read, is not an `external_account` of a kind that is understood, or
    /// would have tokens sent where others could read them.
    #[error("the workload identity file `{path}` cannot be used")]
    WorkloadIdentity {
        /// As configured.
        path: String,
    },
    /// The environment names credentials that cannot be used.
    #[error("the credentials of the environment cannot be used")]
    ApplicationDefault,
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be set up")]
    HttpClient,
}
