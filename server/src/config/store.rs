//! `[store]`: the database.

use std::{net::IpAddr, path::PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{check::Invalid, secret};

/// The database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite://var/countersign.db` or `postgres://user@host/database?sslmode=verify-full`;
    /// without a password.
    pub url: String,
    /// The password of PostgreSQL's user.
    #[serde(default, serialize_with = "secret::redacted")]
    pub password: Option<SecretString>,
    /// Where that is kept instead.
    pub password_file: Option<PathBuf>,
}

impl StoreConfig {
    pub(super) fn validate(&mut self) -> Result<(), Invalid> {
        if !self.url.starts_with("sqlite:") {
            validate_postgres(&self.url)?;
        }
        secret::resolve(
            &mut self.password,
            self.password_file.as_ref(),
            "password_file",
        )
    }

    /// The URL with the password in it.
    #[must_use]
    pub fn secret_url(&self) -> SecretString {
        let with_password = self.password.as_ref().and_then(|password| {
            let mut url = Url::parse(&self.url).ok()?;
            url.set_password(Some(password.expose_secret())).ok()?;
            Some(String::from(url))
        });
        // A file has no password.
        with_password.unwrap_or_else(|| self.url.clone()).into()
    }
}

fn validate_postgres(text: &str) -> Result<(), Invalid> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "postgres" | "postgresql"))
        .ok_or_else(|| Invalid::new("url", "must begin with `sqlite:` or `postgres:`"))?;
    let given = |key: &str| {
        let pair = url.query_pairs().find(|(name, _)| name == key);
        pair.map(|(_, value)| value.into_owned())
    };
    if url.password().is_some() || given("password").is_some() {
        let message = "must not hold the password; it goes into `password` or `password_file`";
        return Err(Invalid::new("url", message));
    }
    let named = url.host_str().filter(|host| !host.is_empty());
    let hosts = [named.map(str::to_owned), given("host"), given("hostaddr")];
    let mut hosts = hosts.into_iter().flatten().peekable();
    if hosts.peek().is_none() {
        return Err(Invalid::new("url", "must name PostgreSQL's host"));
    }
    // Any other mode goes on without encryption, or with whoever answers.
    if !hosts.all(|host| is_this_machine(&host))
        && given("sslmode").as_deref() != Some("verify-full")
    {
        let message = "must say `sslmode=verify-full`; without it only on this machine";
        return Err(Invalid::new("url", message));
    }
    Ok(())
}

/// A socket's folder, percent-encoded within the address, or a name of this machine.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.starts_with('/')
        || host.starts_with("%2F")
        || host == "localhost"
        || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
