//! The two commands of the README, and the parts they are made of.
//!
//! `cargo xtask run` brings everything up on the sandbox; `cargo xtask test` checks everything.
//! Both look at what the machine has, install what they can and say plainly what they cannot.

mod bigquery_servers;
mod browser;
mod clients;
mod command;
mod configuration;
mod download;
mod duckdb;
mod guide;
mod oracle;
mod packages;
mod portal;
mod ports;
mod postgres;
mod processes;
mod progress;
mod python;
mod run;
mod secret;
mod seed;
mod test;
mod wasm_toolchain;
mod wasm_tools;
mod web;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::progress::Progress;
use crate::workspace::Workspace;

/// Sets up, runs and tests Countersign.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Options {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Starts everything on this machine: the sandbox, the portal and the API
    Run(run::Options),
    /// Checks everything: formatting, lints, tests, the browser half, the whole in a browser
    Test(test::Options),
    /// Compares the SQL analysis with GoogleSQL's own analyser
    Oracle(oracle::Options),
    /// Builds the browser half alone
    Web(web::Options),
    /// Prints the environment that a plain `cargo build` needs: eval "$(cargo xtask env)"
    Env,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match perform(options.task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<()> {
    let workspace = Workspace::locate()?;
    let mut progress = Progress::start();
    match task {
        Task::Run(options) => run::run(&workspace, &mut progress, &options),
        Task::Test(options) => test::test(&workspace, &mut progress, &options),
        Task::Oracle(options) => oracle::oracle(&workspace, &mut progress, &options),
        Task::Web(options) => web::build(&workspace, &mut progress, options),
        Task::Env => print_environment(&workspace, &mut progress),
    }
}

fn print_environment(workspace: &Workspace, progress: &mut Progress) -> anyhow::Result<()> {
    let library = duckdb::provide(workspace, progress)?;
    println!("export {}='{}'", duckdb::FOLDER_VARIABLE, library.display());
    Ok(())
}
