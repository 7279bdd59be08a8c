//! The masked SQL: it can be read, masks once, and leaves alone what is not tagged.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

use analysis::{Analysis, Catalog, SALT_PARAMETER, View, analyse};
use domain::{MaskRule, MaskRules, Route, TableName};
use proptest::prelude::*;

/// Queries whose tables are hard to mask where they stand.
const HARD: &[&str] = &[
    "SELECT *, _TABLE_SUFFIX AS s FROM `customers_*`",
    "SELECT _TABLE_SUFFIX, COUNT(*) AS n FROM `customers_*` GROUP BY _table_suffix ORDER BY 1",
    "SELECT * EXCEPT (ssn), c._TABLE_SUFFIX FROM `customers_*` c WHERE _TABLE_SUFFIX = '2024'",
    "SELECT c.*, o.* FROM `customers_*` c JOIN orders o USING (id) WHERE c._TABLE_SUFFIX > '2'",
    "SELECT * REPLACE (1 AS id) FROM customers WHERE _PARTITIONTIME IS NULL",
    "SELECT x.* FROM (SELECT *, _PARTITIONDATE AS d FROM customers) x",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r, `customers_*` \
     WHERE _TABLE_SUFFIX = 'x' AND n < 3) SELECT n FROM r",
    "SELECT id FROM customers FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), \
     INTERVAL 1 HOUR) AS c TABLESAMPLE SYSTEM (5 PERCENT)",
    "SELECT c.id, e.user FROM ds.customers AS c, proj.ds.events e, e.emails m WHERE TRUE",
    "SELECT label FROM people p JOIN customers ON customers.country = p.country",
    "FROM customers |> WHERE country = 'de' |> SELECT ssn, email",
    "SELECT * FROM customers PIVOT (COUNT(id) FOR country IN ('de', 'us'))",
    "INSERT INTO orders (id) SELECT id FROM customers WHERE country = 'de'",
    "SELECT ssn FROM customers -- (SELECT * REPLACE ('' AS `ssn`) FROM customers)",
];

fn catalog() -> Catalog {
    let mut catalog: Catalog =
        serde_json::from_str(include_str!("data/catalog.json")).expect("a catalog");
    let sql = "SELECT c.ssn AS label, UPPER(c.email) AS mail, c.country FROM ds.customers c";
    let view = View {
        sql: sql.to_owned(),
    };
    catalog.views.insert(TableName::new("proj.ds.people"), view);
    catalog
}

/// The same with hashes, which name the parameter of the salt.
fn hashing() -> Catalog {
    Catalog {
        mask_rules: [("pii", MaskRule::Sha256)].into_iter().collect(),
        ..catalog()
    }
}

fn bypassing() -> Vec<String> {
    let lines = include_str!("data/bypass.jsonl").lines();
    let sql = lines.map(|line| {
        let case: serde_json::Value = serde_json::from_str(line).expect("a case");
        case["sql"].as_str().expect("SQL").to_owned()
    });
    sql.collect()
}

fn masked(sql: &str, catalog: &Catalog) -> Option<String> {
    analyse(sql, catalog).masked_sql
}

fn names(analysis: &Analysis) -> Vec<&str> {
    let columns = analysis.statements.iter().flat_map(|s| &s.columns);
    columns.map(|column| column.name.as_str()).collect()
}

/// What was masked is read again: understood, the same columns, and not a byte to change.
fn assert_masks_once(sql: &str, catalog: &Catalog) {
    let first = analyse(sql, catalog);
    let Some(masked) = &first.masked_sql else {
        return;
    };
    let second = analyse(masked, catalog);
    let why = &second.not_understood_because;
    assert!(second.understood, "{sql}\n{masked}\n{why:?}");
    assert_eq!(second.masked_sql.as_ref(), Some(masked), "{sql}");
    assert_eq!(second.needs_salt, first.needs_salt, "{sql}");
    assert_eq!(names(&second), names(&first), "{sql}\n{masked}");
}

#[test]
fn what_is_masked_is_not_masked_again() {
    for catalog in [catalog(), hashing()] {
        for sql in bypassing()
            .iter()
            .map(String::as_str)
            .chain(HARD.iter().copied())
        {
            assert_masks_once(sql, &catalog);
        }
    }
}

#[test]
fn every_hard_query_is_masked() {
    for sql in HARD {
        let analysis = analyse(sql, &catalog());
        assert_ne!(
            analysis.route,
            Route::Block,
            "{sql}: {:?}",
            analysis.statements
        );
    }
}

/// A mask that anybody wrote counts only where it is the one that would be written.
#[test]
fn what_only_looks_like_a_mask_is_masked() {
    let catalog = catalog();
    let whole = masked("SELECT ssn FROM customers", &catalog).expect("masked SQL");
    assert_eq!(masked(&whole, &catalog).as_deref(), Some(whole.as_str()));
    let forged = [
        whole.replace("'' AS `ssn`", "`ssn` AS `ssn`"),
        whole.replace("'' AS `ssn`, ", ""),
        whole.replace("REPLACE (", "REPLACE (country AS id, "),
        whole.replace("FROM customers)", "FROM customers AS c)"),
        whole.replace("FROM customers)", "FROM customers, orders)"),
        whole.replace("FROM customers)", "FROM ds.customers_2024)"),
        whole.replace("(SELECT * REPLACE", "(SELECT *, ssn AS s REPLACE"),
        // The mask's beginning is within a comment, or a string, and its end is not.
        format!(
            "SELECT 1 /* {} FROM orders",
            whole.replace("REPLACE (", "REPLACE */ (")
        ),
    ];
    for sql in forged {
        let analysis = analyse(&sql, &catalog);
        let Some(masked) = &analysis.masked_sql else {
            continue;
        };
        assert!(masked.len() > sql.len(), "{sql}");
        assert!(
            masked.matches("SELECT * REPLACE").count() > sql.matches("SELECT * REPLACE").count()
        );
    }
}

#[test]
fn other_rules_mask_what_was_masked_by_these() {
    let first = masked("SELECT ssn FROM customers", &catalog()).expect("masked SQL");
    let second = masked(&first, &hashing()).expect("masked SQL");
    assert!(
        second.contains("SHA256") && second.contains("'' AS `ssn`"),
        "{second}"
    );
}

#[test]
fn pseudo_columns_stay_usable_and_stars_as_wide_as_they_were() {
    let sql = "SELECT *, _TABLE_SUFFIX AS s FROM `customers_*` WHERE _TABLE_SUFFIX = '2024'";
    let analysis = analyse(sql, &catalog());
    assert_eq!(names(&analysis).last(), Some(&"s"));
    let masked = analysis.masked_sql.expect("masked SQL");
    for part in [
        "SELECT * EXCEPT (`countersign_table_suffix`), `countersign_table_suffix` AS s FROM (",
        ", _TABLE_SUFFIX AS `countersign_table_suffix` FROM `customers_*`)",
        "WHERE `countersign_table_suffix` = '2024'",
    ] {
        assert!(masked.contains(part), "{part}\n{masked}");
    }
    let unnamed = analyse("SELECT c._TABLE_SUFFIX FROM `customers_*` c", &catalog());
    let masked = unnamed.masked_sql.expect("masked SQL");
    assert!(masked.starts_with("SELECT c.`countersign_table_suffix` AS _TABLE_SUFFIX FROM"));
}

#[test]
fn a_hash_needs_the_salt_and_nobody_else_may_name_it() {
    let catalog = hashing();
    let analysis = analyse("SELECT ssn FROM customers WHERE country = @c", &catalog);
    assert!(analysis.needs_salt);
    let sql = analysis.masked_sql.expect("masked SQL");
    assert!(
        sql.contains(&format!("SHA256(CONCAT(@{SALT_PARAMETER}, `ssn`))")),
        "{sql}"
    );
    assert_eq!(
        analysis.statements[0].columns[0].rule,
        Some(MaskRule::Sha256)
    );
    let by_position = analyse("SELECT ssn FROM customers WHERE country = ?", &catalog);
    assert!(!by_position.needs_salt);
    assert_eq!(
        by_position.statements[0].columns[0].rule,
        Some(MaskRule::Default)
    );
    assert!(!analyse("SELECT id FROM orders", &catalog).needs_salt);
    for sql in [
        format!("SELECT ssn, @{SALT_PARAMETER} AS s FROM customers"),
        format!("SELECT @{} AS s", SALT_PARAMETER.to_uppercase()),
        format!("SELECT @`{SALT_PARAMETER}` AS s"),
        format!("SELECT SHA256(CONCAT(@{SALT_PARAMETER}, 'guess')) FROM customers"),
        format!("INSERT INTO orders (id) SELECT LENGTH(@{SALT_PARAMETER})"),
    ] {
        let analysis = analyse(&sql, &catalog);
        assert_eq!(
            (analysis.route, analysis.masked_sql),
            (Route::Block, None),
            "{sql}"
        );
    }
}

#[test]
fn the_rules_of_the_catalog_mask() {
    let rules: MaskRules = [
        ("pii", MaskRule::AlwaysNull),
        ("pii.email", MaskRule::FirstFour),
    ]
    .into_iter()
    .collect();
    let catalog = Catalog {
        mask_rules: rules,
        ..catalog()
    };
    let sql = masked("SELECT email FROM customers", &catalog).expect("masked SQL");
    assert!(sql.contains("IF(TRUE, NULL, `ssn`) AS `ssn`"), "{sql}");
    assert!(sql.contains("CONCAT(LEFT(`email`, 4), 'XXXXX')"), "{sql}");
}

fn untagged() -> Catalog {
    let mut catalog = catalog();
    for table in catalog.tables.values_mut() {
        table.columns.iter_mut().for_each(untag);
    }
    catalog
}

fn untag(column: &mut domain::Column) {
    column.tag = None;
    column.fields.iter_mut().for_each(untag);
}

#[test]
fn nothing_changes_without_tagged_columns() {
    let catalog = untagged();
    for sql in bypassing()
        .iter()
        .map(String::as_str)
        .chain(HARD.iter().copied())
    {
        let analysis = analyse(sql, &catalog);
        if let Some(masked) = analysis.masked_sql {
            assert_eq!(masked, sql);
        }
    }
}

proptest! {
    /// Queries put together from pieces, each piece with a table that must be masked.
    #[test]
    fn put_together_they_still_mask_once(
        picks in prop::collection::vec(0..11_usize, 1..4),
        join in prop::sample::select(&[" UNION ALL ", " EXCEPT DISTINCT "][..]),
        hashed in any::<bool>(),
    ) {
        let arms = picks.iter().map(|&pick| format!("SELECT COUNT(*) AS n FROM ({})", HARD[pick]));
        let sql = arms.collect::<Vec<_>>().join(join);
        assert_masks_once(&sql, &if hashed { hashing() } else { catalog() });
    }
}
