//! Webhooks: messages by the Standard Webhooks specification
//! (<https://www.standardwebhooks.com>), or as Slack's incoming webhooks take them.
//!
//! Where they go is configured, and may still turn out to be somewhere else: a name can resolve
//! to an address within our own network. So the name is resolved once, every address is checked,
//! and the request goes to exactly these addresses. Redirects are not followed.

mod address;
mod signature;

use std::{net::SocketAddr, time::Duration};

use reqwest::{Client, StatusCode, header, redirect::Policy};
use secrecy::ExposeSecret;
pub(crate) use signature::key;
use store::NotificationKind;
use url::Url;

use crate::config::{WebhookConfig, WebhookFormat, WebhooksConfig};

/// Long enough for a slow receiver, short enough to notice a dead one.
const DEADLINE: Duration = Duration::from_secs(15);

/// Why a webhook did not take a message. No variant quotes the address: it may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The configuration names no such webhook any more.
    #[error("no webhook of this name is configured")]
    Unknown,
    /// Its name does not resolve.
    #[error("the webhook's host does not resolve")]
    Unresolved,
    /// It resolves to an address that no webhook may have.
    #[error("the webhook's host resolves to an address within a private network")]
    PrivateAddress,
    /// It did not answer, or not in time.
    #[error("the webhook cannot be reached")]
    Unreachable,
    /// It answered with something other than success.
    #[error("the webhook answered {0}")]
    Answer(u16),
    /// It says that it is gone for good (410).
    #[error("the webhook is gone")]
    Gone,
}

impl WebhookError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "webhook_not_configured",
            Self::Unresolved => "webhook_unresolved",
            Self::PrivateAddress => "webhook_private_address",
            Self::Unreachable => "webhook_unreachable",
            Self::Answer(_) => "webhook_refused",
            Self::Gone => "webhook_gone",
        }
    }

    /// Whether trying again is in vain.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Unknown | Self::Gone)
    }
}

/// A message to one webhook, as the specification has it.
#[derive(Debug, Clone)]
pub struct WebhookMessage {
    /// The same for every attempt.
    pub id: String,
    /// Of this attempt, in seconds since 1970.
    pub timestamp: i64,
    /// JSON.
    pub body: String,
}

/// The webhooks of the configuration.
#[derive(Debug, Clone)]
pub struct Webhooks {
    endpoints: Vec<WebhookConfig>,
    allow_loopback: bool,
}

impl Webhooks {
    /// As configured.
    #[must_use]
    pub fn new(config: &WebhooksConfig) -> Self {
        Self {
            endpoints: config.endpoints.clone(),
            allow_loopback: config.allow_loopback,
        }
    }

    /// The names of those that want to hear of this.
    pub fn wanting(&self, kind: NotificationKind) -> impl Iterator<Item = &str> {
        let wants = move |webhook: &&WebhookConfig| webhook.wants(kind);
        let wanting = self.endpoints.iter().filter(wants);
        wanting.map(|webhook| webhook.name.as_str())
    }

    /// How the webhook of this name wants its messages; none when there is no such webhook.
    #[must_use]
    pub fn format(&self, name: &str) -> Option<WebhookFormat> {
        self.find(name).map(|webhook| webhook.format)
    }

    fn find(&self, name: &str) -> Option<&WebhookConfig> {
        self.endpoints.iter().find(|webhook| webhook.name == name)
    }

    /// Hands one message over. The answer's body is not read.
    pub async fn send(&self, name: &str, message: &WebhookMessage) -> Result<(), WebhookError> {
        let webhook = self.find(name).ok_or(WebhookError::Unknown)?;
        let url = webhook.url().ok_or(WebhookError::Unknown)?;
        let (host, addresses) = self.resolve(&url).await?;
        let secrets = webhook.secrets().map(ExposeSecret::expose_secret);
        let answer = client(&host, &addresses)
            .ok_or(WebhookError::Unreachable)?
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", message.timestamp)
            .header("webhook-signature", signature::sign(secrets, message))
            .body(message.body.clone())
            .send()
            .await;
        match answer.map_err(|_| WebhookError::Unreachable)?.status() {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(WebhookError::Gone),
            status => Err(WebhookError::Answer(status.as_u16())),
        }
    }

    /// The host and where it is, if it is somewhere that a webhook may be.
    async fn resolve(&self, url: &Url) -> Result<(String, Vec<SocketAddr>), WebhookError> {
        let host = url.host_str().ok_or(WebhookError::Unresolved)?;
        let port = url.port_or_known_default();
        let port = port.ok_or(WebhookError::Unresolved)?;
        // An address of version 6 stands in brackets within a URL, and not elsewhere.
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((name, port)).await;
        let found: Vec<_> = found.map_err(|_| WebhookError::Unresolved)?.collect();
        address::admit(&found, self.allow_loopback)?;
        Ok((host.to_owned(), found))
    }
}

/// A client that knows these addresses only, for this host.
fn client(host: &str, addresses: &[SocketAddr]) -> Option<Client> {
    Client::builder()
        .resolve_to_addrs(host, addresses)
        .redirect(Policy::none())
        .no_proxy()
        .timeout(DEADLINE)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// No name server knows the host (RFC 6761 section 6.4).
    #[tokio::test]
    async fn a_request_goes_to_the_addresses_that_were_checked() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let client = client("hook.invalid", &[address]).expect("a client");
        let url = format!("http://hook.invalid:{}/", address.port());
        tokio::select! {
            called = listener.accept() => called.map(drop).expect("called"),
            answer = client.post(url).send() => panic!("{answer:?}"),
        }
    }
}
