//! The public keys of one issuer, kept between tokens.
//!
//! A token that names an unknown key makes us look again, because issuers change keys
//! without notice; but not for every such token, because anybody can name one.

use std::{sync::Arc, time::Duration};

use domain::Timestamp;
use openidconnect::{JsonWebKey as _, JsonWebKeyId, core::CoreJsonWebKeySet};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::Mutex;
use url::{Host, Url};

use super::ProofFault;

/// For so long fetched keys are believed; a withdrawn key counts no longer than this.
const FRESH_SECONDS: i64 = 15 * 60;
/// An issuer is asked at most once in so many seconds.
const PAUSE_SECONDS: i64 = 30;
/// No answer of an issuer takes longer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// No answer of an issuer is longer, in bytes.
const LENGTH_MAXIMUM: usize = 256 * 1024;

/// Where the keys are, and the keys as last fetched.
pub struct IssuerKeys {
    issuer: String,
    /// Discovered from the issuer (`OpenID` Connect Discovery 1.0) when not given.
    address: Option<Url>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: Arc<CoreJsonWebKeySet>,
    fetched_at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
}

/// The part of the discovery document that is of use here.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: Url,
}

impl Kept {
    fn is_fresh(&self, now: Timestamp) -> bool {
        is_within(self.fetched_at, FRESH_SECONDS, now)
    }

    /// A token that names no key is checked with what there is.
    fn holds(&self, wanted: Option<&JsonWebKeyId>) -> bool {
        wanted.is_none() || self.keys.keys().iter().any(|key| key.key_id() == wanted)
    }
}

impl IssuerKeys {
    pub fn new(issuer: &str, address: Option<Url>) -> Self {
        Self {
            issuer: issuer.to_owned(),
            address,
            kept: Mutex::default(),
        }
    }

    /// The keys among which `wanted` should be.
    pub async fn with(
        &self,
        wanted: Option<&JsonWebKeyId>,
        http: &reqwest::Client,
        now: Timestamp,
    ) -> Result<Arc<CoreJsonWebKeySet>, ProofFault> {
        // Held while fetching: everybody else waits for the one answer.
        let mut kept = self.kept.lock().await;
        if kept.is_fresh(now) && kept.holds(wanted) {
            return Ok(Arc::clone(&kept.keys));
        }
        if !is_within(kept.asked_at, PAUSE_SECONDS, now) {
            kept.asked_at = Some(now);
            match self.fetch(http).await {
                Ok(keys) => {
                    kept.keys = Arc::new(keys);
                    kept.fetched_at = Some(now);
                }
                Err(error) => {
                    tracing::warn!(%error, issuer = self.issuer, "keys cannot be fetched");
                }
            }
        }
        if kept.is_fresh(now) {
            Ok(Arc::clone(&kept.keys))
        } else {
            Err(ProofFault::KeysUnavailable)
        }
    }

    async fn fetch(&self, http: &reqwest::Client) -> Result<CoreJsonWebKeySet, FetchError> {
        let address = match &self.address {
            Some(address) => address.clone(),
            None => self.discover(http).await?,
        };
        get(http, address).await
    }

    async fn discover(&self, http: &reqwest::Client) -> Result<Url, FetchError> {
        let path = "/.well-known/openid-configuration";
        let document = format!("{}{path}", self.issuer.trim_end_matches('/'));
        let document = Url::parse(&document).map_err(|_| FetchError::Document)?;
        let discovery: Discovery = get(http, document).await?;
        if discovery.issuer == self.issuer && is_safe(&discovery.jwks_uri) {
            Ok(discovery.jwks_uri)
        } else {
            Err(FetchError::Document)
        }
    }
}

/// The client for calls of issuers: a redirect could lead us to somebody else's keys.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("there was no answer")]
    Call(#[from] reqwest::Error),
    #[error("the answer is too long or not what was asked for")]
    Document,
}

async fn get<T: DeserializeOwned>(http: &reqwest::Client, address: Url) -> Result<T, FetchError> {
    let mut response = http.get(address).send().await?.error_for_status()?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LENGTH_MAXIMUM {
            return Err(FetchError::Document);
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| FetchError::Document)
}

/// Keys that came over plain HTTP could be anybody's, unless they come from this machine.
fn is_safe(address: &Url) -> bool {
    let is_local = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    address.scheme() == "https" || (address.scheme() == "http" && is_local)
}

fn is_within(time: Option<Timestamp>, seconds: i64, now: Timestamp) -> bool {
    time.is_some_and(|time| now < time.plus_seconds(seconds))
}
