//! Every query of the set: its parse, its analysis, and their ratio.

use analysis::{Catalog, analyse};
use serde::Deserialize;

use crate::{
    measure::{median, quantile, time},
    parse,
};

/// How often every query is timed. One round times each query once, so that none runs with a
/// processor that has just seen it.
const ROUNDS: usize = 200;

/// One query of the set.
pub struct Query {
    pub name: String,
    pub sql: String,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    sql: String,
}

/// Ordinary queries, and those that try to hide something.
pub fn all() -> Vec<Query> {
    let ordinary = include_str!("queries.sql").split(";\n").map(str::trim);
    let ordinary = ordinary.filter(|sql| !sql.is_empty()).enumerate();
    let ordinary = ordinary.map(|(number, sql)| Query {
        name: format!("query{:03}", number + 1),
        sql: sql.to_owned(),
    });
    let hiding = include_str!("../../tests/data/bypass.jsonl").lines();
    let hiding = hiding.map(|line| {
        let case: Case = serde_json::from_str(line).expect("a case");
        Query {
            name: case.id,
            sql: case.sql,
        }
    });
    ordinary.chain(hiding).collect()
}

/// What was measured of one query, in microseconds.
struct Measured {
    understood: bool,
    /// None where the bare parser cannot parse it.
    parse: Option<f64>,
    analyse: f64,
}

/// Measures and prints the set.
pub fn table(catalog: &Catalog) {
    let queries = all();
    let measured = measure(&queries, catalog);
    println!(
        "\n{:<10} {:>6} {:>9} {:>10} {:>6}  query",
        "name", "bytes", "parse µs", "analyse µs", "ratio"
    );
    for (query, measured) in queries.iter().zip(&measured) {
        print_row(query, measured);
    }
    println!();
    let understood: Vec<&Measured> = measured.iter().filter(|m| m.understood).collect();
    print_summary("understood and masked", &understood);
    print_summary(
        "all, refused ones too",
        &measured.iter().collect::<Vec<_>>(),
    );
}

fn measure(queries: &[Query], catalog: &Catalog) -> Vec<Measured> {
    let mut parses = vec![Vec::with_capacity(ROUNDS); queries.len()];
    let mut analyses = vec![Vec::with_capacity(ROUNDS); queries.len()];
    for _ in 0..ROUNDS {
        for (position, query) in queries.iter().enumerate() {
            parses[position].push(time(|| parse(&query.sql)));
            analyses[position].push(time(|| analyse(&query.sql, catalog)));
        }
    }
    let measured = queries.iter().zip(parses.iter().zip(&analyses));
    measured
        .map(|(query, (parses, analyses))| Measured {
            understood: analyse(&query.sql, catalog).understood,
            parse: parse(&query.sql).then(|| median(parses)),
            analyse: median(analyses),
        })
        .collect()
}

fn print_row(query: &Query, measured: &Measured) {
    let start: String = query.sql.chars().take(60).collect();
    let start = start.replace(char::is_whitespace, " ");
    let refused = if measured.understood { "" } else { "refused: " };
    let (parse, ratio) = match measured.parse {
        Some(parse) => (
            format!("{parse:.1}"),
            format!("{:.2}", measured.analyse / parse),
        ),
        None => ("-".to_owned(), "-".to_owned()),
    };
    println!(
        "{:<10} {:>6} {parse:>9} {:>10.1} {ratio:>6}  {refused}{start}",
        query.name,
        query.sql.len(),
        measured.analyse
    );
}

/// Only queries that both can read are compared.
fn print_summary(what: &str, measured: &[&Measured]) {
    let both: Vec<(f64, f64)> = measured
        .iter()
        .filter_map(|m| Some((m.parse?, m.analyse)))
        .collect();
    println!(
        "{what}: {} queries, {} of them parsed by both",
        measured.len(),
        both.len()
    );
    let row = |name: &str, values: &[f64]| {
        println!(
            "  {name:<11} median {:>7.2}  p95 {:>7.2}  max {:>7.2}",
            quantile(values, 0.5),
            quantile(values, 0.95),
            quantile(values, 1.0)
        );
    };
    row(
        "parse µs",
        &both.iter().map(|(parse, _)| *parse).collect::<Vec<_>>(),
    );
    row(
        "analyse µs",
        &both.iter().map(|(_, analyse)| *analyse).collect::<Vec<_>>(),
    );
    let ratios = both.iter().map(|(parse, analyse)| analyse / parse);
    row("ratio", &ratios.collect::<Vec<_>>());
}
