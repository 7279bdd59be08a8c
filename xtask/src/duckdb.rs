//! The sandbox's engine: DuckDB's official shared library, which the linker needs. Compiling
//! it from C++ would take 25 minutes; the npm package of the same version carries it built.

use std::env;
use std::env::consts::{ARCH, DLL_PREFIX, DLL_SUFFIX, OS};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::download::{self, Package};
use crate::progress::Progress;
use crate::workspace::Workspace;

/// The environment variable by which the `duckdb` crate and the sandbox's build script find
/// the library's folder.
pub const FOLDER_VARIABLE: &str = "DUCKDB_LIB_DIR";

/// The version that the `duckdb` crate in Cargo.lock is made for.
const VERSION: &str = "1.5.6";
/// The npm package's version that carries it.
const PACKAGE_VERSION: &str = "1.5.6-r.1";

/// The folder of the library; fetches it at the first call.
pub fn provide(workspace: &Workspace, progress: &mut Progress) -> Result<PathBuf> {
    let file = format!("{DLL_PREFIX}duckdb{DLL_SUFFIX}");
    if let Some(folder) = env::var_os(FOLDER_VARIABLE) {
        let folder = PathBuf::from(folder);
        ensure!(
            folder.join(&file).is_file(),
            "{FOLDER_VARIABLE} is set to {}, but there is no {file} in it",
            folder.display()
        );
        return Ok(folder);
    }
    let folder = workspace.cache.join("duckdb").join(VERSION);
    if !folder.join(&file).is_file() {
        progress.step("Fetching DuckDB's library for the sandbox (25 MB)", || {
            fetch(&folder, &file)
        })?;
    }
    Ok(folder)
}

fn fetch(folder: &Path, file: &str) -> Result<()> {
    let package = Package {
        name: format!("@duckdb/node-bindings-{}", platform()?),
        version: PACKAGE_VERSION,
    };
    let unpacked = folder.with_extension("new");
    download::unpack(&package, &unpacked).context(
        "the sandbox's engine could not be fetched; if you have DuckDB 1.5.6, set DUCKDB_LIB_DIR to its library's folder",
    )?;
    fs::create_dir_all(folder)?;
    fs::rename(unpacked.join("package").join(file), folder.join(file))?;
    fs::remove_dir_all(&unpacked)?;
    Ok(())
}

/// The platform as the package names have it.
fn platform() -> Result<&'static str> {
    match (OS, ARCH) {
        ("linux", "x86_64") => Ok("linux-x64"),
        ("linux", "aarch64") => Ok("linux-arm64"),
        ("macos", "x86_64") => Ok("darwin-x64"),
        ("macos", "aarch64") => Ok("darwin-arm64"),
        _ => bail!(
            "DuckDB's library is not published for {OS} on {ARCH}; set {FOLDER_VARIABLE} to a folder that has it"
        ),
    }
}
