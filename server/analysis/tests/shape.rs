//! Which queries are similar: other values, the same shape; anything else, another.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

use std::{collections::HashMap, sync::LazyLock};

use analysis::{Catalog, Shape, analyse};
use domain::{Digest, MaskRule, Tag};
use proptest::prelude::*;

static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| serde_json::from_str(include_str!("data/catalog.json")).expect("a catalog"));

fn catalog() -> Catalog {
    CATALOG.clone()
}

fn shape(sql: &str) -> Option<Shape> {
    Shape::of(&analyse(sql, &CATALOG))
}

fn digest(sql: &str) -> Digest {
    shape(sql).expect(sql).digest
}

/// Queries with places for values: `{n}` a number, `{s}` a string, `{d}` a day.
const QUERIES: &[&str] = &[
    "SELECT id FROM orders WHERE amount > {n}",
    "SELECT id FROM orders WHERE amount >= {n}",
    "SELECT id FROM orders WHERE id > {n}",
    "SELECT amount FROM orders WHERE amount > {n}",
    "SELECT id FROM orders WHERE amount > {n} AND id = {n}",
    "SELECT id FROM orders WHERE amount > {n} OR id = {n}",
    "SELECT id FROM orders WHERE amount BETWEEN {n} AND {n}",
    "SELECT id FROM orders WHERE created_at >= TIMESTAMP {d}",
    "SELECT id FROM orders WHERE DATE(created_at) >= DATE {d} LIMIT {n}",
    "SELECT id FROM orders ORDER BY id LIMIT {n}",
    "SELECT id FROM orders ORDER BY id LIMIT {n} OFFSET {n}",
    "SELECT COUNT(*) AS c FROM customers WHERE country = {s}",
    "SELECT COUNT(*) AS c FROM customers WHERE ssn = {s}",
    "SELECT country FROM customers WHERE name LIKE {s}",
    "SELECT country, COUNT(*) AS c FROM customers GROUP BY 1 HAVING c > {n}",
    "SELECT email FROM customers WHERE id IN ({n}, {n})",
    "SELECT email FROM customers WHERE country IN ({s}, {s}, {s})",
    "SELECT email FROM customers WHERE id IN UNNEST([{n}, {n}])",
    "SELECT c.country FROM customers c JOIN orders o ON o.customer_id = c.id AND o.amount > {n}",
    "SELECT id FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY id) <= {n}",
    "WITH big AS (SELECT id FROM orders WHERE amount > {n}) SELECT id FROM big WHERE id < {n}",
    "FROM orders |> WHERE amount > {n} |> SELECT id",
    "SELECT JSON_VALUE(payload, '$.a') AS a FROM events WHERE user_id = {n}",
    "SELECT JSON_VALUE(payload, '$.b') AS a FROM events WHERE user_id = {n}",
];

/// A query with its places filled.
fn filled(query: &str, numbers: &[i32], strings: &[String], day: u32) -> String {
    let (mut numbers, mut strings) = (numbers.iter().cycle(), strings.iter().cycle());
    let mut sql = query.replace("{d}", &format!("'2026-01-{day:02}'"));
    while sql.contains("{n}") {
        let number = numbers.next().expect("a number").to_string();
        sql = sql.replacen("{n}", &number, 1);
    }
    while sql.contains("{s}") {
        let string = strings.next().expect("a string");
        sql = sql.replacen("{s}", &format!("'{string}'"), 1);
    }
    sql
}

fn any_filling() -> impl Strategy<Value = (Vec<i32>, Vec<String>, u32)> {
    let strings = prop::collection::vec("[a-z%(),$. -]{0,12}", 3);
    // LIMIT takes no negative number.
    (prop::collection::vec(0..1_000_000, 3), strings, 1_u32..=28)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn other_values_are_the_same_shape(one in any_filling(), other in any_filling()) {
        for query in QUERIES {
            let first = filled(query, &one.0, &one.1, one.2);
            let second = filled(query, &other.0, &other.1, other.2);
            prop_assert_eq!(digest(&first), digest(&second), "{}\n{}", first, second);
        }
    }

    #[test]
    fn other_queries_are_other_shapes(filling in any_filling()) {
        let sql = |query: &&str| filled(query, &filling.0, &filling.1, filling.2);
        let mut shapes = HashMap::new();
        for query in QUERIES {
            let same = shapes.insert(digest(&sql(query)), query);
            prop_assert_eq!(same, None, "{}", query);
        }
    }
}

fn assert_similar(one: &str, other: &str) {
    assert_eq!(digest(one), digest(other), "{one}\n{other}");
}

fn assert_different(one: &str, other: &str) {
    assert_ne!(digest(one), digest(other), "{one}\n{other}");
}

#[test]
fn spelling_does_not_matter() {
    let plain = "SELECT o.id FROM proj.ds.orders AS o WHERE o.amount > 5";
    for same in [
        "select o.id from proj.ds.orders as o where o.amount>5",
        "SELECT O.id -- why\nFROM `proj.ds.orders` AS o /* 7 */ WHERE O.`amount` > 5;",
        "SELECT o.id FROM `proj`.ds.`orders` AS o WHERE o.amount > -5",
    ] {
        assert_similar(plain, same);
    }
}

#[test]
fn a_list_of_literals_is_one_value_however_long() {
    let two = "SELECT id FROM orders WHERE id IN (1, 2)";
    assert_similar(two, "SELECT id FROM orders WHERE id IN (3)");
    assert_similar(two, "SELECT id FROM orders WHERE id IN (-4, 5, 6, 7)");
    assert_different(two, "SELECT id FROM orders WHERE id IN (1, customer_id)");
    assert_different(two, "SELECT id FROM orders WHERE id NOT IN (1, 2)");
    // The arguments of a function are no list.
    let greatest = "SELECT id FROM orders WHERE id = GREATEST(1, 2)";
    assert_different(
        greatest,
        "SELECT id FROM orders WHERE id = GREATEST(1, 2, 3)",
    );
}

#[test]
fn what_decides_about_what_is_shown_is_part_of_the_shape() {
    for (one, other) in [
        (
            "SELECT SUBSTR(name, 1, 3) AS x FROM customers",
            "SELECT SUBSTR(name, 1, 30) AS x FROM customers",
        ),
        (
            "SELECT REGEXP_EXTRACT(name, r'^(.)') AS x FROM customers",
            "SELECT REGEXP_EXTRACT(name, r'(.*)') AS x FROM customers",
        ),
        (
            "SELECT name, country FROM customers ORDER BY 1",
            "SELECT name, country FROM customers ORDER BY 2",
        ),
        (
            "SELECT id FROM orders WHERE FALSE",
            "SELECT id FROM orders WHERE TRUE",
        ),
        (
            "SELECT user_id FROM events WHERE JSON_VALUE(payload, '$.a') = 'x'",
            "SELECT user_id FROM events WHERE JSON_VALUE(payload, '$.ssn') = 'x'",
        ),
        (
            "SELECT user_id FROM events WHERE STRING(payload['a']) = 'x'",
            "SELECT user_id FROM events WHERE STRING(payload['ssn']) = 'x'",
        ),
        (
            "SELECT id FROM orders WHERE id > 1 UNION ALL SELECT 1",
            "SELECT id FROM orders WHERE id > 1 UNION ALL SELECT 2",
        ),
        (
            "FROM orders |> WHERE id > 1 |> EXTEND 'a' AS x",
            "FROM orders |> WHERE id > 1 |> EXTEND 'b' AS x",
        ),
    ] {
        assert_different(one, other);
    }
}

#[test]
fn kinds_of_values_are_part_of_the_shape() {
    assert_different(
        "SELECT id FROM customers WHERE name = 'a'",
        "SELECT id FROM customers WHERE name = b'a'",
    );
    assert_different(
        "SELECT id FROM orders WHERE created_at > '2026-01-01'",
        "SELECT id FROM orders WHERE created_at > TIMESTAMP '2026-01-01'",
    );
}

#[test]
fn a_parameter_may_choose_rows_but_not_what_is_shown() {
    let chooses = |sql| !shape(sql).expect(sql).shows_parameter;
    assert!(chooses("SELECT id FROM orders WHERE id = @id"));
    assert!(chooses(
        "SELECT id FROM orders WHERE id IN UNNEST(@ids) LIMIT @most"
    ));
    assert!(!chooses(
        "SELECT REGEXP_EXTRACT(name, @pattern) AS x FROM customers"
    ));
    assert!(!chooses(
        "SELECT id FROM orders ORDER BY IF(@up, id, amount)"
    ));
    assert!(!chooses(
        "SELECT user_id FROM events WHERE STRING(payload[@name]) = 'x'"
    ));
    // The mask's own parameter is no value of the agent's.
    let mut catalog = catalog();
    catalog.mask_rules = [("pii.email", MaskRule::Sha256)].into_iter().collect();
    let hashed = Shape::of(&analyse("SELECT email FROM customers", &catalog));
    assert!(!hashed.expect("a shape").shows_parameter);
}

#[test]
fn the_same_text_over_another_catalog_is_another_shape() {
    let sql = "SELECT name, country FROM customers";
    let before = digest(sql);
    let mut tagged = catalog();
    let table = tagged.tables.values_mut();
    let columns = table.flat_map(|table| &mut table.columns);
    for column in columns.filter(|column| column.name == "name") {
        column.tag = Some(Tag::new("pii.name"));
    }
    let after = Shape::of(&analyse(sql, &tagged)).expect("a shape");
    assert_ne!(before, after.digest);
    let mut moved = catalog();
    moved.default_dataset = "other".to_owned();
    let customers = moved
        .tables
        .iter()
        .find(|(name, _)| name.as_str() == "proj.ds.customers");
    let customers = customers.expect("customers").1.clone();
    let other = domain::TableName::new("proj.other.customers");
    moved.tables.insert(other, customers);
    let elsewhere = Shape::of(&analyse(sql, &moved)).expect("a shape");
    assert_ne!(before, elsewhere.digest);
}

#[test]
fn it_tells_what_it_binds() {
    let sql = "SELECT email, country FROM customers WHERE ssn = '1'";
    let shape = shape(sql).expect("a shape");
    let strings = |set: &std::collections::BTreeSet<String>| {
        set.iter().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(strings(&shape.kinds), "select");
    assert_eq!(strings(&shape.masked), "email");
    assert_eq!(
        strings(&shape.columns),
        "proj.ds.customers.country proj.ds.customers.email proj.ds.customers.ssn"
    );
    assert!(shape.findings.contains("sensitive_predicate"));
    assert_eq!(shape.tables.len(), 1);
}

#[test]
fn what_may_not_run_has_no_shape() {
    for sql in ["SELEC id", "SELECT x FROM nowhere", "DROP TABLE orders"] {
        assert_eq!(shape(sql), None, "{sql}");
    }
}
