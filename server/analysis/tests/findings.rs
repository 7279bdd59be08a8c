//! Every finding by an example that yields it, and `docs/findings.md`, which lists them.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

use std::{fmt::Write as _, fs, path::PathBuf};

use analysis::{Analysis, Catalog, FINDING_CODES, FindingCode, analyse};
use domain::{Route, Severity, TableName};

/// A text that yields the finding. The tables are those of `data/catalog.json`; `orders` is
/// partitioned by `created_at`.
fn example(code: FindingCode) -> String {
    use FindingCode as Code;
    let sql = match code {
        Code::SyntaxError => "SELECT 'it''s' AS quoted",
        Code::TooLarge => return format!("SELECT '{}' AS padding", "x".repeat(256 * 1024)),
        Code::TooDeep => return format!("SELECT {}1{} AS x", "(".repeat(70), ")".repeat(70)),
        Code::UnsupportedConstruct => "SELECT id FROM orders OPTION (x)",
        Code::UnknownTable => "SELECT id FROM Orders",
        Code::UnknownColumn => "SELECT nickname FROM customers",
        Code::AmbiguousName => "SELECT id FROM customers JOIN orders ON TRUE",
        Code::UnknownFunction => "SELECT ds.rate(amount) FROM orders",
        Code::Script => "SELECT 1; SELECT 2",
        Code::DynamicSql => "EXECUTE IMMEDIATE 'SELECT ssn FROM customers'",
        Code::ProcedureCall => "CALL ds.clean_up()",
        Code::DataExport => {
            "EXPORT DATA OPTIONS (uri = 'gs://bucket/*', format = 'CSV') AS SELECT id FROM orders"
        }
        Code::ExternalData => "SELECT * FROM EXTERNAL_QUERY('us.connection', 'SELECT 1')",
        Code::RemoteCode => {
            "CREATE FUNCTION ds.send(x STRING) RETURNS STRING REMOTE WITH CONNECTION us.c \
             OPTIONS (endpoint = 'https://example.com')"
        }
        Code::ModelUse => {
            "CREATE MODEL ds.churn OPTIONS (model_type = 'linear_reg') AS \
             SELECT email, country AS label FROM customers"
        }
        Code::AccessControl => "GRANT `roles/bigquery.dataViewer` ON SCHEMA ds TO 'user:a@b.org'",
        Code::SchemaChange => "ALTER TABLE ds.customers ADD COLUMN note STRING",
        Code::Destructive => "DELETE FROM orders WHERE TRUE",
        Code::MetadataProbing => "SELECT column_name FROM ds.INFORMATION_SCHEMA.COLUMNS",
        Code::Unmaskable => "UPDATE customers SET country = SUBSTR(ssn, 1, 3) WHERE id = 1",
        Code::ReservedParameter => "SELECT @countersign_salt AS salt",
        Code::SuspiciousCharacters => "SELECT 'admin\u{202e}' AS name",
        Code::SensitivePredicate => "SELECT country FROM customers WHERE ssn LIKE '9%'",
        Code::GuessTable => {
            "SELECT g FROM UNNEST(['123-45-6789', '987-65-4321']) AS g \
             JOIN customers AS c ON c.ssn = g"
        }
        Code::ErrorLeak => "SELECT IF(id = 1, ERROR(ssn), 'x') AS x FROM customers",
        Code::DataChange => "UPDATE orders SET amount = 0 WHERE id = 1",
        Code::SensitiveWrite => "INSERT INTO orders (id) SELECT LENGTH(ssn) FROM customers",
        Code::ForeignWrite => "CREATE TABLE other.ds.copy AS SELECT id FROM orders",
        Code::SensitiveGrouping => "SELECT COUNT(*) AS people FROM customers GROUP BY email",
        Code::SmallGroups => {
            "SELECT country, COUNT(*) AS people FROM customers GROUP BY country \
             HAVING COUNT(*) < 5"
        }
        Code::FailingFunction => "SELECT CAST(ssn AS INT64) AS number FROM customers",
        Code::NoPartitionFilter => "SELECT SUM(amount) AS total FROM orders",
        Code::WholeRow => "SELECT TO_JSON_STRING(c) AS row FROM customers AS c",
        Code::SelectStar => "SELECT * FROM customers",
        Code::SensitiveProjection => "SELECT email FROM customers",
    };
    sql.to_owned()
}

fn analysed(sql: &str) -> Analysis {
    let mut catalog: Catalog =
        serde_json::from_str(include_str!("data/catalog.json")).expect("a catalog");
    let orders = catalog.tables.get_mut(&TableName::new("proj.ds.orders"));
    orders.expect("a table").partition_column = Some("created_at".to_owned());
    analyse(sql, &catalog)
}

/// The codes that a text yields, with the pieces of the text that they point at.
fn found(sql: &str) -> Vec<(String, String)> {
    let analysis = analysed(sql);
    let findings = analysis.findings();
    findings
        .map(|f| (f.code.clone(), sql[f.start..f.end].to_owned()))
        .collect()
}

fn yields(sql: &str, code: &str) -> bool {
    found(sql).iter().any(|(found, _)| found == code)
}

#[test]
fn every_finding_has_an_example_that_yields_it() {
    for &code in FINDING_CODES {
        let sql = example(code);
        let analysis = analysed(&sql);
        let finding = analysis.findings().find(|f| f.code == code.as_str());
        let finding = finding.unwrap_or_else(|| panic!("{sql} yields {:?}", found(&sql)));
        assert_eq!(finding.severity, code.severity());
        assert_eq!(finding.hint, code.hint());
        assert!(
            finding.start < finding.end && finding.end <= sql.len(),
            "{sql}"
        );
        assert!(!finding.message.is_empty() && !finding.hint.is_empty());
        match code.severity() {
            Severity::Critical => assert_eq!(analysis.route, Route::Block, "{sql}"),
            Severity::High => assert!(analysis.route >= Route::Approve, "{sql}"),
            Severity::Moderate | Severity::Info => {}
        }
    }
}

#[test]
fn the_list_goes_from_grave_to_light_and_names_each_code_once() {
    let severities: Vec<_> = FINDING_CODES.iter().map(|code| code.severity()).collect();
    assert!(severities.is_sorted_by(|a, b| a >= b));
    let mut codes: Vec<_> = FINDING_CODES.iter().map(|code| code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), FINDING_CODES.len());
}

#[test]
fn guesses_are_found_however_they_are_joined() {
    for sql in [
        "SELECT 1 FROM customers WHERE ssn IN ('1', '2')",
        "SELECT 1 FROM customers WHERE ssn IN UNNEST(['1', '2'])",
        "SELECT 1 FROM customers WHERE ssn IN (SELECT '1' UNION ALL SELECT '2')",
        "SELECT 1 FROM customers JOIN (SELECT '1' AS ssn) USING (ssn)",
        "SELECT 1 FROM customers c, (SELECT '1' AS g) WHERE 1 = 1 AND UPPER(c.ssn) = g",
        "WITH g AS (SELECT '1' AS v) SELECT g.v = c.ssn AS hit FROM customers c, g",
        "SELECT 1 FROM orders o JOIN customers c ON c.id = o.id AND c.ssn = '1'",
    ] {
        assert!(yields(sql, "guess_table"), "{sql}: {:?}", found(sql));
    }
    for sql in [
        "SELECT 1 FROM customers WHERE ssn = '1'",
        "SELECT 1 FROM customers WHERE country IN ('de', 'us')",
        "SELECT 1 FROM orders o JOIN customers c ON c.id = o.customer_id AND c.country = 'de'",
        "SELECT 1 FROM customers a JOIN customers b USING (ssn)",
        "SELECT 1 FROM customers WHERE ssn IN (SELECT name FROM customers)",
    ] {
        assert!(!yields(sql, "guess_table"), "{sql}");
    }
}

#[test]
fn what_fails_for_some_values_is_found() {
    for sql in [
        "SELECT CAST(ssn AS DATE) FROM customers",
        "SELECT PARSE_DATE('%F', ssn) FROM customers",
        "SELECT 1 / LENGTH(ssn) FROM customers",
        "SELECT MOD(1, LENGTH(ssn)) FROM customers",
    ] {
        assert!(yields(sql, "failing_function"), "{sql}");
        assert_eq!(analysed(sql).route, Route::Run, "{sql}");
    }
    for sql in [
        "SELECT SAFE_CAST(ssn AS DATE) FROM customers",
        "SELECT SAFE.PARSE_DATE('%F', ssn) FROM customers",
        "SELECT SAFE_DIVIDE(1, LENGTH(ssn)), LENGTH(ssn) / 2 FROM customers",
        "SELECT CAST(birth_date AS STRING), CAST(id AS STRING) FROM customers",
        "SELECT CAST(country AS INT64), 1 / id FROM customers",
    ] {
        assert!(!yields(sql, "failing_function"), "{sql}");
    }
}

#[test]
fn small_groups_are_found_and_ordinary_ones_are_not() {
    for sql in [
        "SELECT country FROM customers GROUP BY country HAVING COUNT(*) = 1",
        "SELECT country FROM customers GROUP BY 1 HAVING MAX(id) > 9 AND 3 >= COUNT(id)",
        "SELECT email, birth_date, COUNT(*) FROM customers GROUP BY email, 2",
    ] {
        assert!(yields(sql, "small_groups"), "{sql}");
    }
    for sql in [
        "SELECT country FROM customers GROUP BY country HAVING COUNT(*) > 5",
        "SELECT country FROM customers GROUP BY country HAVING COUNT(*) < 1000",
        "SELECT customer_id FROM orders GROUP BY customer_id HAVING COUNT(*) = 1",
        "SELECT country, name, id, COUNT(*) FROM customers GROUP BY country, name, id",
        "SELECT email, COUNT(*) FROM customers GROUP BY email",
        "SELECT (SELECT COUNT(*) FROM customers GROUP BY email) FROM customers GROUP BY ssn",
    ] {
        assert!(!yields(sql, "small_groups"), "{sql}");
    }
}

#[test]
fn a_partition_column_must_limit_what_is_read() {
    for sql in [
        "SELECT id FROM orders",
        "SELECT id FROM orders ORDER BY created_at",
        "SELECT created_at FROM orders WHERE amount > 1",
    ] {
        assert!(yields(sql, "no_partition_filter"), "{sql}");
    }
    for sql in [
        "SELECT id FROM orders WHERE created_at > '2024-01-01'",
        "SELECT id FROM (SELECT *, created_at AS at FROM orders) WHERE at > '2024-01-01'",
        "SELECT o.id FROM customers c JOIN orders o ON o.created_at = TIMESTAMP(c.birth_date)",
        "SELECT id FROM customers",
    ] {
        assert!(!yields(sql, "no_partition_filter"), "{sql}");
    }
    let mut catalog: Catalog =
        serde_json::from_str(include_str!("data/catalog.json")).expect("a catalog");
    let orders = catalog.tables.get_mut(&TableName::new("proj.ds.orders"));
    orders.expect("a table").partition_column = Some("_PARTITIONTIME".to_owned());
    let count = |sql| analyse(sql, &catalog).findings().count();
    assert_eq!(count("SELECT id FROM orders"), 1);
    assert_eq!(
        count("SELECT id FROM orders WHERE _PARTITIONTIME IS NULL"),
        0
    );
    assert_eq!(
        count("SELECT id FROM orders WHERE _PARTITIONDATE > '2024-01-01'"),
        0
    );
}

#[test]
fn code_from_elsewhere_is_told_from_other_functions() {
    assert!(yields(
        "CREATE TEMP FUNCTION f(x STRING) RETURNS STRING LANGUAGE js AS 'return x'",
        "remote_code"
    ));
    let own = "CREATE FUNCTION ds.f(x INT64) AS (x + 1)";
    assert!(!yields(own, "remote_code"));
    assert_eq!(analysed(own).route, Route::Block);
}

#[test]
fn findings_point_into_the_text() {
    let sql = "SELECT CAST(c.ssn AS INT64) FROM customers c WHERE c.email IN ('a')";
    let places = found(sql);
    for (code, text) in [
        ("failing_function", "c.ssn"),
        ("guess_table", "c.email"),
        ("sensitive_predicate", "c.email"),
    ] {
        assert!(
            places.contains(&(code.to_owned(), text.to_owned())),
            "{places:?}"
        );
    }
}

/// The page, from the code.
fn page() -> String {
    let mut page = "# Findings\n\n\
        What the analysis can find in a statement. This page is written by \
        `UPDATE_DOCS=1 cargo test -p analysis --test findings`; a test compares it.\n\n\
        `critical` never runs, `high` needs a human, `moderate` does not stop a statement whose \
        tagged values are all masked; policy can be stricter with each of them. Messages name \
        columns, tables and constructs, never a literal. The examples read the tables of \
        `server/analysis/tests/data/catalog.json`; `orders` is partitioned by `created_at`.\n"
        .to_owned();
    for severity in [
        Severity::Critical,
        Severity::High,
        Severity::Moderate,
        Severity::Info,
    ] {
        let codes: Vec<_> = FINDING_CODES
            .iter()
            .filter(|c| c.severity() == severity)
            .collect();
        if !codes.is_empty() {
            let _ = write!(page, "\n## {severity:?}\n");
        }
        for code in codes {
            let _ = write!(
                page,
                "\n### `{}`\n\n{} *{}*\n\n{}\n",
                code.as_str(),
                code.meaning().trim(),
                code.hint(),
                shown(&example(*code))
            );
        }
    }
    page.push_str(
        "\n## In rows\n\n### `sensitive_value_found`\n\n\
        Values that look sensitive, in a column of the answer that nobody tagged; the scan of rows \
        masked them. `moderate` for `pii.email` and `pii.phone`, else `high`. The message names \
        column, detector and count, never a value. It comes with the sealed result: in the intent \
        (`GET /api/v1/intents/{id}`), in the answer of the MCP tools `query` and `wait`, and in the \
        session's replay; the ledger's entry `result.sealed` holds the counts. *Have an \
        administrator tag the column that they come from.*\n",
    );
    page
}

/// An example that fits on a page.
fn shown(sql: &str) -> String {
    if sql.len() > 400 {
        return format!("A text of {} bytes.", sql.len());
    }
    let visible: String = sql
        .chars()
        .map(|c| if c == '\u{202e}' { '\u{2423}' } else { c })
        .collect();
    format!("```sql\n{visible}\n```")
}

#[test]
fn the_page_says_what_the_code_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page()).expect("written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/findings.md is out of date: UPDATE_DOCS=1 cargo test -p analysis --test findings"
    );
}
