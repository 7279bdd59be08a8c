//! `cargo xtask test`: formatting, lints, Rust's tests, the adapter on several BigQuery servers,
//! the SQL analysis beside GoogleSQL's own, the browser half, and the whole system in a browser.
//! It stops at the first failure, with a summary either way.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{bigquery_servers, browser, clients, command, duckdb, oracle, postgres, run, web};

/// What to test.
#[derive(Args)]
pub struct Options {
    /// Only a part
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting, lints and Rust's tests
    Rust,
    /// The adapter on each BigQuery server that can be had
    Adapter,
    /// The SQL analysis beside GoogleSQL's own
    Oracle,
    /// The browser half builds
    Web,
    /// The whole system in a browser
    End2end,
}

/// Tests and tells how long each step took.
pub fn test(workspace: &Workspace, progress: &mut Progress, options: &Options) -> Result<()> {
    let result = test_parts(workspace, progress, options.only);
    eprintln!("\n{}", progress.summary());
    result
}

fn test_parts(workspace: &Workspace, progress: &mut Progress, only: Option<Part>) -> Result<()> {
    let wanted = |part| only.is_none_or(|only| only == part);
    if wanted(Part::Rust) {
        test_rust(workspace, progress)?;
    }
    if wanted(Part::Adapter) {
        test_adapter(workspace, progress)?;
    }
    if wanted(Part::Oracle) {
        oracle::test(workspace, progress)?;
    }
    // The end-to-end tests need the site too.
    if wanted(Part::Web) || wanted(Part::End2end) {
        web::build(
            workspace,
            progress,
            web::Options {
                without_wasm: false,
            },
        )?;
    }
    if wanted(Part::End2end) {
        test_end2end(workspace, progress)?;
    }
    Ok(())
}

fn test_rust(workspace: &Workspace, progress: &mut Progress) -> Result<()> {
    let library = duckdb::provide(workspace, progress)?;
    require_component(progress, "rustfmt", "fmt")?;
    require_component(progress, "clippy", "clippy")?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = command::cargo();
        cargo
            .current_dir(&workspace.root)
            .env(duckdb::FOLDER_VARIABLE, &library)
            .args(arguments);
        command::run(&mut cargo)
    };
    progress.step("Formatting", || cargo(&["fmt", "--all", "--check"]))?;
    progress.step("Lints", || {
        cargo(&[
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ])
    })?;
    progress.step("Rust's tests", || {
        cargo(&["test", "--locked", "--workspace"])
    })?;
    test_postgres(workspace, progress, &library)
}

/// The tests of the store and of the use cases once more, on the other database.
fn test_postgres(workspace: &Workspace, progress: &mut Progress, library: &Path) -> Result<()> {
    let server = match postgres::start(progress) {
        Ok(server) => server,
        Err(error) => {
            progress.note(&format!("The store is NOT tested on PostgreSQL: {error:#}"));
            return Ok(());
        }
    };
    let found = [(postgres::VARIABLE, server.url())];
    let test =
        |binary: &str, filters: &[&str]| test_with(workspace, library, &found, binary, filters);
    progress.step("The store's tests on PostgreSQL", || test("contracts", &[]))?;
    progress.step("The use cases' tests on PostgreSQL", || {
        test("main", &["services::", "races::"])
    })
}

/// The adapter's tests on each BigQuery server that this machine can have.
fn test_adapter(workspace: &Workspace, progress: &mut Progress) -> Result<()> {
    let library = duckdb::provide(workspace, progress)?;
    run::build_programs(workspace, progress)?;
    let servers = bigquery_servers::start(workspace, progress)?;
    progress.step("The adapter's tests on BigQuery servers", || {
        test_with(
            workspace,
            &library,
            &servers.addresses,
            "main",
            &["warehouse::"],
        )
    })
}

/// Tests of one binary, with what the environment tells them.
fn test_with(
    workspace: &Workspace,
    library: &Path,
    told: &[(&str, String)],
    binary: &str,
    filters: &[&str],
) -> Result<()> {
    let mut cargo = command::cargo();
    cargo
        .current_dir(&workspace.root)
        .env(duckdb::FOLDER_VARIABLE, library)
        .envs(told.iter().map(|(name, value)| (name, value)))
        // With the workspace's features, so that nothing is compiled twice.
        .args(["test", "--locked", "--workspace", "--test", binary, "--"])
        .args(filters);
    command::run(&mut cargo)
}

/// A part of the toolchain that rustup's minimal profile leaves out.
fn require_component(progress: &mut Progress, component: &str, subcommand: &str) -> Result<()> {
    if command::succeeds(command::cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    progress.step(&format!("Adding {component} (rustup)"), || {
        command::run(Command::new("rustup").args(["component", "add", component]))
    })
}

fn test_end2end(workspace: &Workspace, progress: &mut Progress) -> Result<()> {
    run::build_programs(workspace, progress)?;
    let browser = browser::provide(workspace, progress)?;
    let clients = clients::provide(workspace, progress);
    let other = bigquery_servers::local_bigquery(workspace, progress);
    let folder = workspace.root.join("end2end");
    progress.step("End-to-end tests' types", || {
        command::run(
            Command::new("npm")
                .current_dir(&folder)
                .args(["run", "--silent", "check"]),
        )
    })?;
    progress.step("End-to-end tests", || {
        let mut playwright = Command::new("npx");
        playwright
            .current_dir(&folder)
            .args(["--no-install", "playwright", "test"])
            .env(browser::BROWSER_VARIABLE, &browser)
            .env("COUNTERSIGN_PROGRAM", workspace.program("countersign"))
            .env("SANDBOX_PROGRAM", workspace.program("sandbox"))
            .env("COUNTERSIGN_SITE", workspace.site())
            .envs(clients)
            .envs(other.map(|program| (bigquery_servers::LOCAL_BIGQUERY_PROGRAM, program)));
        command::run(&mut playwright)
    })
}
