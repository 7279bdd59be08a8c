//! Scripts: followed statement by statement, always before a human, and never fooled about which
//! table a name stands for.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

use analysis::{Analysis, Catalog, View, analyse};
use domain::{Route, TableName};

fn analysed(sql: &str) -> Analysis {
    let catalog = include_str!("data/catalog.json");
    let mut catalog: Catalog = serde_json::from_str(catalog).expect("a catalog");
    for (name, sql) in [
        ("proj.ds.people", "SELECT ssn AS label FROM customers"),
        (
            "proj.ds.chosen",
            "SELECT 1 AS one FROM customers WHERE ssn > '5'",
        ),
    ] {
        let sql = sql.to_owned();
        catalog.views.insert(TableName::new(name), View { sql });
    }
    analyse(sql, &catalog)
}

fn refused_with(sql: &str, code: &str) {
    let analysis = analysed(sql);
    assert_eq!(analysis.route, Route::Block, "{sql}");
    assert_eq!(analysis.masked_sql, None, "{sql}");
    let codes: Vec<_> = analysis.findings().map(|f| f.code.as_str()).collect();
    assert!(codes.contains(&code), "{sql}: {codes:?}");
}

/// The sources of the last statement's columns.
fn sources(sql: &str) -> Vec<String> {
    let analysis = analysed(sql);
    assert!(
        analysis.understood,
        "{sql}: {:?}",
        analysis.not_understood_because
    );
    assert_eq!(analysis.route, Route::Approve, "{sql}");
    let last = analysis.statements.last().expect("a statement");
    last.columns
        .iter()
        .flat_map(|c| c.sources.clone())
        .collect()
}

#[test]
fn what_a_script_keeps_carries_its_sources() {
    for sql in [
        "DECLARE x STRING DEFAULT (SELECT MAX(ssn) FROM customers); SELECT x AS a",
        "DECLARE x, y STRING; SET (x, y) = (SELECT AS STRUCT country, ssn FROM customers LIMIT 1); SELECT y",
        "CREATE TEMP TABLE t AS SELECT ssn AS a FROM customers; SELECT a FROM t",
        "CREATE TEMP TABLE t (a STRING); INSERT INTO t (a) SELECT ssn FROM customers; SELECT a FROM _SESSION.t",
        "CREATE TEMP TABLE t (a STRING); INSERT INTO t VALUES ((SELECT MAX(ssn) FROM customers)); SELECT a FROM t",
        "CREATE TEMP TABLE t (k INT64, a STRING); UPDATE t SET a = c.ssn FROM customers c WHERE t.k = c.id; SELECT a FROM t",
        "CREATE TABLE ds.fresh AS SELECT ssn AS a FROM customers; SELECT a FROM ds.fresh",
        "CREATE TEMP FUNCTION half(v STRING) AS (SUBSTR(v, 5)); SELECT half(ssn) AS a FROM customers",
        "FOR r IN (SELECT ssn FROM customers) DO SELECT r.ssn; END FOR",
        "DECLARE a, b STRING; LOOP SET b = a; SET a = (SELECT MAX(ssn) FROM customers); BREAK; END LOOP; SELECT b",
    ] {
        let sources = sources(sql);
        assert!(
            sources.contains(&"proj.ds.customers.ssn".to_owned()),
            "{sql}: {sources:?}"
        );
        let masked = analysed(sql).masked_sql.expect("masked SQL");
        assert!(masked.contains("(SELECT * REPLACE"), "{sql}: {masked}");
    }
}

/// A change names what it stores, and a script all that it uses.
#[test]
fn what_is_stored_is_told_with_its_sources() {
    for (sql, name) in [
        (
            "UPDATE orders SET amount = LENGTH(c.ssn) FROM customers c WHERE orders.id = c.id",
            "amount",
        ),
        (
            "INSERT INTO orders (id, amount) VALUES ((SELECT MAX(LENGTH(ssn)) FROM customers), 1)",
            "id",
        ),
        (
            "MERGE orders o USING customers c ON o.id = c.id WHEN NOT MATCHED THEN INSERT (amount) VALUES (LENGTH(c.ssn))",
            "amount",
        ),
        (
            "DECLARE a STRING DEFAULT (SELECT MAX(ssn) FROM customers)",
            "a",
        ),
    ] {
        let analysis = analysed(sql);
        let column = &analysis.statements[0].columns[0];
        assert_eq!(column.name, name, "{sql}: {analysis:?}");
        assert_eq!(column.sources, ["proj.ds.customers.ssn"], "{sql}");
        let used = analysis.used_columns();
        assert!(used[&TableName::new("proj.ds.customers")].contains("ssn"));
    }
}

#[test]
fn what_decides_what_runs_is_indirect() {
    let analysis = analysed(
        "IF (SELECT ssn FROM customers LIMIT 1) = '1' THEN SELECT 1; ELSE SELECT 2; END IF",
    );
    assert_eq!(analysis.route, Route::Approve);
    for statement in &analysis.statements {
        assert_eq!(statement.indirect, ["proj.ds.customers.ssn"]);
    }
}

/// Where a name may stand for a table of the script or for one of the warehouse, it is refused.
#[test]
fn a_table_that_may_not_be_there_hides_nothing() {
    for sql in [
        "IF FALSE THEN CREATE TEMP TABLE t AS SELECT 'x' AS ssn; END IF; SELECT ssn FROM t",
        "IF TRUE THEN CREATE TEMP TABLE t AS SELECT 'x' AS ssn; ELSE SELECT ssn FROM t; END IF",
        "CREATE TEMP TABLE t AS SELECT 'x' AS ssn; DROP TABLE t; SELECT ssn FROM t",
        "CREATE TEMP TABLE t AS SELECT 'x' AS ssn; IF TRUE THEN DROP TABLE t; END IF; SELECT 1",
        "BEGIN CREATE TEMP TABLE t AS SELECT 'x' AS ssn; EXCEPTION WHEN ERROR THEN SELECT ssn FROM t; END",
        "BEGIN TRANSACTION; CREATE TEMP TABLE t AS SELECT 'x' AS ssn; ROLLBACK TRANSACTION; SELECT ssn FROM t",
        "CREATE TEMP TABLE customers AS SELECT 'x' AS ssn; SELECT 1",
        "CREATE TABLE IF NOT EXISTS ds.unknown AS SELECT 'x' AS ssn; SELECT ssn FROM ds.unknown",
        "IF TRUE THEN CREATE TEMP FUNCTION f(x STRING) AS ('a'); ELSE CREATE TEMP FUNCTION f(x STRING) AS (x); END IF; SELECT f(ssn) FROM customers",
    ] {
        refused_with(sql, "unsupported_construct");
    }
}

/// What decides about a view's rows is told wherever the view is read, not only the first time.
#[test]
fn each_reading_of_a_view_tells_what_decides_about_its_rows() {
    let analysis = analysed("SELECT one FROM ds.chosen; SELECT one FROM ds.chosen");
    for statement in &analysis.statements {
        assert_eq!(statement.indirect, ["proj.ds.customers.ssn"]);
        let codes = statement.findings.iter().map(|f| f.code.as_str());
        assert!(codes.collect::<Vec<_>>().contains(&"sensitive_predicate"));
    }
}

/// The text of a definition is kept where anybody may read it: no mask can stand there.
#[test]
fn definitions_over_tagged_columns_are_refused() {
    for sql in [
        "CREATE VIEW ds.v AS SELECT ssn FROM customers",
        "CREATE MATERIALIZED VIEW ds.v AS SELECT COUNT(ssn) AS n FROM customers",
        "CREATE TEMP FUNCTION f() AS ((SELECT MAX(ssn) FROM customers)); SELECT f()",
    ] {
        refused_with(sql, "unmaskable");
    }
    let plain = analysed("CREATE VIEW ds.v AS SELECT 1 AS one");
    assert_eq!(plain.route, Route::Approve);
}

#[test]
fn nothing_but_a_query_runs_without_a_human() {
    for sql in [
        "SELECT 1; SELECT 2",
        "BEGIN SELECT 1; END",
        "CREATE TEMP TABLE t AS SELECT 1 AS a",
        "CREATE TEMP FUNCTION f(x INT64) AS (x + 1)",
        "BEGIN TRANSACTION",
        "DECLARE x INT64",
        "SET @@time_zone = 'UTC'",
        "CREATE TABLE ds.fresh (a INT64)",
        "INSERT INTO orders (id) VALUES (1)",
    ] {
        let analysis = analysed(sql);
        assert!(analysis.understood, "{sql}");
        assert_eq!(analysis.route, Route::Approve, "{sql}");
    }
}

/// What is dangerous alone is dangerous anywhere in a script.
#[test]
fn what_never_runs_does_not_run_within_blocks() {
    for (within, code) in [
        ("EXECUTE IMMEDIATE 'SELECT 1'", "dynamic_sql"),
        ("CALL ds.p()", "procedure_call"),
        ("TRUNCATE TABLE orders", "destructive"),
        ("DROP TABLE orders", "destructive"),
        ("DELETE FROM orders WHERE TRUE", "destructive"),
        (
            "GRANT `roles/x` ON SCHEMA ds TO 'user:a@b.c'",
            "access_control",
        ),
        ("SET @@dataset_id = 'other'", "unsupported_construct"),
        ("ALTER TABLE orders DROP COLUMN id", "schema_change"),
    ] {
        refused_with(&format!("SELECT 1; {within}; SELECT 2"), code);
        refused_with(
            &format!("BEGIN SELECT 1; EXCEPTION WHEN ERROR THEN {within}; END"),
            code,
        );
        refused_with(
            &format!("WHILE TRUE DO IF TRUE THEN {within}; END IF; END WHILE"),
            code,
        );
    }
}

#[test]
fn a_view_does_not_see_what_lives_in_the_session() {
    for sql in [
        "CREATE TEMP TABLE customers AS SELECT 'x' AS ssn; CREATE VIEW ds.v AS SELECT ssn FROM customers",
        "CREATE TEMP TABLE t AS SELECT 1 AS a; CREATE VIEW ds.v AS SELECT a FROM t",
        "DECLARE a INT64; CREATE VIEW ds.v AS SELECT a FROM orders",
        "CREATE TEMP FUNCTION f() AS (1); CREATE VIEW ds.v AS SELECT f() AS a",
    ] {
        assert_eq!(analysed(sql).route, Route::Block, "{sql}");
    }
    let lasting = "CREATE TABLE ds.t AS SELECT 1 AS a; CREATE VIEW ds.v AS SELECT a FROM ds.t";
    assert_eq!(analysed(lasting).route, Route::Approve);
}

#[test]
fn nothing_is_lost_on_the_way_through_what_a_script_makes() {
    for sql in [
        "CREATE TEMP TABLE t (a BOOL DEFAULT (1 < 2), b STRING, c BOOL DEFAULT (2 > 1), d STRING); \
         INSERT INTO t SELECT TRUE, country, FALSE, ssn FROM customers; SELECT d FROM t",
        "CREATE TEMP TABLE t (a STRING, primary STRING, d STRING); \
         INSERT INTO t SELECT country, country, ssn FROM customers; SELECT d FROM t",
        "CREATE TEMP TABLE t (a ARRAY<STRUCT<x INT64, y INT64>>, d STRING, PRIMARY KEY (d) NOT ENFORCED); \
         INSERT INTO t SELECT [], ssn FROM customers; SELECT d FROM t",
        "CREATE TEMP FUNCTION f(s STRUCT<a STRING, b STRING>) AS (s.a); \
         SELECT f(STRUCT(ssn AS b, country AS a)) AS x FROM customers",
        "CREATE TEMP FUNCTION f(x STRING, y STRING) RETURNS STRUCT<a STRING, b STRING> AS (STRUCT(x AS b, y AS a)); \
         SELECT f(ssn, country).a FROM customers",
        "CREATE TEMP TABLE t (s STRUCT<a STRING, b STRING>) AS SELECT STRUCT(ssn AS b, country AS a) FROM customers; \
         SELECT s.a FROM t",
        "CREATE TEMP FUNCTION `WITH`(a STRING, b STRING) AS (a); \
         SELECT `WITH`(ssn, country) AS x FROM customers",
    ] {
        let analysis = analysed(sql);
        let column = analysis.statements.last().and_then(|s| s.columns.first());
        assert!(column.is_none_or(|column| column.masked), "{sql}");
        assert!(!analysis.understood || column.is_some(), "{sql}");
    }
    refused_with(
        "CREATE TEMP TABLE t AS SELECT 'x' AS a; LOOP SELECT * FROM t; \
         CREATE OR REPLACE TEMP TABLE t AS SELECT ssn AS b FROM customers; END LOOP",
        "unsupported_construct",
    );
}
