//! `[warehouse]`: BigQuery, and how we prove to it who we are.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    check::{Invalid, require_between, require_https_or_loopback, require_text},
    secret,
};

/// BigQuery, and how we prove to it who we are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarehouseConfig {
    /// BigQuery's REST API, version 2.
    pub base_url: Url,
    /// Google's IAM Credentials API: tokens of agents' service accounts come from there.
    pub iam_credentials_url: Url,
    /// Runs the jobs and pays for them.
    pub project: String,
    /// Where datasets and jobs are.
    pub location: String,
    /// The datasets that agents may be granted.
    pub datasets: Vec<String>,
    /// The dataset of table names written without one.
    pub default_dataset: Option<String>,
    /// A ready access token.
    #[serde(default, serialize_with = "secret::redacted")]
    pub access_token: Option<SecretString>,
    /// Where that is kept instead.
    pub access_token_file: Option<PathBuf>,
    /// A service account's key, as Google hands it out.
    pub service_account_key_file: Option<PathBuf>,
    /// An `external_account` file, as Google's workload identity federation writes it.
    pub workload_identity_file: Option<PathBuf>,
    /// No job may bill more bytes.
    pub maximum_bytes_billed: u64,
    /// BigQuery has so many seconds for each answer.
    pub request_timeout_seconds: u32,
    /// A job is cancelled after so many seconds.
    pub job_timeout_seconds: u32,
    /// On-demand price of one TiB, in US dollars.
    pub price_per_tebibyte_dollars: f64,
    /// How often tables and columns are read anew.
    pub catalog_refresh_seconds: u32,
}

/// How we prove to BigQuery who we are.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A ready access token, sent as it is.
    AccessToken(SecretString),
    /// The key file of a service account.
    ServiceAccountKey(PathBuf),
    /// An `external_account` file.
    WorkloadIdentity(PathBuf),
    /// Application Default Credentials: environment, gcloud or metadata server.
    ApplicationDefault,
}

impl WarehouseConfig {
    /// The credentials that were given.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        if let Some(token) = &self.access_token {
            Credentials::AccessToken(token.clone())
        } else if let Some(path) = &self.service_account_key_file {
            Credentials::ServiceAccountKey(path.clone())
        } else if let Some(path) = &self.workload_identity_file {
            Credentials::WorkloadIdentity(path.clone())
        } else {
            Credentials::ApplicationDefault
        }
    }

    pub(super) fn validate(&mut self) -> Result<(), Invalid> {
        require_https_or_loopback("base_url", &self.base_url)?;
        require_https_or_loopback("iam_credentials_url", &self.iam_credentials_url)?;
        require_text("project", &self.project)?;
        require_text("location", &self.location)?;
        self.validate_datasets()?;
        secret::resolve(
            &mut self.access_token,
            self.access_token_file.as_ref(),
            "access_token_file",
        )?;
        self.validate_credentials()?;
        require_between(
            "maximum_bytes_billed",
            self.maximum_bytes_billed,
            1,
            1 << 50,
        )?;
        require_between(
            "request_timeout_seconds",
            self.request_timeout_seconds,
            1,
            60,
        )?;
        require_between("job_timeout_seconds", self.job_timeout_seconds, 1, 21_600)?;
        require_between(
            "price_per_tebibyte_dollars",
            self.price_per_tebibyte_dollars,
            0.0,
            10_000.0,
        )?;
        require_between(
            "catalog_refresh_seconds",
            self.catalog_refresh_seconds,
            1,
            86_400,
        )
    }

    fn validate_credentials(&self) -> Result<(), Invalid> {
        let given = [
            ("access_token", self.access_token.is_some()),
            (
                "service_account_key_file",
                self.service_account_key_file.is_some(),
            ),
            (
                "workload_identity_file",
                self.workload_identity_file.is_some(),
            ),
        ];
        let mut given = given.into_iter().filter(|(_, is_given)| *is_given).skip(1);
        match given.next() {
            Some((second, _)) => Err(Invalid::new(
                second,
                "give an access token, a key file or a workload identity file, not two of them",
            )),
            None => Ok(()),
        }
    }

    fn validate_datasets(&self) -> Result<(), Invalid> {
        if self.datasets.is_empty() {
            return Err(Invalid::new("datasets", "names no dataset"));
        }
        match &self.default_dataset {
            Some(default) if !self.datasets.contains(default) => {
                Err(Invalid::new("default_dataset", "must be one of `datasets`"))
            }
            _ => Ok(()),
        }
    }
}
