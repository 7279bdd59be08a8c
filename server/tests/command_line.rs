//! The program as people call it.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn countersign(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    let run = command
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies"));
    run.output().expect("the program")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_presets_can_be_used_and_decide_as_their_cases_say() {
    for preset in ["balanced", "essential", "pci", "strict"] {
        let checked = countersign(&["policy", "check", preset]);
        assert!(checked.status.success(), "{}", text(&checked.stderr));
        assert!(text(&checked.stdout).contains("can be used. Version sha256:"));
        let tested = countersign(&["policy", "test", &format!("{preset}/cases.toml")]);
        assert!(tested.status.success(), "{}", text(&tested.stdout));
        assert!(text(&tested.stdout).ends_with("as expected.\n"));
    }
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = "@id(\"a\") @reason(\"b\")\nforbid (principal, action, resource)\n\
                  when { context.byts > 1 };\nforbid (principal, action, resource);\n";
    fs::write(folder.path().join("mine.cedar"), policy).expect("written");
    let path = folder.path().display().to_string();
    let checked = countersign(&["policy", "check", &path]);
    assert_eq!(checked.status.code(), Some(1));
    let said = text(&checked.stderr);
    assert!(said.contains("mine.cedar:4: "), "{said}");
    assert!(said.contains("mine.cedar:3: "), "{said}");
}

#[test]
fn a_case_that_is_decided_otherwise_fails_with_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = folder.path().join("cases.toml");
    let case = "[[case]]\nname = \"it runs\"\nfacts = { tags = [\"pii.email\"] }\n\
                expect = { route = \"run\" }\n";
    fs::write(&cases, case).expect("written");
    let cases = cases.display().to_string();
    let tested = countersign(&["policy", "test", &cases, "--policies", "balanced"]);
    assert_eq!(tested.status.code(), Some(1));
    let said = text(&tested.stdout);
    let expected = "it runs\n  - route: run\n  + route: approve\n";
    assert_eq!(said, expected);
}
