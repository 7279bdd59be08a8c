//! Whom BigQuery sees: the credentials of every request.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use gcp_bigquery_client::{
    auth::Authenticator,
    error::BQError,
    yup_oauth2::{
        ApplicationDefaultCredentialsAuthenticator, ApplicationDefaultCredentialsFlowOpts,
        ServiceAccountAuthenticator,
        authenticator::{ApplicationDefaultCredentialsTypes, DefaultAuthenticator},
        read_service_account_key,
    },
};
use secrecy::{ExposeSecret as _, SecretString};

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
    /// The key file that `GOOGLE_APPLICATION_CREDENTIALS` names, else the metadata server
    /// of the machine this runs on.
    ApplicationDefault,
}

impl Credentials {
    pub(super) async fn authenticator(self) -> Result<Arc<dyn Authenticator>, SettingsError> {
        Ok(match self {
            Self::AccessToken(token) => Arc::new(AccessToken(token)),
            Self::AccessTokenFile(path) => Arc::new(AccessTokenFile(path)),
            Self::ServiceAccountKey(path) => Arc::new(service_account(&path).await?),
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

async fn application_default() -> Result<Google, SettingsError> {
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
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_token_file_is_read_before_each_request() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let file = AccessTokenFile(path.clone());
        assert!(file.access_token().await.is_err());
        for token in ["first", "second"] {
            std::fs::write(&path, format!("{token}\n")).expect("a file");
            assert_eq!(file.access_token().await.expect("a token"), token);
        }
    }

    #[tokio::test]
    async fn a_file_that_is_no_key_is_named_but_not_quoted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key.json");
        std::fs::write(&path, "confidential").expect("a file");
        let credentials = Credentials::ServiceAccountKey(path);
        let error = credentials.authenticator().await.err().expect("an error");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("key.json"), "{shown}");
        assert!(!shown.contains("confidential"), "{shown}");
    }
}
