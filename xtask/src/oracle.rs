//! The comparison of the SQL analysis with GoogleSQL's own analyser, which is a Python package
//! in a virtual environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::progress::Progress;
use crate::python::{self, Wanted};
use crate::workspace::Workspace;
use crate::{command, duckdb};

/// What is passed on to the comparison.
#[derive(Args)]
pub struct Options {
    /// Its own options, such as `--generated 10000 --seed 7 --everything`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Compares, with whatever options it is given.
pub fn oracle(workspace: &Workspace, progress: &mut Progress, options: &Options) -> Result<()> {
    let python = provide(workspace, progress)?;
    compare(workspace, progress, &python, &options.arguments)
}

/// Compares if this machine has Python, and says so if not.
pub fn test(workspace: &Workspace, progress: &mut Progress) -> Result<()> {
    match provide(workspace, progress) {
        Ok(python) => compare(workspace, progress, &python, &[]),
        Err(error) => {
            progress.note(&format!(
                "The analysis is NOT compared with GoogleSQL's own: {error:#}"
            ));
            Ok(())
        }
    }
}

fn compare(
    workspace: &Workspace,
    progress: &mut Progress,
    python: &Path,
    arguments: &[String],
) -> Result<()> {
    build(workspace, progress)?;
    progress.step("Comparing the analysis with GoogleSQL's own", || {
        let mut oracle = Command::new(python);
        oracle
            .env("PYTHONPATH", folder(workspace))
            .args(["-m", "oracle"])
            .args(arguments)
            .env("COUNTERSIGN_PROGRAM", workspace.program("countersign"))
            .env(
                "NONINTERFERENCE_PROGRAM",
                workspace.program("noninterference"),
            );
        command::run(&mut oracle)
    })
}

fn build(workspace: &Workspace, progress: &mut Progress) -> Result<()> {
    let library = duckdb::provide(workspace, progress)?;
    let mut cargo = command::cargo();
    cargo
        .current_dir(&workspace.root)
        .env(duckdb::FOLDER_VARIABLE, &library)
        // With the workspace's features, so that nothing is compiled twice.
        .args(["build", "--locked", "--workspace", "--test", "command_line"])
        .args(["--bin", "countersign", "--bin", "noninterference"]);
    progress.step("Building the analysis and the generator", || {
        command::run(&mut cargo)
    })
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("end2end/oracle")
}

fn provide(workspace: &Workspace, progress: &mut Progress) -> Result<PathBuf> {
    let wanted = Wanted {
        name: "oracle",
        what: "GoogleSQL's analyser (30 MB)",
        folder: folder(workspace),
        versions: python::ANY,
    };
    python::environment(workspace, progress, &wanted)
}
