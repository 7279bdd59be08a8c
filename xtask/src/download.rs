//! Packages from the npm registry: by npm where it is installed, because it may be configured
//! for another registry, else straight from the public one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha512};

use crate::command;

const REGISTRY: &str = "https://registry.npmjs.org";

/// A package and its exact version.
pub struct Package {
    pub name: String,
    pub version: &'static str,
}

/// The part of a package's metadata that is used.
#[derive(Deserialize)]
struct Metadata {
    dist: Distribution,
}

#[derive(Deserialize)]
struct Distribution {
    tarball: String,
    /// `sha512-` and the digest in base64.
    integrity: String,
}

/// Unpacks a package into a folder; its files land in the folder `package` below it.
pub fn unpack(package: &Package, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let archive = fetch(package, folder)?;
    command::run(
        Command::new("tar")
            .arg("-xzf")
            .arg(&archive)
            .arg("-C")
            .arg(folder),
    )?;
    fs::remove_file(&archive)?;
    Ok(())
}

fn fetch(package: &Package, folder: &Path) -> Result<PathBuf> {
    if command::find("npm").is_some() {
        let name = format!("{}@{}", package.name, package.version);
        let file = command::read(
            Command::new("npm")
                .args(["pack", "--silent", &name])
                .current_dir(folder),
        )?;
        return Ok(folder.join(file));
    }
    let address = format!("{REGISTRY}/{}/{}", package.name, package.version);
    let metadata = get(&address)?;
    let metadata: Metadata = serde_json::from_slice(&metadata)
        .with_context(|| format!("{address} answered something else"))?;
    let archive = get(&metadata.dist.tarball)?;
    ensure!(
        metadata.dist.integrity == integrity(&archive),
        "{} does not have the digest that the registry names",
        metadata.dist.tarball
    );
    let file = folder.join("package.tgz");
    fs::write(&file, archive)?;
    Ok(file)
}

/// Fetches by whichever of the usual programs is installed; rustup's own installation needed one.
fn get(address: &str) -> Result<Vec<u8>> {
    let mut fetch = if command::find("curl").is_some() {
        let mut curl = Command::new("curl");
        curl.args([
            "--fail",
            "--silent",
            "--show-error",
            "--location",
            "--proto",
            "=https",
            address,
        ]);
        curl
    } else if command::find("wget").is_some() {
        let mut wget = Command::new("wget");
        wget.args(["--quiet", "--https-only", "--output-document", "-", address]);
        wget
    } else {
        bail!("downloading {address} needs npm, curl or wget; install one of them and start again");
    };
    let output = fetch
        .output()
        .with_context(|| format!("could not fetch {address}"))?;
    ensure!(
        output.status.success(),
        "could not fetch {address}: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(output.stdout)
}

/// Subresource integrity as npm writes it.
fn integrity(bytes: &[u8]) -> String {
    format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrity_is_written_as_npm_writes_it() {
        assert_eq!(
            integrity(b""),
            "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
        );
    }
}
