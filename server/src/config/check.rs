//! Rules for single values.
//!
//! Messages never repeat the value: it may be a secret under the wrong key.

use std::fmt;

use url::{Host, Url};

/// A key whose value breaks a rule; the section is added on the way up.
#[derive(Debug)]
pub(super) struct Invalid {
    /// Its name, from the section down.
    pub key: String,
    /// What is wrong, to follow the name.
    pub message: String,
}

impl Invalid {
    pub(super) fn new(key: &str, message: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            message: message.into(),
        }
    }

    /// Puts the section's name before the key.
    pub(super) fn within(section: &'static str) -> impl Fn(Self) -> Self {
        move |invalid| Self {
            key: format!("{section}.{}", invalid.key),
            ..invalid
        }
    }
}

/// Refuses a text without letters.
pub(super) fn require_text(key: &str, value: &str) -> Result<(), Invalid> {
    if value.trim().is_empty() {
        return Err(Invalid::new(key, "is empty"));
    }
    Ok(())
}

/// Refuses a number outside the two bounds, both of which are allowed.
pub(super) fn require_between<N: PartialOrd + Copy + fmt::Display>(
    key: &str,
    value: N,
    least: N,
    most: N,
) -> Result<(), Invalid> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Invalid::new(
        key,
        format!("must be between {least} and {most}"),
    ))
}

/// Refuses plain HTTP to another machine: what passes there is a secret.
pub(super) fn require_https_or_loopback(key: &str, address: &Url) -> Result<(), Invalid> {
    let loopback = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match address.scheme() {
        "https" if address.has_host() => Ok(()),
        "http" if loopback => Ok(()),
        _ => Err(Invalid::new(
            key,
            "must begin with `https://`; `http://` only on this machine",
        )),
    }
}
