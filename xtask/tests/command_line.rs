//! The commands as people type them.

use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> std::io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
}

#[test]
fn every_command_explains_itself() {
    let commands = String::from_utf8(xtask(&["--help"]).unwrap().stdout).unwrap();
    for command in ["run", "test", "web", "env"] {
        assert!(commands.contains(&format!("\n  {command} ")), "{commands}");
    }
}

#[test]
fn each_port_can_be_chosen() {
    let options = String::from_utf8(xtask(&["run", "--help"]).unwrap().stdout).unwrap();
    for option in [
        "--portal-port",
        "--bigquery-port",
        "--identity-port",
        "--without-wasm",
    ] {
        assert!(options.contains(option), "{options}");
    }
}

#[test]
fn a_wrong_option_is_refused() {
    assert!(!xtask(&["run", "--port", "80"]).unwrap().status.success());
}
