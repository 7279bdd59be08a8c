//! Other programs: running them, reading them, and saying which one failed.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs a program whose output goes to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("could not start {}", text(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", text(command));
    }
    Ok(())
}

/// Runs a program and returns what it printed, without the last line break.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("could not start {}", text(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", text(command), output.status);
    }
    let printed = String::from_utf8(output.stdout)
        .context("the program printed something that is not text")?;
    Ok(printed.trim_end().to_owned())
}

/// Runs a program silently and says whether it succeeded; a missing program did not.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Where a program is, if it is installed.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// A cargo command that sees the environment of the terminal. What `cargo run` adds for the
/// program it runs would otherwise reach the build below it.
pub fn cargo() -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in env::vars_os() {
        if is_of_the_outer_cargo(&name) {
            command.env_remove(name);
        }
    }
    command
}

fn is_of_the_outer_cargo(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    name.starts_with("CARGO_PKG_")
        || [
            "CARGO",
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "LD_LIBRARY_PATH",
            "DYLD_FALLBACK_LIBRARY_PATH",
        ]
        .contains(&name)
}

fn text(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(OsStr::to_string_lossy));
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let error = run(Command::new("false").arg("--quickly"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("`false --quickly`"), "{error}");
    }

    #[test]
    fn what_was_printed_is_read() {
        assert_eq!(read(Command::new("echo").arg("hello")).unwrap(), "hello");
    }

    #[test]
    fn a_missing_program_is_not_found() {
        assert!(find("sh").is_some());
        assert!(find("no-such-program-anywhere").is_none());
        assert!(!succeeds(&mut Command::new("no-such-program-anywhere")));
    }
}
