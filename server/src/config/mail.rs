//! `[mail]`: who sends, and by what.

use std::path::PathBuf;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    check::{Invalid, require_between},
    secret,
};

/// Who sends mail, and by what.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The sender: `Name <address>`.
    pub from: String,
    /// A mail server, as lettre reads it; holds a password.
    #[serde(default, serialize_with = "secret::redacted")]
    pub smtp_url: Option<SecretString>,
    /// Where that is kept instead.
    pub smtp_url_file: Option<PathBuf>,
    /// Who vouches for the mail server besides the usual authorities: a PEM file.
    pub ca_file: Option<PathBuf>,
    /// How long the mail server may take over one mail, in seconds.
    pub timeout_seconds: u32,
    /// Where mails are written when there is no mail server.
    pub directory: PathBuf,
}

impl MailConfig {
    pub(super) fn validate(&mut self) -> Result<(), Invalid> {
        if self.from.parse::<Mailbox>().is_err() {
            return Err(Invalid::new("from", "must be written `Name <address>`"));
        }
        require_between("timeout_seconds", self.timeout_seconds, 1, 30)?;
        secret::resolve(
            &mut self.smtp_url,
            self.smtp_url_file.as_ref(),
            "smtp_url_file",
        )?;
        match &self.smtp_url {
            Some(address) if !is_smtp(address.expose_secret()) => Err(Invalid::new(
                "smtp_url",
                "must begin with `smtp://` or `smtps://`",
            )),
            _ => Ok(()),
        }
    }
}

fn is_smtp(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "smtp" | "smtps"))
}
