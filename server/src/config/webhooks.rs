//! `[webhooks]`: which other systems are told, and where requests may go at all.

use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use store::NotificationKind;
use url::Url;

use super::{
    check::{Invalid, require_text},
    secret,
};
use crate::notify::webhook_key;

/// Which other systems are told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhooksConfig {
    /// The only hosts that requests go to.
    pub allowed_hosts: Vec<String>,
    /// Whether webhooks may be on this machine, also without TLS.
    pub allow_loopback: bool,
    /// The webhooks.
    #[serde(default)]
    pub endpoints: Vec<WebhookConfig>,
}

/// How a webhook wants its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookFormat {
    /// As the Standard Webhooks specification has it.
    Standard,
    /// As Slack's incoming webhooks take them.
    Slack,
}

/// One webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// What it is called here, in the ledger and in lists.
    pub name: String,
    /// Where it is; with some receivers that is a secret.
    #[serde(default, serialize_with = "secret::redacted")]
    pub url: Option<SecretString>,
    /// Where that is kept instead.
    pub url_file: Option<PathBuf>,
    /// How it wants its messages.
    #[serde(default = "standard")]
    pub format: WebhookFormat,
    /// Signs messages: `whsec_` and 24 to 64 bytes in base64.
    #[serde(default, serialize_with = "secret::redacted")]
    pub secret: Option<SecretString>,
    /// Where that is kept instead.
    pub secret_file: Option<PathBuf>,
    /// Signs messages besides, while receivers change from it to the new one.
    #[serde(default, serialize_with = "secret::redacted")]
    pub previous_secret: Option<SecretString>,
    /// Where that is kept instead.
    pub previous_secret_file: Option<PathBuf>,
    /// What it wants to hear of; everything when empty.
    #[serde(default)]
    pub kinds: Vec<String>,
}

const fn standard() -> WebhookFormat {
    WebhookFormat::Standard
}

impl WebhooksConfig {
    pub(super) fn validate(&mut self) -> Result<(), Invalid> {
        let mut names: Vec<String> = Vec::new();
        for endpoint in &mut self.endpoints {
            endpoint
                .validate(&self.allowed_hosts, self.allow_loopback)
                .map_err(Invalid::within("endpoints"))?;
            if names.contains(&endpoint.name) {
                return Err(Invalid::new("endpoints", "gives two webhooks one name"));
            }
            names.push(endpoint.name.clone());
        }
        Ok(())
    }
}

impl WebhookConfig {
    /// Where it is.
    #[must_use]
    pub fn url(&self) -> Option<Url> {
        Url::parse(self.url.as_ref()?.expose_secret()).ok()
    }

    /// What signs its messages.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        self.secret.iter().chain(&self.previous_secret)
    }

    /// Whether it wants to hear of this.
    #[must_use]
    pub fn wants(&self, kind: NotificationKind) -> bool {
        let is_for_people_only = kind == NotificationKind::Digest;
        !is_for_people_only
            && (self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted == kind.as_str()))
    }

    fn validate(&mut self, allowed_hosts: &[String], allow_loopback: bool) -> Result<(), Invalid> {
        require_text("name", &self.name)?;
        secret::resolve(&mut self.url, self.url_file.as_ref(), "url_file")?;
        secret::resolve(&mut self.secret, self.secret_file.as_ref(), "secret_file")?;
        let file = self.previous_secret_file.as_ref();
        secret::resolve(&mut self.previous_secret, file, "previous_secret_file")?;
        self.require_admissible_url(allowed_hosts, allow_loopback)?;
        if self.format == WebhookFormat::Standard && self.secret.is_none() {
            return Err(Invalid::new("secret", "is missing: messages are signed"));
        }
        if !self
            .secrets()
            .all(|secret| webhook_key(secret.expose_secret()).is_some())
        {
            let rule = "must be `whsec_` and 24 to 64 bytes in base64";
            return Err(Invalid::new("secret", rule));
        }
        let is_unknown = |kind: &&String| NotificationKind::from_name(kind).is_none();
        match self.kinds.iter().find(is_unknown) {
            Some(kind) => Err(Invalid::new("kinds", format!("there is no kind `{kind}`"))),
            None => Ok(()),
        }
    }

    fn require_admissible_url(
        &self,
        allowed_hosts: &[String],
        allow_loopback: bool,
    ) -> Result<(), Invalid> {
        let url = self
            .url()
            .ok_or_else(|| Invalid::new("url", "is not an address"))?;
        let is_clear = url.scheme() == "http";
        if url.scheme() != "https" && !(is_clear && allow_loopback && is_loopback(&url)) {
            return Err(Invalid::new("url", "must begin with `https://`"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Invalid::new("url", "must not hold a name or password"));
        }
        let host = url.host_str().unwrap_or_default();
        if !allowed_hosts.iter().any(|allowed| allowed == host) {
            return Err(Invalid::new(
                "url",
                "is at a host that `allowed_hosts` does not list",
            ));
        }
        Ok(())
    }
}

/// Whether it names this machine, without asking anybody.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str = "secret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"";

    fn checked(url: &str, further: &str, loopback: bool) -> Result<WebhooksConfig, String> {
        let text = format!(
            "allowed_hosts = [\"hook.example\", \"127.0.0.1\"]\nallow_loopback = {loopback}\n\
             [[endpoints]]\nname = \"operations\"\nurl = \"{url}\"\n{further}\n"
        );
        let mut config: WebhooksConfig = toml::from_str(&text).expect("TOML");
        let refused = config.validate().map_err(|invalid| invalid.message);
        refused.map(|()| config)
    }

    #[test]
    fn webhooks_are_at_listed_hosts_over_https_and_signed() {
        checked("https://hook.example/x", SIGNED, false).expect("valid");
        checked("http://127.0.0.1:9/x", SIGNED, true).expect("valid");
        let short = "secret = \"whsec_c2hvcnQ=\"";
        for (url, further, loopback, rule) in [
            (
                "https://elsewhere.example",
                SIGNED,
                false,
                "`allowed_hosts`",
            ),
            ("http://hook.example", SIGNED, true, "https"),
            ("http://127.0.0.1:9", SIGNED, false, "https"),
            ("ftp://hook.example", SIGNED, true, "https"),
            ("https://u:p@hook.example", SIGNED, false, "password"),
            ("https://hook.example", "", false, "signed"),
            ("https://hook.example", short, false, "24 to 64 bytes"),
        ] {
            let refused = checked(url, further, loopback).expect_err(url);
            assert!(refused.contains(rule), "{url}: {refused}");
        }
    }

    #[test]
    fn neither_the_secret_nor_the_address_is_shown() {
        let config = checked("https://hook.example/T0/B0", SIGNED, false).expect("valid");
        let shown = format!("{config:?}{}", toml::to_string(&config).expect("TOML"));
        assert!(shown.contains("operations"), "{shown}");
        assert!(
            !shown.contains("/T0/") && !shown.contains("MfKQ9"),
            "{shown}"
        );
    }

    #[test]
    fn a_digest_is_for_people() {
        let config = checked("https://hook.example", SIGNED, false).expect("valid");
        let wants = |kind| config.endpoints[0].wants(kind);
        assert!(wants(NotificationKind::BreakGlass));
        assert!(!wants(NotificationKind::Digest));
    }
}
