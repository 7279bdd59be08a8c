//! No text makes the analysis panic, overflow its stack or run away.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

use analysis::{Catalog, analyse};
use domain::Route;
use proptest::prelude::*;

fn catalog() -> Catalog {
    serde_json::from_str(include_str!("data/catalog.json")).expect("a catalog")
}

/// Pieces that make texts which often parse.
const PIECES: &[&str] = &[
    "SELECT",
    "FROM",
    "customers",
    "events",
    "orders c",
    "ssn",
    "c.ssn",
    "*",
    "EXCEPT",
    "(",
    ")",
    ",",
    ".",
    "AS",
    "x",
    "UNNEST",
    "[",
    "]",
    "WITH",
    "RECURSIVE",
    "UNION ALL",
    "JOIN",
    "USING",
    "ON",
    "WHERE",
    "=",
    "'a'",
    "1",
    "GROUP BY",
    "ORDER BY",
    "STRUCT",
    "ARRAY",
    "<",
    ">",
    "|>",
    "PIVOT",
    "FOR",
    "IN",
    "INSERT INTO",
    "VALUES",
    "UPDATE",
    "SET",
    "DELETE",
    "MERGE",
    "CREATE TABLE",
    "EXISTS",
    "NOT",
    "CASE",
    "WHEN",
    "THEN",
    "END",
    "IF",
    "COUNT",
    "OVER",
    "PARTITION BY",
    "FOR SYSTEM_TIME AS OF",
    "TABLESAMPLE SYSTEM",
    "`",
    "'",
    "--",
    "/*",
    "\r",
    "r'\\'",
    ";",
    "@p",
    "user",
    "emails",
    "payload",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn never_panics_on_any_text(text in any::<String>()) {
        let _ = analyse(&text, &catalog());
    }

    #[test]
    fn never_panics_on_almost_sql(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        let text = format!("SELECT {}", pieces.join(" "));
        let analysis = analyse(&text, &catalog());
        prop_assert_eq!(analysis.understood, analysis.not_understood_because.is_none());
        prop_assert!(analysis.understood || analysis.route == Route::Block);
    }
}

fn nested(open: &str, middle: &str, close: &str, times: usize) -> String {
    format!("{}{middle}{}", open.repeat(times), close.repeat(times))
}

#[test]
fn deep_texts_are_refused_and_do_not_overflow() {
    for times in [10, 30, 60, 1_000, 20_000] {
        for text in [
            nested("SELECT (", "SELECT ssn FROM customers", ")", times),
            nested("SELECT * FROM (", "SELECT ssn FROM customers", ")", times),
            format!("SELECT {}", nested("IF(TRUE, 1, ", "1", ")", times)),
            format!("SELECT {}", nested("[", "1", "]", times)),
            format!("SELECT {}", nested("STRUCT(", "1", ")", times)),
            format!("SELECT {}", nested("CASE WHEN ", "1", " THEN 1 END", times)),
            format!("SELECT {}", nested("- ", "1", "", times)),
            format!("SELECT 1 {}", "IS NULL ".repeat(times)),
            format!("SELECT a{}", ".b".repeat(times)),
            format!("SELECT 1 {}", "UNION ALL SELECT 1 ".repeat(times)),
            format!(
                "SELECT * FROM orders {}",
                "JOIN orders o ON TRUE ".repeat(times)
            ),
            format!(
                "SELECT * FROM {}",
                nested("(", "orders", " JOIN orders ON TRUE)", times)
            ),
            format!(
                "SELECT * FROM orders {}",
                "PIVOT(COUNT(id) FOR id IN (1)) ".repeat(times)
            ),
            format!("FROM orders {}", "|> WHERE TRUE ".repeat(times)),
            nested("WITH a AS (", "SELECT 1", ") SELECT * FROM a", times),
        ] {
            let _ = analyse(&text, &catalog());
        }
    }
}

#[test]
fn a_short_text_cannot_multiply_without_end() {
    let chain = |first: &str, next: &str, last: &str| {
        let levels = (1..60_u32).map(|level| {
            next.replace("{level}", &level.to_string())
                .replace("{before}", &(level - 1).to_string())
        });
        let levels: Vec<String> = std::iter::once(first.to_owned()).chain(levels).collect();
        analyse(&format!("WITH {} {last}", levels.join(", ")), &catalog())
    };
    let columns = chain(
        "t0 AS (SELECT * FROM customers)",
        "t{level} AS (SELECT a.*, b.* FROM t{before} a CROSS JOIN t{before} b)",
        "SELECT * FROM t59",
    );
    assert_eq!(columns.route, Route::Block);
    let fields = chain(
        "t0 AS (SELECT c AS v FROM customers c)",
        "t{level} AS (SELECT STRUCT(v AS a, v AS b) AS v FROM t{before})",
        "SELECT v FROM t59",
    );
    assert!(fields.understood);
}

#[test]
fn long_chains_of_nesting_do_not_overflow() {
    for text in [
        format!(
            "FROM customers |> SELECT customers AS v{}",
            " |> SELECT STRUCT(v AS v) AS v, 1".repeat(7_000)
        ),
        format!(
            "WITH {} SELECT 1",
            (0..15_000)
                .map(|n| format!("t{n} AS (SELECT 1)"))
                .collect::<Vec<_>>()
                .join(",")
        ),
        format!(
            "SELECT 1 FROM orders {}",
            "JOIN orders USING (id) ".repeat(10_000)
        ),
        format!("SELECT {}1 FROM orders", "id,".repeat(80_000)),
    ] {
        let _ = analyse(&text, &catalog());
    }
}

#[test]
fn the_longest_texts_are_answered() {
    let long = format!("SELECT {} FROM customers", vec!["ssn"; 50_000].join(","));
    assert!(analyse(&long, &catalog()).understood);
    let too_long = format!("SELECT '{}'", "x".repeat(256 * 1024));
    assert_eq!(analyse(&too_long, &catalog()).route, Route::Block);
}
