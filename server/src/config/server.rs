//! `[server]`: where we listen and how browsers call us.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use url::Url;

use super::check::{Invalid, require_https_or_loopback};

/// Where we listen and how browsers call us.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// The socket.
    pub listen: SocketAddr,
    /// The address in people's browsers: scheme, host and port, no path.
    pub public_url: Url,
    /// Proxies in front of us, whose word on the client's address is taken.
    pub trusted_proxies: Vec<IpAddr>,
    /// The folder of the built portal.
    pub site_root: PathBuf,
}

impl ServerConfig {
    /// The only origin (RFC 6454) whose pages may send requests that change something.
    #[must_use]
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    /// Whether browsers reach us by TLS, so that cookies can be `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// The absolute address of one of our pages; `path` begins with `/`.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    pub(super) fn validate(&self) -> Result<(), Invalid> {
        require_https_or_loopback("public_url", &self.public_url)?;
        if self.public_url.path() != "/"
            || self.public_url.query().is_some()
            || self.public_url.fragment().is_some()
            || !self.public_url.username().is_empty()
        {
            return Err(Invalid::new(
                "public_url",
                "must be scheme, host and port only, without a path",
            ));
        }
        Ok(())
    }
}
