//! Statements as people send them to BigQuery: what each is taken for, and where it is sent.
//!
//! In `data/queries.sql` each begins with a line `--# verdict kinds`. The verdict is the route, or
//! `unread` for what is not understood although BigQuery may know it; that is blocked too.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

use std::{collections::BTreeMap, fmt::Write as _};

use analysis::{Analysis, Catalog, analyse};
use domain::Route;

const MARK: &str = "\n--# ";

struct Case {
    expected: String,
    sql: String,
}

fn cases() -> Vec<Case> {
    let text = concat!("\n", include_str!("data/queries.sql"));
    let cases = text.split(MARK).skip(1);
    cases
        .map(|case| {
            let (expected, sql) = case.split_once('\n').expect("a head and a statement");
            Case {
                expected: expected.to_owned(),
                sql: sql.trim().to_owned(),
            }
        })
        .collect()
}

fn catalog() -> Catalog {
    serde_json::from_str(include_str!("data/queries.json")).expect("a catalog")
}

/// The verdict and the kinds of the statements.
fn judged(analysis: &Analysis) -> String {
    let verdict = match analysis.route {
        _ if !analysis.understood => "unread",
        Route::Run => "run",
        Route::Approve => "approve",
        Route::Block => "block",
    };
    let kinds = analysis.statements.iter().map(|s| s.kind.as_str());
    format!("{verdict} {}", kinds.collect::<Vec<_>>().join(" "))
}

#[test]
fn each_statement_is_taken_for_what_it_is() {
    let catalog = catalog();
    let cases = cases();
    assert!(cases.len() >= 300);
    let judged: Vec<_> = cases
        .iter()
        .map(|case| judged(&analyse(&case.sql, &catalog)))
        .collect();
    if std::env::var_os("UPDATE_QUERIES").is_some() {
        let mut text = String::new();
        for (case, judged) in cases.iter().zip(&judged) {
            let _ = write!(text, "{MARK}{judged}\n{}\n", case.sql);
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/queries.sql");
        std::fs::write(path, text.trim_start()).expect("written");
        return;
    }
    for (case, judged) in cases.iter().zip(&judged) {
        assert_eq!(*judged, case.expected, "{}", case.sql);
    }
}

/// Only what is understood and reads runs by itself, and whatever may run has its masked SQL.
#[test]
fn nothing_but_reading_runs_by_itself() {
    let catalog = catalog();
    for case in cases() {
        let analysis = analyse(&case.sql, &catalog);
        if analysis.route == Route::Run {
            assert!(analysis.understood, "{}", case.sql);
            assert!(analysis.writes().is_empty(), "{}", case.sql);
            let kinds: Vec<_> = analysis.statements.iter().map(|s| &s.kind).collect();
            assert_eq!(kinds, ["select"], "{}", case.sql);
        }
        let sent = analysis.masked_sql.is_some();
        assert_eq!(sent, analysis.route != Route::Block, "{}", case.sql);
    }
}

/// The table of the README: how many of each kind are understood, and all that are not.
#[test]
fn what_is_not_understood_is_said() {
    let catalog = catalog();
    let mut kinds: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    let mut unread = String::new();
    for case in cases() {
        let analysis = analyse(&case.sql, &catalog);
        let kind = match analysis.statements.as_slice() {
            [only] => only.kind.clone(),
            _ => "script".to_owned(),
        };
        let counts = kinds.entry(kind).or_default();
        let column = match (analysis.understood, analysis.route) {
            (false, _) => 3,
            (true, Route::Run) => 0,
            (true, Route::Approve) => 1,
            (true, Route::Block) => 2,
        };
        counts[column] += 1;
        if let Some(why) = analysis.not_understood_because {
            let start: String = case.sql.chars().take(70).collect();
            let _ = writeln!(unread, "{}\n  {why}", start.replace('\n', " "));
        }
    }
    let mut table = String::from("kind: run, approve, block, not understood\n");
    for (kind, [run, approve, block, unread]) in kinds {
        let _ = writeln!(table, "{kind}: {run}, {approve}, {block}, {unread}");
    }
    insta::assert_snapshot!(format!("{table}\n{unread}"));
}
