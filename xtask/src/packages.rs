//! Programs that the operating system's packages bring.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;
use crate::progress::Progress;

/// Installs Debian packages where that is possible without asking anybody.
pub fn install(progress: &mut Progress, what: &str, packages: &[&str]) -> Result<()> {
    if command::find("apt-get").is_none() || !is_root() {
        bail!(
            "{what} is needed for a part of the tests and is not installed; on Debian: apt-get install {}, \
             on macOS: brew install {}; `cargo xtask test --only rust` goes without",
            packages.join(" "),
            what.to_lowercase().replace("node.js", "node")
        );
    }
    progress.step(&format!("Installing {what} (apt-get)"), || {
        command::run(Command::new("apt-get").args(["update", "--quiet"]))?;
        let mut install = Command::new("apt-get");
        install
            .args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(packages);
        command::run(install.env("DEBIAN_FRONTEND", "noninteractive"))
    })
}

fn is_root() -> bool {
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|process| process.uid() == 0)
}
