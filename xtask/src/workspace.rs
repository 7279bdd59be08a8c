//! Where things are: the checkout, what is built, and what is kept between checkouts.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::command;

/// The folders that the tasks work in.
pub struct Workspace {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's target folder, wherever it is configured to be.
    pub target: PathBuf,
    /// Downloaded and compiled tools, kept between checkouts.
    pub cache: PathBuf,
}

/// The part of `cargo metadata` that is used.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Workspace {
    /// Asks cargo and the environment.
    pub fn locate() -> Result<Self> {
        let answer = command::read(command::cargo().args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
        ]))?;
        let metadata: Metadata =
            serde_json::from_str(&answer).context("cargo metadata answered something else")?;
        Ok(Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            cache: cache_folder()?,
        })
    }

    /// The browser half as it is served.
    pub fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    /// The data of `cargo xtask run`.
    pub fn var(&self) -> PathBuf {
        self.root.join("var")
    }

    /// A program of the workspace, as `cargo build` leaves it.
    pub fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }
}

fn cache_folder() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("COUNTERSIGN_CACHE") {
        return Ok(PathBuf::from(folder));
    }
    if let Some(folder) = env::var_os("XDG_CACHE_HOME") {
        return Ok(Path::new(&folder).join("countersign"));
    }
    let home = env::home_dir()
        .context("there is no home folder; set COUNTERSIGN_CACHE to a folder for tools")?;
    Ok(home.join(".cache/countersign"))
}
