//! `cargo xtask run`: builds what is out of date, starts the sandbox and the server, sets up
//! an agent with a run as a person would, and says what to try.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::configuration::{self, Configuration};
use crate::processes::{Processes, watch_for_interrupt};
use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, duckdb, guide, ports, seed, web};

/// A run's token counts for ten minutes; so often it is renewed.
const RENEWAL: Duration = Duration::from_mins(4);

/// How to run everything.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    ports: Ports,
    #[command(flatten)]
    web: web::Options,
}

/// Where everything listens, on 127.0.0.1.
#[derive(Args)]
pub struct Ports {
    /// The portal and the API
    #[arg(long = "portal-port", value_name = "PORT", default_value_t = 8080)]
    pub portal: u16,
    /// The sandbox's BigQuery
    #[arg(long = "bigquery-port", value_name = "PORT", default_value_t = 9050)]
    pub bigquery: u16,
    /// The sandbox's identity provider
    #[arg(long = "identity-port", value_name = "PORT", default_value_t = 9060)]
    pub identity: u16,
}

/// Runs everything until Ctrl-C.
pub fn run(workspace: &Workspace, progress: &mut Progress, options: &Options) -> Result<()> {
    let ports = &options.ports;
    ports::require_free(ports.portal, "--portal-port")?;
    ports::require_free(ports.bigquery, "--bigquery-port")?;
    ports::require_free(ports.identity, "--identity-port")?;
    web::build(workspace, progress, options.web)?;
    build_programs(workspace, progress)?;
    let configuration = configuration::write(workspace, ports)?;
    let mut processes = Processes::new(workspace.var().join("log"), watch_for_interrupt()?)?;
    progress.step("Starting the sandbox", || {
        start_sandbox(workspace, ports, &configuration, &mut processes)
    })?;
    progress.step("Starting Countersign", || {
        start_server(workspace, &configuration, &mut processes)
    })?;
    let pipeline = progress.step("Setting up two agents and a run", || {
        seed::seed(workspace, &configuration)
    })?;
    println!(
        "{}",
        guide::text(workspace, ports, &configuration, &pipeline)
    );
    processes.await_interrupt(RENEWAL, || seed::renew(workspace, &configuration))?;
    progress.note("Stopping");
    Ok(())
}

/// Builds the server and the sandbox.
///
/// The whole workspace is selected, and one small test with it: cargo then chooses the features
/// that it chooses for `cargo test`, and both commands share what is compiled.
pub fn build_programs(workspace: &Workspace, progress: &mut Progress) -> Result<()> {
    let library = duckdb::provide(workspace, progress)?;
    let mut cargo = command::cargo();
    cargo
        .current_dir(&workspace.root)
        .env(duckdb::FOLDER_VARIABLE, &library)
        .args(["build", "--locked", "--workspace"])
        .args(["--test", "command_line"])
        .args(["--bin", "countersign", "--bin", "sandbox"]);
    progress.step(
        "Building the server and the sandbox (from nothing: six minutes)",
        || command::run(&mut cargo),
    )
}

fn start_sandbox(
    workspace: &Workspace,
    ports: &Ports,
    configuration: &Configuration,
    processes: &mut Processes,
) -> Result<()> {
    let address = |port: u16| format!("127.0.0.1:{port}");
    let mut sandbox = Command::new(workspace.program("sandbox"));
    sandbox
        .current_dir(&workspace.root)
        .args(["--listen", &address(ports.bigquery)])
        .args(["--identity-listen", &address(ports.identity)])
        .args([
            "--redirect-uri",
            &format!("{}/signin/callback", configuration.public_url),
        ])
        .args([
            "--post-logout-redirect-uri",
            &format!("{}/signed-out", configuration.public_url),
        ])
        .env("SANDBOX_CLIENT_SECRET", &configuration.client_secret)
        .env("SANDBOX_ACCESS_TOKEN", &configuration.access_token);
    processes.start("sandbox", &mut sandbox)?;
    ports::await_listening(ports.identity, || processes.check())?;
    ports::await_listening(ports.bigquery, || processes.check())
}

fn start_server(
    workspace: &Workspace,
    configuration: &Configuration,
    processes: &mut Processes,
) -> Result<()> {
    let mut server = Command::new(workspace.program("countersign"));
    server
        .current_dir(&workspace.root)
        .arg("serve")
        .arg("--config")
        .arg(&configuration.file);
    processes.start("countersign", &mut server)?;
    let health = format!("{}/healthz", configuration.public_url);
    ports::await_healthy(&health, || processes.check()).context("Countersign did not start")
}
