//! Queries that try to get tagged values through unseen.
//!
//! What must be masked is masked, what must not run does not run: no exception. How many of the
//! harmless and maskable ones are understood is a figure that may only grow.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

use std::collections::{BTreeMap, BTreeSet};

use analysis::{Analysis, Catalog, analyse};
use domain::Route;
use serde::Deserialize;

/// Of the cases that may run, how many are understood. Raise it when it grows.
const UNDERSTOOD: usize = 86;

#[derive(Deserialize)]
struct Case {
    id: String,
    sql: String,
    decision: String,
    #[serde(default)]
    out: Vec<String>,
    must_mask: Vec<String>,
    safe: Vec<String>,
    inference: Vec<String>,
    expected: BTreeMap<String, Vec<String>>,
}

fn catalog() -> Catalog {
    serde_json::from_str(include_str!("data/catalog.json")).expect("a catalog")
}

fn cases() -> Vec<Case> {
    include_str!("data/bypass.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect()
}

/// What is wrong with the answer to a case, if anything.
fn faults(case: &Case, analysis: &Analysis) -> Vec<String> {
    let mut faults = Vec::new();
    if case.decision == "deny" && analysis.route == Route::Run {
        faults.push("it may run".to_owned());
    }
    if analysis.route == Route::Block {
        return faults;
    }
    let columns = &analysis.statements[0].columns;
    let names: Vec<&String> = columns.iter().map(|c| &c.name).collect();
    if case.decision != "deny" && names != case.out.iter().collect::<Vec<_>>() {
        faults.push(format!("its columns are {names:?}"));
    }
    for column in columns {
        if case.must_mask.contains(&column.name) && !column.masked {
            faults.push(format!("`{}` is not masked", column.name));
        }
        if case.safe.contains(&column.name) && column.masked {
            faults.push(format!("`{}` is masked", column.name));
        }
        let found: BTreeSet<&str> = column
            .sources
            .iter()
            .map(|s| s.trim_start_matches("proj.ds."))
            .collect();
        let wanted = case.expected.get(&column.name).into_iter().flatten();
        for missing in wanted.filter(|source| !found.contains(source.as_str())) {
            faults.push(format!("`{}` misses the source {missing}", column.name));
        }
    }
    let expected = match case.inference.as_slice() {
        [] => Route::Run,
        _ => Route::Approve,
    };
    if case.decision == "allow" && analysis.route != expected {
        faults.push(format!("its route is {:?}", analysis.route));
    }
    faults
}

#[test]
fn nothing_tagged_gets_through_unseen() {
    let catalog = catalog();
    let mut wrong = Vec::new();
    for case in cases() {
        let analysis = analyse(&case.sql, &catalog);
        for fault in faults(&case, &analysis) {
            wrong.push(format!("{}: {fault}: {}", case.id, case.sql));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn as_many_are_understood_as_ever() {
    let catalog = catalog();
    let cases = cases();
    let runnable: Vec<&Case> = cases
        .iter()
        .filter(|case| case.decision != "deny")
        .collect();
    let refused: Vec<String> = runnable
        .iter()
        .map(|case| (case, analyse(&case.sql, &catalog)))
        .filter(|(_, analysis)| analysis.route == Route::Block)
        .map(|(case, analysis)| {
            format!(
                "{}: {:?}: {}",
                case.id, analysis.not_understood_because, case.sql
            )
        })
        .collect();
    let understood = runnable.len() - refused.len();
    assert_eq!(
        understood,
        UNDERSTOOD,
        "of {}; refused:\n{}",
        runnable.len(),
        refused.join("\n")
    );
}
