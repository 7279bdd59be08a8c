//! The configuration of the server on the sandbox: ordinary keys, as for any other BigQuery
//! and identity provider.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::run::Ports;
use crate::secret;
use crate::workspace::Workspace;

const TEMPLATE: &str = include_str!("../countersign.toml");

/// The sandbox's project, which BigQuery calls the jobs' project.
const PROJECT: &str = "demo";

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
}

/// Writes the server's configuration and what it refers to under `var`.
pub fn write(workspace: &Workspace, ports: &Ports) -> Result<Configuration> {
    let var = workspace.var();
    fs::create_dir_all(&var).with_context(|| format!("could not make {}", var.display()))?;
    let secret_file = var.join("client-secret");
    let configuration = Configuration {
        file: var.join("countersign.toml"),
        public_url: format!("http://127.0.0.1:{}", ports.portal),
        issuer: format!("http://127.0.0.1:{}", ports.identity),
        client_secret: secret::read_or_make(&secret_file)?,
    };
    let text = TEMPLATE
        .replace("{portal_port}", &ports.portal.to_string())
        .replace("{public_url}", &configuration.public_url)
        .replace("{site_root}", &workspace.site().to_string_lossy())
        .replace("{var}", &var.to_string_lossy())
        .replace("{issuer}", &configuration.issuer)
        .replace("{client_secret_file}", &secret_file.to_string_lossy())
        .replace("{bigquery_port}", &ports.bigquery.to_string())
        .replace("{project}", PROJECT);
    fs::write(&configuration.file, text)?;
    Ok(configuration)
}
