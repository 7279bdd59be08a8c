//! A Rust toolchain that can build for the browser.
//!
//! 1. The active toolchain, if it has the target.
//! 2. The fallback, if it was needed and made before.
//! 3. The active toolchain after `rustup target add`, unless `WASM_TOOLCHAIN_OFFLINE` is set,
//!    which says that this machine cannot download from Rust's own servers.
//! 4. The fallback: put together from Debian's packages by `xtask/debian-wasm.sh`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::command;
use crate::progress::Progress;
use crate::workspace::Workspace;

/// The browser.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The name of the toolchain made from Debian's packages.
const FALLBACK: &str = "debian-wasm";

/// A toolchain that has the target.
pub struct Toolchain {
    /// The rustup toolchain; `None` for the active one.
    name: Option<&'static str>,
    /// Changes when the compiler or its standard library changes. Cargo does not see the
    /// latter by itself.
    pub identity: String,
}

impl Toolchain {
    /// A cargo command of this toolchain.
    pub fn cargo(&self) -> Command {
        let mut cargo = command::cargo();
        if let Some(name) = self.name {
            cargo.arg(format!("+{name}"));
        }
        cargo
    }

    /// The toolchain, if it has the target and is new enough.
    fn find(name: Option<&'static str>) -> Option<Self> {
        let sysroot = rustc(name, &["--print", "sysroot"])?;
        let library = core_library(Path::new(&sysroot))?;
        let version = rustc(name, &["--version", "--verbose"])?;
        if minor_version(&version)?
            < minor_version(concat!("rustc ", env!("CARGO_PKG_RUST_VERSION")))?
        {
            return None;
        }
        let digest = Sha256::new()
            .chain_update(version)
            .chain_update(fs::read(library).ok()?)
            .finalize();
        Some(Self {
            name,
            identity: hex::encode(digest),
        })
    }
}

/// Finds or makes a toolchain.
pub fn provide(workspace: &Workspace, progress: &mut Progress) -> Result<Toolchain> {
    if let Some(toolchain) = Toolchain::find(None).or_else(|| Toolchain::find(Some(FALLBACK))) {
        return Ok(toolchain);
    }
    if env::var_os("WASM_TOOLCHAIN_OFFLINE").is_none() {
        let added = progress.step("Adding the browser target (rustup target add)", || {
            command::run(Command::new("rustup").args(["target", "add", TARGET]))
        });
        match added {
            Ok(()) => {
                return Toolchain::find(None)
                    .context("rustup added the target, but it is not there");
            }
            Err(error) => progress.note(&format!("{error:#}; trying Debian's packages instead")),
        }
    }
    progress
        .step("Building a browser toolchain from Debian's packages (two minutes)", || build_fallback(workspace))
        .with_context(|| {
            format!("there is no way to build for the browser on this machine: run `rustup target add {TARGET}` where rustup can download")
        })?;
    Toolchain::find(Some(FALLBACK)).context("the toolchain was built, but it lacks the target")
}

fn build_fallback(workspace: &Workspace) -> Result<()> {
    let folder = fallback_folder(workspace);
    fs::create_dir_all(&folder)?;
    let mut script = Command::new("bash");
    script
        .arg(workspace.root.join("xtask/debian-wasm.sh"))
        .arg(FALLBACK)
        .arg(folder);
    command::run(&mut script)
}

/// Beside our own cache: rustup links the folder by name for the whole machine.
fn fallback_folder(workspace: &Workspace) -> PathBuf {
    workspace.cache.with_file_name(FALLBACK)
}

fn rustc(toolchain: Option<&str>, arguments: &[&str]) -> Option<String> {
    let mut rustc = Command::new("rustc");
    rustc.env_remove("LD_LIBRARY_PATH");
    if let Some(name) = toolchain {
        rustc.arg(format!("+{name}"));
    }
    rustc.args(arguments);
    let output = rustc
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim_end().to_owned())
}

/// Rust 1's minor version, out of `rustc 1.96.0 (…)`.
fn minor_version(rustc: &str) -> Option<u32> {
    let mut numbers = rustc
        .strip_prefix("rustc 1.")?
        .split(|character: char| !character.is_ascii_digit());
    numbers.next()?.parse().ok()
}

/// The target's `libcore`, which is there when the target is installed.
fn core_library(sysroot: &Path) -> Option<PathBuf> {
    let folder = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let mut files = fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    files.find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libcore-")
            && path
                .extension()
                .is_some_and(|extension| extension == "rlib")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minor_version_is_read_as_rustc_and_manifests_write_it() {
        assert_eq!(
            minor_version("rustc 1.96.0 (a1b2 2026-06-01)\nbinary: rustc"),
            Some(96)
        );
        assert_eq!(minor_version("rustc 1.94"), Some(94));
        assert_eq!(minor_version("clang 1.0"), None);
    }
}
