//! Virtual environments for Python's packages, pinned in a `requirements.txt`.

use std::env;
use std::fs;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;
use crate::packages::install;
use crate::progress::Progress;
use crate::workspace::Workspace;

/// An environment that is wanted.
pub struct Wanted<'a> {
    /// Its folder's name in the cache.
    pub name: &'a str,
    /// What it brings, told meanwhile.
    pub what: &'a str,
    /// Has the `requirements.txt`.
    pub folder: PathBuf,
    /// Which Python 3 its packages run on.
    pub versions: RangeInclusive<u32>,
}

/// The versions that are nobody's preference.
pub const ANY: RangeInclusive<u32> = 10..=99;

/// The Python of an environment with what its `requirements.txt` lists; makes the environment
/// where it is missing or old.
pub fn environment(
    workspace: &Workspace,
    progress: &mut Progress,
    wanted: &Wanted,
) -> Result<PathBuf> {
    let listed = fs::read_to_string(wanted.folder.join("requirements.txt"))?;
    let environment = workspace.cache.join(wanted.name);
    let python = environment.join("bin/python");
    let installed = environment.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|packages| packages == listed) {
        return Ok(python);
    }
    let system = system_python(progress, &wanted.versions)?;
    progress.step(&format!("Installing {}", wanted.what), || {
        let mut create = Command::new(system);
        command::run(create.args(["-m", "venv", "--clear"]).arg(&environment))?;
        let mut install = Command::new(&python);
        install
            .current_dir(&wanted.folder)
            .args(["-m", "pip", "install", "--quiet"])
            .args(["--disable-pip-version-check", "--requirement"])
            .arg("requirements.txt");
        command::run(&mut install)?;
        Ok(fs::write(&installed, &listed)?)
    })?;
    Ok(python)
}

/// A Python that the packages run on, and that can make virtual environments: Debian has these
/// in a package of their own.
fn system_python(progress: &mut Progress, versions: &RangeInclusive<u32>) -> Result<PathBuf> {
    if let Some(python) = suitable_python(versions) {
        return Ok(python);
    }
    install(progress, "Python", &["python3", "python3-venv"])?;
    let (oldest, newest) = (versions.start(), versions.end());
    suitable_python(versions)
        .with_context(|| format!("it needs Python 3.{oldest} to 3.{newest}, which is not here"))
}

fn suitable_python(versions: &RangeInclusive<u32>) -> Option<PathBuf> {
    let (oldest, newest) = (versions.start(), versions.end());
    let test = format!(
        "import ensurepip, sys, venv; sys.exit(not {oldest} <= sys.version_info.minor <= {newest})"
    );
    let fits = |python: &PathBuf| command::succeeds(Command::new(python).args(["-c", &test]));
    let in_path = [None, Some(13), Some(12), Some(11), Some(10)].map(|minor| match minor {
        None => PathBuf::from("python3"),
        Some(minor) => PathBuf::from(format!("python3.{minor}")),
    });
    in_path.into_iter().chain(of_pyenv()).find(fits)
}

/// What pyenv keeps beside the one version that is active.
fn of_pyenv() -> Vec<PathBuf> {
    let versions = env::home_dir().map(|home| home.join(".pyenv/versions"));
    let versions = versions.and_then(|versions| fs::read_dir(versions).ok());
    let versions = versions.into_iter().flatten().flatten();
    versions
        .map(|version| version.path().join("bin/python3"))
        .collect()
}
