//! What `cargo xtask run` prints when everything is up.

use crate::configuration::Configuration;
use crate::run::Ports;
use crate::workspace::Workspace;

const GUIDE: &str = include_str!("../guide.txt");

/// Addresses, people and the first things to try.
pub fn text(
    workspace: &Workspace,
    ports: &Ports,
    configuration: &Configuration,
    pipeline: &str,
) -> String {
    GUIDE
        .replace("{portal}", &configuration.public_url)
        .replace("{identity}", &configuration.issuer)
        .replace("{pipeline}", pipeline)
        .replace(
            "{bigquery}",
            &format!("http://127.0.0.1:{}", ports.bigquery),
        )
        .replace("{var}", &workspace.var().to_string_lossy())
}
