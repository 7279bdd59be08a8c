//! The comparison of the SQL analysis with GoogleSQL's own analyser, which is a Python package
//! in a virtual environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::packages::install;
use crate::progress::Progress;
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

/// The Python of a virtual environment with the packages; makes it where it is missing or old.
fn provide(workspace: &Workspace, progress: &mut Progress) -> Result<PathBuf> {
    let wanted = fs::read_to_string(folder(workspace).join("requirements.txt"))?;
    let environment = workspace.cache.join("oracle");
    let python = environment.join("bin/python");
    let installed = environment.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|packages| packages == wanted) {
        return Ok(python);
    }
    if suitable_python().is_none() {
        install(progress, "Python", &["python3", "python3-venv"])?;
    }
    let system = suitable_python().context("it needs Python 3.10 or newer")?;
    progress.step("Installing GoogleSQL's analyser (30 MB)", || {
        let mut create = Command::new(system);
        command::run(create.args(["-m", "venv", "--clear"]).arg(&environment))?;
        let mut install = Command::new(&python);
        install
            .current_dir(folder(workspace))
            .args(["-m", "pip", "install", "--quiet"])
            .args(["--disable-pip-version-check", "--requirement"])
            .arg("requirements.txt");
        command::run(&mut install)?;
        Ok(fs::write(&installed, &wanted)?)
    })?;
    Ok(python)
}

/// A Python that the packages run on, and that can make virtual environments: Debian has these
/// in a package of their own.
fn suitable_python() -> Option<&'static str> {
    const NAMES: [&str; 5] = [
        "python3",
        "python3.13",
        "python3.12",
        "python3.11",
        "python3.10",
    ];
    let fits = |name: &&str| {
        let test = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";
        command::succeeds(Command::new(name).args(["-c", test]))
    };
    NAMES.into_iter().find(fits)
}
