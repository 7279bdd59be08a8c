//! Which crate and which folder may use which: the table of docs/architecture.md.

mod claims;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What reads the database or the browser's counterpart: never where no I/O may be.
const IO: [&str; 6] = ["tokio", "sqlx", "leptos", "axum", "reqwest", "duckdb"];

/// The names of all crates that `cargo tree` lists.
fn tree(arguments: &[&str]) -> BTreeSet<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--locked", "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}"])
        .args(arguments)
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).expect("text");
    let names = text.lines().filter_map(|line| line.split(' ').next());
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The members of the workspace that a member is made of, and the crates from elsewhere.
fn made_of(member: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let members = tree(&["--workspace", "--depth", "0"]);
    let mut all = tree(&["--package", member]);
    all.remove(member);
    all.into_iter().partition(|name| members.contains(name))
}

#[test]
fn each_crate_is_made_of_what_it_may_use() {
    let rules: [(&str, &[&str], &[&str]); 8] = [
        ("domain", &[], &[&IO[..], &["sqlparser"]].concat()),
        ("analysis", &["domain"], &[&IO[..], &["http"]].concat()),
        ("masking", &["domain"], &[&IO[..], &["http"]].concat()),
        ("ledger", &[], &[&IO[..], &["serde_json"]].concat()),
        (
            "store",
            &["domain", "ledger"],
            &["leptos", "axum", "reqwest", "sqlparser", "duckdb"],
        ),
        (
            "app",
            &["domain"],
            &["sqlx", "reqwest", "sqlparser", "duckdb"],
        ),
        ("sandbox", &[], &["sqlx", "leptos"]),
        (
            "noninterference",
            &["analysis", "domain", "sandbox"],
            &["sqlx", "leptos"],
        ),
    ];
    for (member, allowed, forbidden) in rules {
        let (ours, others) = made_of(member);
        let allowed = allowed.iter().map(ToString::to_string).collect();
        assert_eq!(ours, allowed, "of the workspace, in `{member}`");
        for name in forbidden {
            assert!(!others.contains(*name), "`{name}` in `{member}`");
        }
    }
}

#[test]
fn the_program_has_nothing_of_the_sandbox() {
    let (ours, others) = made_of("countersign");
    assert!(!ours.contains("sandbox"), "{ours:?}");
    assert!(!others.contains("duckdb"), "{others:?}");
}

#[test]
fn the_browser_gets_no_database_no_server_and_no_sql() {
    let browser = tree(&[
        "--package",
        "app",
        "--no-default-features",
        "--features",
        "hydrate",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    assert!(browser.contains("wasm-bindgen"), "{browser:?}");
    for name in [
        "sqlx",
        "tokio",
        "axum",
        "reqwest",
        "sqlparser",
        "store",
        "analysis",
    ] {
        assert!(!browser.contains(name), "`{name}` in the browser");
    }
}

/// Every source file below a folder of the program.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut open = vec![
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(folder),
    ];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

#[test]
fn doors_do_their_work_through_services_alone() {
    let hidden = [
        "store::Store",
        "Transaction",
        "crate::warehouse",
        "crate::policy::PolicySet",
        "crate::jobs",
    ];
    let rules: [(&str, &[&str]); 4] = [
        ("http", &[&hidden[..], &["crate::ui"]].concat()),
        ("ui", &[&hidden[..], &["crate::http::v1"]].concat()),
        (
            "jobs",
            &[&hidden[..4], &["crate::http", "crate::ui"]].concat(),
        ),
        (
            "services",
            &[
                "axum",
                "leptos",
                "app::",
                "crate::http",
                "crate::ui",
                "crate::jobs",
            ],
        ),
    ];
    for (folder, forbidden) in rules {
        for file in sources(folder) {
            let text = fs::read_to_string(&file).expect("a source file");
            // Tests beside the code may set up what they need.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in forbidden {
                assert!(!code.contains(word), "`{word}` in {}", file.display());
            }
        }
    }
}
