//! The folder that is served: static files at the top, and in `pkg` what was built, under
//! names that contain a digest of the content, so that browsers may keep them for ever.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::fingerprint::files_below;
use super::{NAME, Package, stylesheet};
use crate::workspace::Workspace;

/// Where Leptos reads which digest is in which name: lines such as `wasm: 0123456789abcdef`.
const HASH_FILE: &str = "hash.txt";

/// Makes the folder anew beside the old one, then puts it in its place.
pub fn assemble(workspace: &Workspace, package: Option<&Package>) -> Result<()> {
    let site = workspace.site();
    let new = site.with_extension("new");
    if new.exists() {
        fs::remove_dir_all(&new)?;
    }
    fs::create_dir_all(new.join("pkg"))?;
    copy_folder(&workspace.root.join("public"), &new)?;

    let style = stylesheet::inline(&workspace.root.join("style/main.css"))?;
    let mut hashes = publish(&new, "css", style.as_bytes())?;
    if let Some(package) = package {
        hashes += &publish(&new, "js", &fs::read(&package.script)?)?;
        hashes += &publish(&new, "wasm", &fs::read(&package.wasm)?)?;
        copy_folder(
            &package.script.with_file_name("snippets"),
            &new.join("pkg/snippets"),
        )?;
    }
    fs::write(new.join(HASH_FILE), hashes)?;

    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    fs::rename(&new, &site)
        .with_context(|| format!("could not put {} in its place", site.display()))
}

/// Writes a file of `pkg` with its compressed neighbours; returns its line of the hash file.
fn publish(site: &Path, kind: &str, content: &[u8]) -> Result<String> {
    let hash = &hex::encode(Sha256::digest(content))[..16];
    let file = site.join("pkg").join(format!("{NAME}.{hash}.{kind}"));
    fs::write(&file, content)?;
    fs::write(file.with_extension(format!("{kind}.br")), brotli(content)?)?;
    fs::write(file.with_extension(format!("{kind}.gz")), gzip(content)?)?;
    Ok(format!("{kind}: {hash}\n"))
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = BrotliEncoderParams {
        quality: 11,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for file in files_below(from)? {
        let copy = to.join(file.strip_prefix(from)?);
        fs::create_dir_all(copy.parent().context("a file has a folder")?)?;
        fs::copy(&file, &copy).with_context(|| format!("could not copy {}", file.display()))?;
    }
    Ok(())
}
