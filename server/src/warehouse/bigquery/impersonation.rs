//! A service account's own short-lived token, fetched with the program's credentials
//! (<https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken>).
//!
//! So Google's own audit log names the agent, and the agent's account needs no key.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use gcp_bigquery_client::{auth::Authenticator, error::BQError};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant};
use url::Url;

use super::credentials::SCOPES;

/// What a fetched token lives.
const LIFE: Duration = Duration::from_mins(10);
/// A token so near its end is not used for another request.
const MARGIN: Duration = Duration::from_mins(2);

/// Tokens of one service account.
#[derive(Clone)]
pub(super) struct Impersonation(Arc<Parts>);

struct Parts {
    own: Arc<dyn Authenticator>,
    http: reqwest::Client,
    address: Url,
    kept: Mutex<Option<(SecretString, Instant)>>,
}

#[derive(Deserialize)]
struct Generated {
    #[serde(rename = "accessToken")]
    access_token: SecretString,
}

impl Impersonation {
    /// `base_url` is the IAM Credentials API with its version. None when the account's name
    /// cannot stand in an address.
    pub(super) fn new(
        own: Arc<dyn Authenticator>,
        http: reqwest::Client,
        base_url: &Url,
        account: &str,
    ) -> Option<Self> {
        let mut address = base_url.clone();
        let call = format!("{account}:generateAccessToken");
        let path = ["projects", "-", "serviceAccounts", &call];
        address
            .path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(path);
        Some(Self(Arc::new(Parts {
            own,
            http,
            address,
            kept: Mutex::default(),
        })))
    }
}

impl Parts {
    async fn generate(&self) -> Result<SecretString, BQError> {
        let request = serde_json::json!({
            "scope": SCOPES,
            "lifetime": format!("{}s", LIFE.as_secs()),
        });
        let answered = async {
            let call = self.http.post(self.address.clone()).json(&request);
            let call = call.bearer_auth(self.own.access_token().await?);
            let answer = call.send().await?.error_for_status()?;
            answer.json::<Generated>().await.map_err(BQError::from)
        };
        match answered.await {
            Ok(generated) => Ok(generated.access_token),
            Err(error) => {
                tracing::warn!(%error, "a service account cannot be acted as");
                Err(BQError::NoToken)
            }
        }
    }
}

#[async_trait]
impl Authenticator for Impersonation {
    async fn access_token(&self) -> Result<String, BQError> {
        // Held while fetching: everybody else waits for the one token.
        let mut kept = self.0.kept.lock().await;
        if let Some((token, until)) = kept.as_ref()
            && Instant::now() < *until
        {
            return Ok(token.expose_secret().to_owned());
        }
        let token = self.0.generate().await?;
        let text = token.expose_secret().to_owned();
        *kept = Some((token, Instant::now() + LIFE - MARGIN));
        Ok(text)
    }
}
