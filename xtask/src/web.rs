//! Builds the browser half: `app` for WebAssembly, the stylesheet and the static files, with
//! hashed names and compressed neighbours, under `target/site`.
//!
//! The same layout as cargo-leptos makes, without needing it. Always the small profile: from
//! nothing it takes as long as the other one, and what is served in development is then what
//! is served in production.

mod fingerprint;
mod site;
mod stylesheet;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::command;
use crate::progress::Progress;
use crate::wasm_toolchain::{self, TARGET, Toolchain};
use crate::wasm_tools;
use crate::web::fingerprint::Fingerprint;
use crate::workspace::Workspace;

/// The name of the files in `pkg`; `LEPTOS_OUTPUT_NAME` for the server.
const NAME: &str = "countersign";
const PROFILE: &str = "wasm-release";

/// How to build the browser half.
#[derive(Args, Clone, Copy)]
#[group(id = "web")]
pub struct Options {
    /// Leave out WebAssembly: pages and forms work, nothing updates by itself
    #[arg(long)]
    pub without_wasm: bool,
}

/// What wasm-bindgen and wasm-opt leave.
struct Package {
    script: PathBuf,
    wasm: PathBuf,
}

/// Brings `target/site` up to date.
pub fn build(workspace: &Workspace, progress: &mut Progress, options: Options) -> Result<()> {
    let toolchain = if options.without_wasm {
        progress.note("Without WebAssembly: pages and forms work, nothing updates by itself");
        None
    } else {
        let help =
            "the browser half cannot be built; `cargo xtask run --without-wasm` starts without it";
        Some(wasm_toolchain::provide(workspace, progress).context(help)?)
    };
    let inputs = inputs(workspace, toolchain.as_ref())?;
    let stamp = workspace.target.join("front/site.stamp");
    if workspace.site().is_dir()
        && fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == inputs)
    {
        progress.note("The browser half is up to date");
        return Ok(());
    }
    let package = match &toolchain {
        Some(toolchain) => Some(package(workspace, progress, toolchain)?),
        None => None,
    };
    progress.step("Assembling the site", || {
        site::assemble(workspace, package.as_ref())
    })?;
    fs::create_dir_all(workspace.target.join("front"))?;
    fs::write(stamp, inputs)?;
    Ok(())
}

/// Everything the site is made of.
fn inputs(workspace: &Workspace, toolchain: Option<&Toolchain>) -> Result<String> {
    let mut fingerprint = Fingerprint::default();
    for path in [
        "app",
        "style",
        "public",
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/config.toml",
        "xtask/src",
    ] {
        fingerprint.add(&workspace.root, path)?;
    }
    fingerprint.add_text(toolchain.map_or("no WebAssembly", |toolchain| &toolchain.identity));
    fingerprint.add_text(if command::find("node").is_some() {
        "wasm-opt"
    } else {
        "no wasm-opt"
    });
    Ok(fingerprint.finish())
}

fn package(
    workspace: &Workspace,
    progress: &mut Progress,
    toolchain: &Toolchain,
) -> Result<Package> {
    let wasm_bindgen = wasm_tools::wasm_bindgen(workspace, progress)?;
    let wasm_opt = wasm_tools::wasm_opt(workspace, progress)?;
    let front = workspace.target.join("front");
    progress.step(
        "Building the browser half (from nothing: four minutes)",
        || compile(workspace, toolchain),
    )?;

    let folder = front.join("bindgen");
    progress.step("Binding it to JavaScript", || {
        let compiled = front.join(TARGET).join(PROFILE).join("app.wasm");
        let mut bind = std::process::Command::new(wasm_bindgen);
        bind.args([
            "--target",
            "web",
            "--no-typescript",
            "--out-name",
            NAME,
            "--out-dir",
        ])
        .arg(&folder)
        .arg(compiled);
        command::run(&mut bind)
    })?;
    let script = folder.join(format!("{NAME}.js"));
    let wasm = folder.join(format!("{NAME}_bg.wasm"));
    let Some(mut wasm_opt) = wasm_opt else {
        return Ok(Package { script, wasm });
    };
    let optimised = folder.join(format!("{NAME}_optimised.wasm"));
    wasm_opt
        .args([
            "-Oz",
            "--enable-bulk-memory",
            "--enable-nontrapping-float-to-int",
            "-o",
        ])
        .arg(&optimised)
        .arg(wasm);
    progress.step("Making the WebAssembly smaller", || {
        command::run(&mut wasm_opt)
    })?;
    Ok(Package {
        script,
        wasm: optimised,
    })
}

/// Builds `app` in its own target folder, so that it never waits for, or disturbs, the server's.
fn compile(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let folder = workspace.target.join("front");
    let stamp = folder.join("toolchain.stamp");
    // Cargo does not notice when the standard library beneath it was rebuilt.
    if folder.is_dir()
        && fs::read_to_string(&stamp).is_ok_and(|identity| identity != toolchain.identity)
    {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    fs::write(&stamp, &toolchain.identity)?;
    let mut cargo = toolchain.cargo();
    cargo
        .current_dir(&workspace.root)
        .args([
            "build",
            "--locked",
            "--package",
            "app",
            "--lib",
            "--target",
            TARGET,
            "--profile",
            PROFILE,
        ])
        .args([
            "--no-default-features",
            "--features",
            "hydrate",
            "--target-dir",
        ])
        .arg(&folder);
    command::run(&mut cargo)
}
