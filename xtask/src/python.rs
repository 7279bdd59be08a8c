//! Virtual environments for Python's packages, pinned in a `requirements.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;
use crate::packages::install;
use crate::progress::Progress;
use crate::workspace::Workspace;

/// The Python of the environment `name` with what `folder/requirements.txt` lists; makes the
/// environment where it is missing or old. `what` it brings is told meanwhile.
pub fn environment(
    workspace: &Workspace,
    progress: &mut Progress,
    (name, what): (&str, &str),
    folder: &Path,
) -> Result<PathBuf> {
    let wanted = fs::read_to_string(folder.join("requirements.txt"))?;
    let environment = workspace.cache.join(name);
    let python = environment.join("bin/python");
    let installed = environment.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|packages| packages == wanted) {
        return Ok(python);
    }
    if suitable_python().is_none() {
        install(progress, "Python", &["python3", "python3-venv"])?;
    }
    let system = suitable_python().context("it needs Python 3.10 or newer")?;
    progress.step(&format!("Installing {what}"), || {
        let mut create = Command::new(system);
        command::run(create.args(["-m", "venv", "--clear"]).arg(&environment))?;
        let mut install = Command::new(&python);
        install
            .current_dir(folder)
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
