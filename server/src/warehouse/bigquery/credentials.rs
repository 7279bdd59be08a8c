//! Whom BigQuery sees: the credentials of every request.

use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use gcp_bigquery_client::{
    auth::Authenticator,
    error::BQError,
    yup_oauth2::{
        ApplicationDefaultCredentialsAuthenticator, ApplicationDefaultCredentialsFlowOpts,
        ExternalAccountAuthenticator, ServiceAccountAuthenticator,
        authenticator::{ApplicationDefaultCredentialsTypes, DefaultAuthenticator},
        external_account::CredentialSource,
        read_external_account_secret, read_service_account_key,
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use super::SettingsError;

/// The scope that covers jobs and the descriptions of tables
/// (<https://developers.google.com/identity/protocols/oauth2/scopes#bigquery>).
pub(super) const SCOPES: &[&str] = &["https://www.googleapis.com/auth/bigquery"];

/// Where access tokens come from.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A token as it is.
    AccessToken(SecretString),
    /// A file that holds a token, read before each request, so that something else can
    /// keep it fresh.
    AccessTokenFile(PathBuf),
    /// A service account's key file; tokens are fetched from Google and kept until they
    /// run out.
    ServiceAccountKey(PathBuf),
    /// An `external_account` file: a token that the surroundings give, such as a Kubernetes
    /// service account's, is exchanged for Google's, so that there is no key to keep
    /// (<https://google.aip.dev/auth/4117>).
    WorkloadIdentity(PathBuf),
    /// The file that `GOOGLE_APPLICATION_CREDENTIALS` names, a key or an `external_account`,
    /// else the metadata server of the machine this runs on.
    ApplicationDefault,
}

impl Credentials {
    pub(super) async fn authenticator(self) -> Result<Arc<dyn Authenticator>, SettingsError> {
        Ok(match self {
            Self::AccessToken(token) => Arc::new(AccessToken(token)),
            Self::AccessTokenFile(path) => Arc::new(AccessTokenFile(path)),
            Self::ServiceAccountKey(path) => Arc::new(service_account(&path).await?),
            Self::WorkloadIdentity(path) => Arc::new(workload_identity(&path).await?),
            Self::ApplicationDefault => Arc::new(application_default().await?),
        })
    }
}

async fn service_account(path: &Path) -> Result<Google, SettingsError> {
    let unusable = |_| SettingsError::ServiceAccountKey {
        path: path.display().to_string(),
    };
    let key = read_service_account_key(path).await.map_err(unusable)?;
    let authenticator = ServiceAccountAuthenticator::builder(key).build().await;
    authenticator.map(Google).map_err(unusable)
}

async fn workload_identity(path: &Path) -> Result<Google, SettingsError> {
    let unusable = || SettingsError::WorkloadIdentity {
        path: path.display().to_string(),
    };
    let file = read_external_account_secret(path).await;
    let file = file.map_err(|_| unusable())?;
    let source = match &file.credential_source {
        CredentialSource::File { .. } => None,
        CredentialSource::Url { url, .. } => Some(url),
    };
    let sent_to = [
        Some(&file.token_url),
        file.service_account_impersonation_url.as_ref(),
    ];
    if !sent_to
        .into_iter()
        .flatten()
        .all(|address| keeps_secrets(address))
        || source.is_some_and(|address| Url::parse(address).is_err())
    {
        return Err(unusable());
    }
    let authenticator = ExternalAccountAuthenticator::builder(file).build().await;
    authenticator.map(Google).map_err(|_| unusable())
}

/// Whether a token may be sent to an address: by TLS, or within this machine.
fn keeps_secrets(address: &str) -> bool {
    Url::parse(address).is_ok_and(|address| match address.host() {
        Some(_) if address.scheme() == "https" => true,
        Some(Host::Ipv4(host)) => address.scheme() == "http" && host.is_loopback(),
        Some(Host::Ipv6(host)) => address.scheme() == "http" && host.is_loopback(),
        _ => false,
    })
}

/// The file of the environment, where it is no key but an `external_account`.
async fn external_account_of_environment() -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Typed {
        r#type: String,
    }
    let path = PathBuf::from(env::var_os("GOOGLE_APPLICATION_CREDENTIALS")?);
    let file = tokio::fs::read(&path).await.ok()?;
    let typed: Typed = serde_json::from_slice(&file).ok()?;
    (typed.r#type == "external_account").then_some(path)
}

async fn application_default() -> Result<Google, SettingsError> {
    if let Some(path) = external_account_of_environment().await {
        return workload_identity(&path).await;
    }
    let options = ApplicationDefaultCredentialsFlowOpts::default();
    let authenticator = match ApplicationDefaultCredentialsAuthenticator::builder(options).await {
        ApplicationDefaultCredentialsTypes::ServiceAccount(key) => key.build().await,
        ApplicationDefaultCredentialsTypes::InstanceMetadata(server) => server.build().await,
    };
    authenticator
        .map(Google)
        .map_err(|_| SettingsError::ApplicationDefault)
}

#[derive(Clone)]
struct AccessToken(SecretString);

#[async_trait]
impl Authenticator for AccessToken {
    async fn access_token(&self) -> Result<String, BQError> {
        Ok(self.0.expose_secret().to_owned())
    }
}

#[derive(Clone)]
struct AccessTokenFile(PathBuf);

#[async_trait]
impl Authenticator for AccessTokenFile {
    async fn access_token(&self) -> Result<String, BQError> {
        let text = tokio::fs::read_to_string(&self.0)
            .await
            .map_err(|_| BQError::NoToken)?;
        match text.trim() {
            "" => Err(BQError::NoToken),
            token => Ok(token.to_owned()),
        }
    }
}

#[derive(Clone)]
struct Google(DefaultAuthenticator);

#[async_trait]
impl Authenticator for Google {
    async fn access_token(&self) -> Result<String, BQError> {
        let token = self.0.token(SCOPES).await?;
        token.token().map(str::to_owned).ok_or(BQError::NoToken)
    }
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
