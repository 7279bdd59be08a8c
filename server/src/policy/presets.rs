//! What comes with the program decides what its case files say, by every one of its policies.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::*;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("policies")
        .join(name)
}

#[test]
fn every_case_is_decided_as_its_file_says() {
    for (name, _) in PRESETS {
        let files = PolicyFile::read(&folder(name)).expect("files");
        assert_eq!(PolicyFile::preset(name).expect("a preset"), files);
        let policies = PolicySet::from_files(&files).expect("policies");
        let cases = policies.test(&folder(name).join("cases.toml"));
        for case in cases.expect("cases") {
            assert_eq!(case.differences, [], "{name}: {}", case.name);
        }
    }
}

/// A policy that no case needs could be removed unseen. `not-understood` stands there for
/// readers: the program blocks that before it asks.
#[test]
fn every_policy_decides_a_case() {
    for (name, _) in PRESETS {
        let policies = PolicySet::from_files(&PolicyFile::preset(name).expect("a preset"));
        let policies = policies.expect("policies");
        let cases = std::fs::read_to_string(folder(name).join("cases.toml")).expect("cases");
        let ids: BTreeSet<_> = policies.annotations.keys().map(String::as_str).collect();
        let unneeded: Vec<_> = ids
            .iter()
            .filter(|id| **id != "not-understood" && !cases.contains(&format!("\"{id}\"")))
            .collect();
        assert!(unneeded.is_empty(), "{name}: {unneeded:?}");
    }
}

#[test]
fn a_case_that_differs_says_how_and_a_wrong_file_says_where() {
    let policies = PolicySet::from_files(&PolicyFile::preset("balanced").expect("a preset"));
    let policies = policies.expect("policies");
    let folder = tempfile::tempdir().expect("a folder");
    let tested = |text: &str| {
        let path = folder.path().join("cases.toml");
        std::fs::write(&path, text).expect("written");
        policies.test(&path)
    };
    let results = tested(
        "[[case]]\nname = \"a\"\nfacts = { tags = [\"pii.email\"] }\n\
         expect = { route = \"run\", requirements = [], step_up = true }\n",
    );
    let results = results.expect("results");
    let differences: Vec<_> = results[0]
        .differences
        .iter()
        .map(|d| (d.what, d.expected.as_str(), d.decided.as_str()))
        .collect();
    let expected = [
        ("route", "run", "approve"),
        ("requirements", "none", "1 of data-stewards"),
        ("step_up", "true", "false"),
    ];
    assert_eq!(differences, expected);

    for (text, line, message) in [
        ("[[case]]\nname = 1", 2, "string"),
        (
            "[[case]]\nname = \"a\"\nexpect = { route = \"run\" }\n\
             [[case]]\nname = \"b\"\nfacts = { tagz = [] }\nexpect = { route = \"run\" }",
            5,
            "tagz",
        ),
        (
            "[[case]]\nname = \"a\"\nexpect = { route = \"maybe\" }",
            3,
            "maybe",
        ),
    ] {
        let Err(PolicyError::Invalid(faults)) = tested(text) else {
            panic!("{text}");
        };
        assert_eq!(faults[0].line, line, "{}", faults[0]);
        assert!(faults[0].message.contains(message), "{}", faults[0]);
    }
}
