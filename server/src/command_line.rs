//! The commands of `countersign`.

mod analyze;
mod ledger;
mod policy;
mod reconcile;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::{
    config::{Config, LogConfig, LogFormat},
    program,
};

/// The gateway, approval portal and audit console between AI agents and BigQuery.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the portal and the API.
    #[command(after_help = "Example:\n  countersign serve --config countersign.toml")]
    Serve(Configured),
    /// Judge SQL from standard input against a catalog.
    #[command(after_help = "Example:\n  echo 'SELECT email FROM customers' | \
                            countersign analyze --catalog catalog.json")]
    Analyze(analyze::Analyze),
    /// Check, test and simulate policies.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Check the audit log.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// List the jobs that went around Countersign; exit 1 when there are any.
    #[command(
        after_help = "Examples:\n  countersign reconcile --since 24h --config \
                            countersign.toml\n  countersign reconcile --json --config \
                            countersign.toml | jq '.around[].account'\n\n\
                            Asks BigQuery for the jobs of everybody in the project, for which \
                            its account needs bigquery.jobs.listAll."
    )]
    Reconcile(reconcile::Reconcile),
    /// Bring the database's schema up to date.
    #[command(after_help = "Example:\n  countersign migrate --config countersign.toml")]
    Migrate(Configured),
    /// Print the configuration in effect, without its secrets.
    #[command(
        after_help = "Example:\n  COUNTERSIGN__LOG__FORMAT=json countersign print-config \
                            --config countersign.toml"
    )]
    PrintConfig(Configured),
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Check every link of the chain, and print its head.
    #[command(after_help = "Example:\n  countersign ledger verify --config countersign.toml")]
    Verify(Configured),
}

#[derive(Debug, Args)]
struct Configured {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Configured {
    fn load(&self) -> anyhow::Result<Config> {
        Ok(Config::load(&self.config)?)
    }
}

/// Does what the command line says.
pub async fn run(command_line: CommandLine) -> anyhow::Result<()> {
    match command_line.command {
        Command::Serve(configured) => {
            let config = configured.load()?;
            start_log(&config.log)?;
            program::serve(config, stop()).await
        }
        Command::Analyze(analyze) => analyze.run(),
        Command::Policy(policy) => policy.run().await,
        Command::Ledger(LedgerCommand::Verify(configured)) => {
            ledger::verify(&configured.load()?).await
        }
        Command::Reconcile(reconcile) => reconcile.run().await,
        Command::Migrate(configured) => {
            program::open_store(&configured.load()?.store).await?;
            println!("The database is up to date.");
            Ok(())
        }
        Command::PrintConfig(configured) => {
            print!("{}", configured.load()?.to_redacted_toml()?);
            Ok(())
        }
    }
}

/// Reads `12h` or `30d`.
fn seconds(text: &str) -> Result<i64, String> {
    let units = [("h", 3_600), ("d", 86_400)];
    let read = units.iter().find_map(|(unit, seconds)| {
        let number: u16 = text.strip_suffix(unit)?.parse().ok()?;
        Some(i64::from(number) * seconds)
    });
    read.ok_or_else(|| "write hours or days, such as `12h` or `30d`".to_owned())
}

fn start_log(config: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.filter)
        .context("the log filter is wrong")?
        // It would log Google's answers, tokens included, whatever the filter says.
        .add_directive("yup_oauth2=off".parse()?)
        // It would log whole messages of MCP clients, their SQL included.
        .add_directive("rmcp=warn".parse()?);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match config.format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// Resolves when the process is asked to stop.
async fn stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
