//! Stands in for the services around Countersign, so that everything can be tried on one
//! machine: an `OpenID` provider. It listens on loopback only and refuses to start elsewhere.

mod identity;

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use axum::Router;
use clap::Parser;
use tokio::net::TcpListener;

/// Stands in for BigQuery and for the identity provider, on loopback only.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    identity: identity::Options,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt::init();
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
