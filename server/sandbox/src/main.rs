//! Stands in for the services around Countersign, so that everything can be tried on one
//! machine: an `OpenID` provider. It listens on loopback only and refuses to start elsewhere.

mod identity;

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use axum::Router;
use clap::Parser;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Stands in for BigQuery and for the identity provider, on loopback only.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    identity: identity::Options,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let options = Options::parse();
    let listen = options.identity.listen;
    serve(
        "identity provider",
        listen,
        identity::router(options.identity.into_settings())?,
    )
    .await
}

/// Serves on a loopback address until the program is stopped.
async fn serve(name: &str, address: SocketAddr, router: Router) -> anyhow::Result<()> {
    ensure!(
        address.ip().is_loopback(),
        "the {name} listens on loopback only, not on {address}"
    );
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

    use super::Options;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }
}
