//! What the end-to-end tests need: Node.js with npm, their packages, and a Chromium.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command;
use crate::packages::install;
use crate::progress::Progress;
use crate::workspace::Workspace;

/// The environment variable by which the tests are told of the browser.
pub const BROWSER_VARIABLE: &str = "CHROMIUM_PATH";

/// The oldest Node.js on which Playwright and the tests run.
const OLDEST_NODE: u32 = 20;

/// Where browsers install themselves on macOS.
const APPLICATIONS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Brings Node.js and the tests' packages; returns the browser.
pub fn provide(workspace: &Workspace, progress: &mut Progress) -> Result<PathBuf> {
    if command::find("node").is_none() || command::find("npm").is_none() {
        install(progress, "Node.js", &["nodejs", "npm"])?;
    }
    require_node_version()?;
    if browser().is_none() {
        install(progress, "Chromium", &["chromium"])?;
    }
    let browser = browser().with_context(|| {
        format!("Chromium was installed, but is not on the PATH; set {BROWSER_VARIABLE} to it")
    })?;
    progress.step("Installing the end-to-end tests' packages (npm ci)", || {
        let mut npm = Command::new("npm");
        // Playwright would download browsers of its own.
        npm.args(["ci", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        command::run(npm.current_dir(workspace.root.join("end2end")))
    })?;
    Ok(browser)
}

/// Debian 12's own package is older than Playwright needs.
fn require_node_version() -> Result<()> {
    let output = Command::new("node").arg("--version").output()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next();
    let major: u32 = major.and_then(|major| major.parse().ok()).unwrap_or(0);
    if major < OLDEST_NODE {
        bail!(
            "the end-to-end tests need Node.js {OLDEST_NODE} or newer and found {version}; install a newer one, \
             or leave them out: `cargo xtask test --only rust`"
        );
    }
    Ok(())
}

fn browser() -> Option<PathBuf> {
    if let Some(browser) = env::var_os(BROWSER_VARIABLE) {
        return Some(PathBuf::from(browser));
    }
    let installed = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(command::find);
    installed.or_else(|| {
        APPLICATIONS
            .into_iter()
            .map(PathBuf::from)
            .find(|path| path.is_file())
    })
}
