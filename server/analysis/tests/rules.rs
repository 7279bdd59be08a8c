//! The rules one by one: names, lineage, changes, masked SQL.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

use analysis::{Analysis, Catalog, View, analyse};
use domain::{Route, TableName};

fn catalog() -> Catalog {
    let mut catalog: Catalog =
        serde_json::from_str(include_str!("data/catalog.json")).expect("a catalog");
    for (name, sql) in [
        (
            "proj.ds.people",
            "SELECT c.ssn AS label, UPPER(c.email) AS mail, c.country FROM ds.customers c",
        ),
        (
            "proj.ds.nested",
            "SELECT label AS x, country FROM ds.people",
        ),
        (
            "proj.ds.oracle",
            "SELECT o.id, (SELECT COUNT(*) FROM ds.customers WHERE ssn = '1') AS n FROM ds.orders o",
        ),
        ("proj.ds.loop", "SELECT * FROM ds.loop"),
    ] {
        catalog.views.insert(
            TableName::new(name),
            View {
                sql: sql.to_owned(),
            },
        );
    }
    catalog
}

fn analysed(sql: &str) -> Analysis {
    analyse(sql, &catalog())
}

/// The names of the masked columns.
fn masked(sql: &str) -> Vec<String> {
    let analysis = analysed(sql);
    assert!(
        analysis.understood,
        "{sql}: {:?}",
        analysis.not_understood_because
    );
    let columns = analysis.statements.into_iter().flat_map(|s| s.columns);
    columns.filter(|c| c.masked).map(|c| c.name).collect()
}

fn codes(sql: &str) -> Vec<String> {
    analysed(sql)
        .findings()
        .map(|finding| finding.code.clone())
        .collect()
}

#[test]
fn names_resolve_as_in_googlesql() {
    assert_eq!(
        masked("SELECT o.id, (SELECT ssn FROM orders LIMIT 1) x FROM orders o, customers c"),
        ["x"]
    );
    assert_eq!(masked("SELECT country FROM customers country"), ["country"]);
    assert_eq!(
        masked("WITH customers AS (SELECT 1 AS ssn) SELECT ssn FROM customers"),
        [""; 0]
    );
    assert_eq!(
        masked("WITH customers AS (SELECT * FROM customers) SELECT ssn FROM customers"),
        ["ssn"]
    );
    assert_eq!(
        masked("SELECT ssn FROM customers c1 LEFT JOIN customers c2 USING (ssn)"),
        ["ssn"]
    );
    assert_eq!(
        masked("SELECT e.k, v FROM (SELECT [STRUCT('a' AS k, 1 AS v)] AS l) t, t.l AS e"),
        [""; 0]
    );
    assert_eq!(
        masked("SELECT a, b FROM UNNEST([STRUCT(1 AS a, 'x' AS b)])"),
        [""; 0]
    );
}

#[test]
fn columns_are_called_as_bigquery_calls_them() {
    let names = |sql: &str| -> Vec<String> {
        let columns = analysed(sql).statements.remove(0).columns;
        columns.into_iter().map(|column| column.name).collect()
    };
    assert_eq!(
        names("SELECT 1, country, COUNT(*), 'a' AS a, 2 FROM customers GROUP BY country"),
        ["f0_", "country", "f1_", "a", "f2_"]
    );
    let events = "FROM (SELECT event_id, params FROM events) AS e, UNNEST(e.params) AS p";
    assert_eq!(names(events), ["event_id", "params", "p"]);
    assert_eq!(
        names(&format!("{events} |> EXTEND 1 AS x")),
        ["event_id", "params", "p", "x"]
    );
    assert_eq!(
        names(&format!("{events} |> SELECT *")),
        ["event_id", "params", "key", "value"]
    );
    assert_eq!(
        names("FROM UNNEST([STRUCT(1 AS a, 2 AS b)]) AS p"),
        ["a", "b"]
    );
}

#[test]
fn words_that_the_parser_is_not_shown_hide_nothing() {
    for sql in [
        "WITH t AS (SELECT ssn AS model, country FROM customers) SELECT 1, model country FROM t",
        "WITH t AS (SELECT ssn AS table, country FROM customers) SELECT 1, table country FROM t",
        "WITH model AS (SELECT ssn FROM customers), x AS (SELECT 1 AS a) SELECT 1, ssn FROM x, model y",
        "WITH model AS (SELECT ssn FROM customers), x AS (SELECT 1 AS a) SELECT 1, ssn FROM (model y JOIN x ON TRUE)",
        "WITH table AS (SELECT ssn FROM customers), x AS (SELECT 1 AS a) SELECT 1, ssn FROM x JOIN (table y JOIN x AS z ON TRUE) ON TRUE",
    ] {
        let analysis = analysed(sql);
        let hidden = analysis.statements[0]
            .columns
            .get(1)
            .is_none_or(|column| !column.masked);
        assert!(!analysis.understood || !hidden, "{sql}");
    }
    for sql in [
        "WITH x AS (SELECT 'a' AS ssn) SELECT (SELECT AS STRUCT ssn, 1.FROM customers LIMIT 1) FROM x",
        "SELECT WITH AGGREGATION_THRESHOLD OPTIONS (threshold = (SELECT LENGTH(ssn) FROM customers)) 1",
    ] {
        assert_eq!(analysed(sql).route, Route::Block, "{sql}");
    }
}

#[test]
fn what_could_mean_two_things_is_refused() {
    for (sql, code) in [
        ("SELECT ssn FROM Customers", "unknown_table"),
        ("SELECT nope FROM customers", "unknown_column"),
        ("SELECT id FROM customers, orders", "ambiguous_name"),
        (
            "SELECT proj.ds.customers.ssn FROM proj.ds.customers",
            "unknown_column",
        ),
        (
            "WITH T AS (SELECT 1 AS x) SELECT x FROM t",
            "unsupported_construct",
        ),
        (
            "WITH a AS (SELECT x FROM b), b AS (SELECT 1 AS x) SELECT x FROM a",
            "unknown_table",
        ),
        (
            "SELECT ssn FROM (SELECT [STRUCT(1 AS ssn)] AS customers) ds, ds.customers",
            "unsupported_construct",
        ),
        ("SELECT 'a' 'b'", "syntax_error"),
        ("SELECT 1 AS \"x\"", "syntax_error"),
        ("SELECT ds.f(ssn) FROM customers", "unknown_function"),
        ("SELECT * FROM loop", "unsupported_construct"),
        (
            "SELECT table_name FROM ds.INFORMATION_SCHEMA.TABLES",
            "metadata_probing",
        ),
        (
            "SELECT TO_JSON(c), _TABLE_SUFFIX AS s FROM `customers_*` AS c",
            "unmaskable",
        ),
        ("SELECT @Countersign_Salt", "reserved_parameter"),
    ] {
        let analysis = analysed(sql);
        assert_eq!(analysis.route, Route::Block, "{sql}");
        assert_eq!(analysis.masked_sql, None, "{sql}");
        assert!(
            codes(sql).contains(&code.to_owned()),
            "{sql}: {:?}",
            codes(sql)
        );
    }
}

/// `WITH` does not see outer aliases, so this reads the table, not the array.
#[test]
fn a_table_in_with_is_not_taken_for_an_array_outside() {
    let sql = "SELECT (WITH t AS (SELECT ssn FROM ds.customers) SELECT MAX(ssn) FROM t) AS x \
               FROM (SELECT [STRUCT('x' AS ssn)] AS customers) ds";
    assert_eq!(masked(sql), ["x"]);
}

#[test]
fn views_are_followed_and_masked_by_their_lineage() {
    assert_eq!(masked("SELECT * FROM people"), ["label", "mail"]);
    assert_eq!(masked("SELECT x, country FROM nested"), ["x"]);
    assert_eq!(masked("SELECT id, n FROM oracle"), ["n"]);
    let analysis = analysed("SELECT mail FROM people");
    let sql = analysis.masked_sql.clone().expect("masked SQL");
    assert!(sql.contains("IF(TRUE, NULL, `mail`) AS `mail`"), "{sql}");
    assert_eq!(analysis.reads().len(), 2);
}

#[test]
fn a_view_whose_rows_or_errors_tell_about_a_tagged_column_needs_a_human() {
    let route = |definition: &str| {
        let mut catalog = catalog();
        for (name, sql) in [
            ("proj.ds.inner", definition),
            ("proj.ds.outer", "SELECT country FROM ds.inner"),
        ] {
            let sql = sql.to_owned();
            catalog.views.insert(TableName::new(name), View { sql });
        }
        let routes = ["inner", "outer"].map(|view| {
            let sql = format!("SELECT COUNT(*) FROM ds.{view}");
            let analysis = analyse(&sql, &catalog);
            for finding in analysis.findings() {
                assert_eq!(&sql[finding.start..finding.end], format!("ds.{view}"));
            }
            analysis.route
        });
        assert_eq!(routes[0], routes[1], "{definition}");
        routes[0]
    };
    for definition in [
        "SELECT country FROM ds.customers WHERE ssn = '1'",
        "SELECT a.country FROM ds.customers a JOIN ds.customers b ON a.ssn = b.email",
        "SELECT ANY_VALUE(country) AS country FROM ds.customers GROUP BY ssn",
        "SELECT country FROM ds.customers ORDER BY ssn LIMIT 1",
        "SELECT DISTINCT country, ssn FROM ds.customers",
        "SELECT country FROM (SELECT ssn, country FROM ds.customers EXCEPT DISTINCT SELECT 'x', 'y')",
        "SELECT country FROM ds.customers QUALIFY ROW_NUMBER() OVER (ORDER BY ssn) = 1",
        // Its error would carry the raw value.
        "SELECT country, CAST(ssn AS INT64) AS number FROM ds.customers",
        "SELECT country, IF(country = 'x', ERROR(ssn), 1) AS number FROM ds.customers",
    ] {
        assert_eq!(route(definition), Route::Approve, "{definition}");
    }
    for definition in [
        "SELECT ssn, country FROM ds.customers WHERE country = 'x' UNION ALL SELECT '', ''",
        "SELECT country, SAFE_CAST(ssn AS INT64) AS number FROM ds.customers",
    ] {
        assert_eq!(route(definition), Route::Run, "{definition}");
    }
}

#[test]
fn a_query_without_tagged_tables_stays_as_it_is() {
    for sql in [
        "SELECT o.*, 'é'  AS x -- c\rFROM orders o;",
        "SELECT r'\\.' AS a",
        "FROM orders |> WHERE id = 1",
    ] {
        let analysis = analysed(sql);
        assert_eq!(analysis.masked_sql.as_deref(), Some(sql));
        assert_eq!(analysis.route, Route::Run);
    }
}

#[test]
fn changes_need_a_human_and_never_read_their_target_raw() {
    for sql in [
        "INSERT INTO orders (id) SELECT id FROM customers",
        "UPDATE customers SET country = 'x' WHERE id = 1",
        "DELETE FROM orders WHERE id = 1",
        "CREATE TABLE ds.fresh AS SELECT ssn FROM customers",
        "MERGE orders t USING customers s ON t.id = s.id WHEN NOT MATCHED THEN INSERT ROW",
    ] {
        assert_eq!(analysed(sql).route, Route::Approve, "{sql}");
        assert_eq!(analysed(sql).writes().len(), 1, "{sql}");
    }
    for (sql, code) in [
        (
            "UPDATE customers SET country = ssn WHERE id = 1",
            "unmaskable",
        ),
        ("DELETE FROM customers WHERE ssn = 'x'", "unmaskable"),
        ("DELETE FROM orders WHERE 1 = 1", "destructive"),
        ("DELETE FROM orders", "syntax_error"),
        (
            "CREATE OR REPLACE TABLE ds.orders AS SELECT 1 AS x",
            "destructive",
        ),
        ("DROP TABLE ds.orders", "destructive"),
        ("INSERT INTO nowhere SELECT 1", "unknown_table"),
        (
            "EXPORT DATA OPTIONS (uri='gs://b/*') AS SELECT 1",
            "data_export",
        ),
        ("EXECUTE IMMEDIATE 'SELECT 1'", "dynamic_sql"),
        ("CALL ds.p()", "procedure_call"),
    ] {
        assert_eq!(analysed(sql).route, Route::Block, "{sql}");
        assert!(
            codes(sql).contains(&code.to_owned()) || code == "syntax_error",
            "{sql}: {:?}",
            codes(sql)
        );
    }
}

#[test]
fn findings_point_at_what_they_name() {
    let sql = "SELECT /* é */ id FROM customers c WHERE c.ssn = 'x' ORDER BY 1";
    let analysis = analysed(sql);
    let places: Vec<(&str, &str)> = analysis
        .findings()
        .map(|f| (f.code.as_str(), &sql[f.start..f.end]))
        .collect();
    assert_eq!(places, [("sensitive_predicate", "c.ssn")]);
    assert!(!analysis.findings().any(|f| f.message.contains("'x'")));
    assert_eq!(analysis.route, Route::Approve);
    let used = analysis.used_columns();
    let used = &used[&TableName::new("proj.ds.customers")];
    assert_eq!(used.iter().collect::<Vec<_>>(), ["id", "ssn"]);
}

#[test]
fn time_travel_and_sampling_move_inside() {
    let sql = "SELECT c.id FROM orders o JOIN customers TABLESAMPLE SYSTEM (1 PERCENT) ON TRUE \
               JOIN customers FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY) AS c ON TRUE";
    let masked = analysed(sql).masked_sql.expect("masked SQL");
    assert!(
        masked.contains("FROM customers TABLESAMPLE SYSTEM (1 PERCENT)) AS `customers`"),
        "{masked}"
    );
    assert!(masked.contains("INTERVAL 1 DAY))"), "{masked}");
    assert!(masked.contains(" AS c "), "{masked}");
    // The version ends at the next clause, whatever that is.
    for clause in [
        "NATURAL JOIN (SELECT 1 AS id)",
        "PIVOT (COUNT(id) FOR country IN ('de'))",
        "WHERE id = 1",
    ] {
        let sql = format!("SELECT COUNT(*) FROM customers FOR SYSTEM_TIME AS OF @at {clause}");
        let masked = analysed(&sql).masked_sql.expect(clause);
        assert!(masked.contains("AS OF @at) "), "{masked}");
        assert!(masked.contains(clause), "{masked}");
    }
}

#[test]
fn the_answer_reads_well() {
    let masked = |sql| analysed(sql).masked_sql.expect("masked SQL");
    insta::assert_snapshot!(
        "masked_columns",
        masked("SELECT email, COUNT(*) FROM ds.customers_2024 AS c GROUP BY email")
    );
    insta::assert_snapshot!(
        "masked_fields",
        masked("SELECT user.email FROM events, UNNEST(emails) e")
    );
    insta::assert_json_snapshot!(
        "analysis",
        analysed("SELECT country, ssn FROM customers_2024 WHERE email = 'x'")
    );
}
