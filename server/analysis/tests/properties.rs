//! What holds for every query: generated ones, and those that try to get around the masks.

#![expect(clippy::expect_used, reason = "a test that cannot read its data fails")]

#[path = "properties/formatting.rs"]
mod formatting;

use std::collections::HashMap;

use analysis::{Analysis, Catalog, OutputColumn, Shape, analyse};
use domain::{Column, Tag};
use proptest::{prelude::*, sample::Index};
use serde_json::Value;

/// A query and the catalog that it is asked against.
#[derive(Debug)]
struct Question {
    sql: String,
    catalog: Catalog,
}

impl Question {
    fn analysed(&self) -> Analysis {
        analyse(&self.sql, &self.catalog)
    }
}

fn questions(queries: &str, catalog: &str) -> Vec<Question> {
    let catalog: Catalog = serde_json::from_str(catalog).expect("a catalog");
    let sql = |line: &str| {
        let query: Value = serde_json::from_str(line).expect("a query");
        query["sql"].as_str().expect("SQL").to_owned()
    };
    queries
        .lines()
        .map(|line| Question {
            sql: sql(line),
            catalog: catalog.clone(),
        })
        .collect()
}

/// Queries of `end2end/noninterference` (seed 7), and the bypass cases.
fn all() -> Vec<Question> {
    let mut all = questions(
        include_str!("data/generated.jsonl"),
        include_str!("data/generated_catalog.json"),
    );
    all.extend(questions(
        include_str!("data/bypass.jsonl"),
        include_str!("data/catalog.json"),
    ));
    all
}

fn any_question() -> impl Strategy<Value = Question> {
    any::<Index>().prop_map(|index| {
        let mut all = all();
        all.swap_remove(index.index(all.len()))
    })
}

/// A column or nested field without fields of its own, with its path.
fn leaves<'a>(column: &'a mut Column, path: String, found: &mut Vec<(String, &'a mut Column)>) {
    if column.fields.is_empty() {
        found.push((path, column));
        return;
    }
    for field in &mut column.fields {
        let path = format!("{path}.{}", field.name);
        leaves(field, path, found);
    }
}

/// Tags one more column; its path.
fn tag_one(catalog: &mut Catalog, pick: Index) -> String {
    let mut found = Vec::new();
    for (name, table) in &mut catalog.tables {
        for column in &mut table.columns {
            let path = format!("{name}.{}", column.name);
            leaves(column, path, &mut found);
        }
    }
    let (path, column) = found.swap_remove(pick.index(found.len()));
    column.tag = Some(Tag::new("pii.more"));
    path
}

/// Ways to wrap a value that keep what flows into it.
const WRAPPERS: &[&str] = &[
    "SELECT (SELECT {v}) AS v FROM ({q})",
    "SELECT v FROM (SELECT {v} AS v FROM ({q}))",
    "WITH w AS ({q}) SELECT UPPER(CAST({v} AS STRING)) AS v FROM w",
    "WITH w AS ({q}), z AS (SELECT {v} AS v FROM w) SELECT v FROM z",
    "SELECT TO_JSON_STRING(STRUCT({v} AS a, 1 AS b)) AS v FROM ({q})",
    "SELECT TO_JSON_STRING(q0) AS v FROM ({q}) AS q0",
    "SELECT x0 AS v FROM ({q}), UNNEST([{v}]) AS x0",
    "SELECT STRUCT({v} AS z).z AS v FROM ({q})",
    "SELECT ARRAY_AGG({v})[OFFSET(0)] AS v FROM ({q})",
    "SELECT CASE WHEN {v} IS NULL THEN 1 ELSE 2 END AS v FROM ({q})",
    "SELECT {v} AS v FROM ({q}) UNION ALL SELECT NULL",
    "SELECT MAX({v}) OVER () AS v FROM ({q})",
    "SELECT JSON_VALUE(TO_JSON(q0), '$.v') AS v FROM ({q}) AS q0",
    "SELECT {v} AS v FROM ({q}) ORDER BY 1 LIMIT 3",
    "FROM ({q}) |> EXTEND {v} AS w0 |> SELECT w0 AS v",
    "SELECT EXISTS(SELECT 1 FROM ({q}) WHERE {v} IS NOT NULL) AS v",
];

/// A column that can be named from outside the query.
fn nameable(columns: &[OutputColumn], pick: Index) -> Option<&OutputColumn> {
    let same = |one: &OutputColumn, two: &OutputColumn| one.name.eq_ignore_ascii_case(&two.name);
    let unique = |column: &&OutputColumn| columns.iter().filter(|c| same(c, column)).count() == 1;
    let named: Vec<&OutputColumn> = columns
        .iter()
        .filter(unique)
        .filter(|column| !column.name.is_empty() && !column.name.starts_with("f0_"))
        .collect();
    (!named.is_empty()).then(|| named[pick.index(named.len())])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wrapping_never_loses_a_source(
        question in any_question(),
        pick in any::<Index>(),
        wrappers in prop::collection::vec(prop::sample::select(WRAPPERS), 1..5),
    ) {
        let before = question.analysed();
        let read = before.understood && before.statements[0].kind == "select";
        prop_assume!(read);
        let Some(column) = nameable(&before.statements[0].columns, pick) else {
            return Ok(());
        };
        let mut sql = question.sql.trim_end().trim_end_matches(';').to_owned();
        let mut name = format!("`{}`", column.name);
        for wrapper in wrappers {
            // A line that ends in a comment must not swallow the bracket.
            sql = wrapper.replace("{v}", &name).replace("{q}", &format!("{sql}\n"));
            "v".clone_into(&mut name);
        }
        let after = analyse(&sql, &question.catalog);
        if !after.understood {
            return Ok(());
        }
        let wrapped = &after.statements[0].columns[0];
        for source in &column.sources {
            prop_assert!(wrapped.sources.contains(source), "{source} is lost: {sql}");
        }
        prop_assert!(wrapped.masked || !column.masked, "{sql}");
        for tag in &column.tags {
            prop_assert!(wrapped.tags.contains(tag), "{tag} is lost: {sql}");
        }
    }

    #[test]
    fn tagging_more_never_unmasks(question in any_question(), pick in any::<Index>()) {
        let before = question.analysed();
        let mut catalog = question.catalog.clone();
        let tagged = tag_one(&mut catalog, pick);
        let after = analyse(&question.sql, &catalog);
        prop_assert!(after.route >= before.route, "{}", question.sql);
        for (one, two) in before.statements.iter().flat_map(|s| &s.columns)
            .zip(after.statements.iter().flat_map(|s| &s.columns))
        {
            let reached = one.sources.iter().any(|source| covers(source, &tagged));
            prop_assert!(two.masked || !(one.masked || reached), "{}", question.sql);
        }
    }

    #[test]
    fn formatting_changes_nothing(question in any_question(), seed in any::<u64>()) {
        let Some(changed) = formatting::reformatted(&question.sql, seed) else {
            return Ok(());
        };
        let (before, after) = (question.analysed(), analyse(&changed, &question.catalog));
        prop_assert_eq!(before.understood, after.understood, "{}\n{}", question.sql, changed);
        prop_assert_eq!(before.route, after.route, "{}\n{}", question.sql, changed);
        let text = |analysis: &Analysis| analysis.masked_sql.as_deref().map(formatting::normal);
        prop_assert_eq!(text(&before), text(&after), "{}", changed);
        let shape = |analysis: &Analysis| Shape::of(analysis).map(|shape| shape.digest);
        prop_assert_eq!(shape(&before), shape(&after), "{}\n{}", question.sql, changed);
        prop_assert_eq!(without_places(before), without_places(after), "{}", changed);
    }
}

#[test]
fn queries_of_one_shape_differ_in_their_literals_alone() {
    let mut shapes: HashMap<_, String> = HashMap::new();
    for question in all() {
        let Some(text) = formatting::without_literals(&question.sql) else {
            continue;
        };
        if let Some(shape) = Shape::of(&question.analysed()) {
            let known = shapes.entry(shape.digest).or_insert_with(|| text.clone());
            assert_eq!(*known, text);
        }
    }
    assert!(shapes.len() > 100);
}

/// Whether a source is the column at a path, a field of it, or what it is a field of.
fn covers(source: &str, path: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    within(source, path) || within(path, source)
}

/// What a statement is and does, without places in the text, and in no order that follows them.
fn without_places(analysis: Analysis) -> Value {
    let mut statements = analysis.statements;
    for finding in statements.iter_mut().flat_map(|s| &mut s.findings) {
        (finding.start, finding.end) = (0, 0);
        if !analysis.understood {
            // What the parser complains of names the place.
            finding.message.clear();
        }
    }
    serde_json::to_value(&statements).expect("a report")
}

#[test]
fn the_queries_are_worth_asking() {
    let all = all();
    let count = |holds: fn(&Analysis) -> bool| {
        let analyses = all.iter().map(Question::analysed);
        analyses.filter(holds).count() * 100 / all.len()
    };
    assert!(count(|analysis| analysis.understood) > 70);
    assert!(count(|analysis| !analysis.tags().is_empty()) > 50);
    let reformatted = all
        .iter()
        .filter_map(|q| formatting::reformatted(&q.sql, 1));
    assert!(reformatted.count() * 100 / all.len() > 70);
}
