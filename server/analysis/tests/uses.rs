//! What tagged columns are used for, and how many rows are asked for.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

use analysis::{Analysis, Catalog, View, analyse};
use domain::TableName;
use serde_json::{Value, json};

fn analysed(sql: &str) -> Analysis {
    let mut catalog: Catalog =
        serde_json::from_str(include_str!("data/catalog.json")).expect("a catalog");
    let sql_of_view = "SELECT country FROM ds.customers WHERE ssn IS NOT NULL";
    catalog.views.insert(
        TableName::new("proj.ds.known"),
        View {
            sql: sql_of_view.to_owned(),
        },
    );
    let analysis = analyse(sql, &catalog);
    let why = &analysis.not_understood_because;
    assert!(analysis.understood, "{sql}: {why:?}");
    analysis
}

fn uses(sql: &str) -> Value {
    serde_json::to_value(analysed(sql).uses()).expect("JSON")
}

#[test]
fn a_use_of_a_tag_is_told_by_what_it_is_for() {
    for (sql, expected) in [
        ("SELECT id FROM orders", json!({})),
        (
            "SELECT ssn FROM customers",
            json!({"projected": ["pii.ssn"]}),
        ),
        (
            "SELECT id FROM customers WHERE ssn = 'x'",
            json!({"filtered": ["pii.ssn"]}),
        ),
        (
            "SELECT a.id FROM customers a JOIN customers b ON a.email = b.email",
            json!({"joined": ["pii.email"]}),
        ),
        (
            "SELECT COUNT(*) FROM customers GROUP BY email",
            json!({"grouped": ["pii.email"]}),
        ),
        (
            "SELECT id FROM customers ORDER BY ssn",
            json!({"ordered": ["pii.ssn"]}),
        ),
        (
            "SELECT COUNT(DISTINCT UPPER(email)) FROM customers",
            json!({"projected": ["pii.email"], "aggregated": ["pii.email"]}),
        ),
        (
            "SELECT id FROM orders WHERE id > (SELECT MAX(LENGTH(ssn)) FROM customers)",
            json!({"filtered": ["pii.ssn"], "aggregated": ["pii.ssn"]}),
        ),
        // Which rows come decides the values of a column here, and in no clause.
        (
            "SELECT COUNT(*) FROM (SELECT DISTINCT email FROM customers)",
            json!({"filtered": ["pii.email"]}),
        ),
        (
            "SELECT country FROM ds.known",
            json!({"filtered": ["pii.ssn"]}),
        ),
        (
            "SELECT email FROM customers; SELECT id FROM customers WHERE ssn = 'x'",
            json!({"projected": ["pii.email"], "filtered": ["pii.ssn"]}),
        ),
    ] {
        assert_eq!(uses(sql), expected, "{sql}");
    }
}

#[test]
fn the_rows_asked_for_are_those_of_the_last_limit() {
    for (sql, expected) in [
        ("SELECT id FROM orders LIMIT 10", Some(10)),
        ("SELECT id FROM orders LIMIT 10 OFFSET 5", Some(10)),
        ("FROM orders |> SELECT id |> LIMIT 7", Some(7)),
        ("SELECT id FROM orders", None),
        ("SELECT id FROM orders LIMIT @most", None),
        ("SELECT id FROM (SELECT id FROM orders LIMIT 10)", None),
        ("SELECT 1 LIMIT 3; SELECT id FROM orders LIMIT 10", Some(10)),
        ("SELECT 1 LIMIT 3; SELECT id FROM orders", None),
    ] {
        assert_eq!(analysed(sql).limit(), expected, "{sql}");
    }
}
