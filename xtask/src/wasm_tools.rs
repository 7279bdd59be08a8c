//! The two programs that make a web package of what rustc produces: wasm-bindgen writes the
//! JavaScript side, wasm-opt makes the WebAssembly smaller.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;
use crate::download::{self, Package};
use crate::progress::Progress;
use crate::workspace::Workspace;

const BINARYEN: &str = "132.0.0";

/// wasm-bindgen in the version of Cargo.lock, compiled at the first call.
///
/// The crate and the program have to match exactly, so one that is already installed is of
/// no use.
pub fn wasm_bindgen(workspace: &Workspace, progress: &mut Progress) -> Result<PathBuf> {
    let lock = fs::read_to_string(workspace.root.join("Cargo.lock"))?;
    let version =
        locked_version(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?;
    let folder = workspace.cache.join(format!("wasm-bindgen-{version}"));
    let program = folder.join("bin/wasm-bindgen");
    if !program.is_file() {
        let name = format!("Compiling wasm-bindgen {version} (once, two minutes)");
        progress.step(&name, || install_wasm_bindgen(version, &folder))?;
    }
    Ok(program)
}

/// Without `--locked`, because its lock file names a crate version that was withdrawn; without
/// optimisation, because it runs for a second.
fn install_wasm_bindgen(version: &str, folder: &Path) -> Result<()> {
    let mut install = command::cargo();
    install
        .args([
            "install",
            "wasm-bindgen-cli",
            "--no-default-features",
            "--bin",
            "wasm-bindgen",
        ])
        .args(["--version", &format!("={version}")])
        .arg("--root")
        .arg(folder)
        .arg("--target-dir")
        .arg(folder.join("target"))
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    command::run(&mut install)?;
    fs::remove_dir_all(folder.join("target"))?;
    Ok(())
}

/// A command that runs wasm-opt, where there is a Node.js to run it with.
pub fn wasm_opt(workspace: &Workspace, progress: &mut Progress) -> Result<Option<Command>> {
    let Some(node) = command::find("node") else {
        progress.note("Node.js is not installed: the WebAssembly stays about a quarter larger than it could be");
        return Ok(None);
    };
    let folder = workspace.cache.join(format!("binaryen-{BINARYEN}"));
    let program = folder.join("package/bin/wasm-opt");
    if !program.is_file() {
        let package = Package {
            name: "binaryen".to_owned(),
            version: BINARYEN,
        };
        progress.step("Fetching wasm-opt", || download::unpack(&package, &folder))?;
    }
    let mut wasm_opt = Command::new(node);
    wasm_opt.arg(program);
    Ok(Some(wasm_opt))
}

/// The version of a package that occurs once in Cargo.lock.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split_once('"').map(|(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_of_that_package_alone() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
