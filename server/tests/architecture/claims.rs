//! What `docs/security.md` claims is held by a test: each that it names exists.

use std::{fs, path::Path};

/// Appends every source file below a folder.
fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
}

#[test]
fn every_claim_names_a_test_that_exists() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    for folder in ["src", "tests", "store/tests"] {
        sources(&here.join(folder), &mut all);
    }
    let document = fs::read_to_string(here.join("../docs/security.md")).expect("the document");
    let quoted = document.split('`').skip(1).step_by(2);
    let claimed: Vec<&str> = quoted.filter(|words| words.contains("::")).collect();
    assert!(claimed.len() > 20, "{claimed:?}");
    for name in claimed {
        let test = name.rsplit("::").next().unwrap_or_default();
        assert!(all.contains(&format!("fn {test}()")), "no test {name}");
    }
}
