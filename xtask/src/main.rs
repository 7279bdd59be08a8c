//! The two commands of the README, and the parts they are made of.
//!
//! `cargo xtask run` brings everything up on the sandbox; `cargo xtask test` checks everything.
//! Both look at what the machine has, install what they can and say plainly what they cannot.

mod command;
mod download;
mod duckdb;
mod progress;
mod wasm_toolchain;
mod wasm_tools;
mod web;
mod workspace;

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
    /// Builds the browser half alone
    Web(web::Options),
    /// Prints the environment that a plain `cargo build` needs: eval "$(cargo xtask env)"
    Env,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let workspace = Workspace::locate()?;
    let mut progress = Progress::start();
    match options.task {
        Task::Web(options) => web::build(&workspace, &mut progress, options),
        Task::Env => print_environment(&workspace, &mut progress),
    }
}

fn print_environment(workspace: &Workspace, progress: &mut Progress) -> anyhow::Result<()> {
    let library = duckdb::provide(workspace, progress)?;
    println!("export {}='{}'", duckdb::FOLDER_VARIABLE, library.display());
    Ok(())
}
