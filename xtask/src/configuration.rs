//! The configuration of the server on the sandbox: ordinary keys, as for any other BigQuery
//! and identity provider.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::run::Ports;
use crate::secret;
use crate::workspace::Workspace;

const TEMPLATE: &str = include_str!("../countersign.toml");

/// What the programs are started with.
pub struct Configuration {
    /// The server's configuration file.
    pub file: PathBuf,
    /// The address of the portal and the API.
    pub public_url: String,
    /// The identity provider.
    pub issuer: String,
    /// The secret between the server and the identity provider.
    pub client_secret: String,
    /// The token that the server shows to BigQuery.
    pub access_token: String,
}

/// Writes the server's configuration and what it refers to under `var`.
pub fn write(workspace: &Workspace, ports: &Ports) -> Result<Configuration> {
    let var = workspace.var();
    // Everything below is for the eyes of whoever started it: results, mail, tokens.
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&var);
    made.with_context(|| format!("could not make {}", var.display()))?;
    let configuration = Configuration {
        file: var.join("countersign.toml"),
        public_url: format!("http://127.0.0.1:{}", ports.portal),
        issuer: format!("http://127.0.0.1:{}", ports.identity),
        client_secret: secret::read_or_make(&var.join("client-secret"))?,
        access_token: secret::read_or_make(&var.join("access-token"))?,
    };
    let text = TEMPLATE
        .replace("{portal_port}", &ports.portal.to_string())
        .replace("{bigquery_port}", &ports.bigquery.to_string())
        .replace("{identity_port}", &ports.identity.to_string())
        .replace("{site_root}", &workspace.site().to_string_lossy())
        .replace("{var}", &var.to_string_lossy());
    fs::write(&configuration.file, text)?;
    Ok(configuration)
}
