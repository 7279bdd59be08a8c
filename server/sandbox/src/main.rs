//! Stands in for the services around Countersign, so that everything can be tried on one
//! machine: BigQuery's REST API over a sample shop, and an `OpenID` provider. Both listen on
//! loopback only and refuse to start elsewhere.

mod identity;

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context, ensure};
use axum::Router;
use clap::Parser;
use sandbox::bigquery::{self, AccessToken};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Stands in for BigQuery and for the identity provider, on loopback only.
#[derive(Parser)]
struct Options {
    /// Where BigQuery's API listens; loopback only.
    #[arg(long = "listen", default_value = "127.0.0.1:9050")]
    bigquery_listen: SocketAddr,

    /// The only access token BigQuery's API accepts; without it, every bearer token is accepted.
    #[arg(long, env = "SANDBOX_ACCESS_TOKEN", hide_env_values = true)]
    access_token: Option<String>,

    /// How many jobs BigQuery remembers with their results; 200 unless it is said.
    #[arg(long, value_name = "JOBS")]
    remember: Option<usize>,

    #[command(flatten)]
    identity: identity::Options,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let options = Options::parse();
    let identity_listen = options.identity.listen;
    require_loopback("identity provider", identity_listen)?;
    require_loopback("BigQuery API", options.bigquery_listen)?;
    let token = options.access_token.as_deref().map(AccessToken::new);
    let mut warehouse = bigquery::Server::new(token).context("the sample shop cannot be made")?;
    if let Some(jobs) = options.remember {
        warehouse = warehouse.remembering(jobs);
    }
    let identity = identity::router(options.identity.into_settings())?;
    tokio::try_join!(
        serve("identity provider", identity_listen, identity),
        serve(
            "BigQuery API",
            options.bigquery_listen,
            bigquery::router(Arc::new(warehouse))
        ),
    )?;
    Ok(())
}

fn require_loopback(name: &str, address: SocketAddr) -> anyhow::Result<()> {
    ensure!(
        address.ip().is_loopback(),
        "the {name} listens on loopback only, not on {address}"
    );
    Ok(())
}

/// Serves on a loopback address until the program is stopped.
async fn serve(name: &str, address: SocketAddr, router: Router) -> anyhow::Result<()> {
    require_loopback(name, address)?;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("the {name} cannot listen on {address}"))?;
    tracing::info!(%address, "{name} listening");
    axum::serve(listener, router)
        .await
        .with_context(|| format!("the {name} stopped"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Options, require_loopback};

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn only_loopback_is_served() {
        let allowed =
            |address: &str| require_loopback("test", address.parse().expect("an address")).is_ok();
        assert!(allowed("127.0.0.1:9050") && allowed("[::1]:9050"));
        assert!(!allowed("0.0.0.0:9050") && !allowed("192.0.2.1:9050"));
    }
}
