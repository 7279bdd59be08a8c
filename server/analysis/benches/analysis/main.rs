//! How long an analysis takes, beside the bare parse of the same text in the same run.
//!
//! First a table of every query of the set, then one of texts of growing length, then criterion's
//! own figures, which it compares with those of the run before.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot read its data stops"
)]

mod lengths;
mod measure;
mod queries;

use std::{hint::black_box, time::Duration};

use analysis::{Catalog, analyse};
use criterion::{Criterion, Throughput};
use sqlparser::{dialect::BigQueryDialect, parser::Parser};

/// The catalog of the tests: customers, orders and events, with tagged columns.
fn catalog() -> Catalog {
    serde_json::from_str(include_str!("../../tests/data/catalog.json")).expect("a catalog")
}

/// The bare parse, with the parser's own tokenizer: the reference.
fn parse(sql: &str) -> bool {
    Parser::parse_sql(&BigQueryDialect, black_box(sql)).is_ok()
}

fn main() {
    let catalog = catalog();
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args();
    queries::table(&catalog);
    lengths::table(&catalog);
    query_set(&mut criterion, &catalog);
    long_texts(&mut criterion, &catalog);
    criterion.final_summary();
}

/// The whole set once, parsed and analysed.
fn query_set(criterion: &mut Criterion, catalog: &Catalog) {
    let queries = queries::all();
    let mut group = criterion.benchmark_group("query set");
    let bytes = queries.iter().map(|query| query.sql.len() as u64).sum();
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| queries.iter().filter(|query| parse(&query.sql)).count());
    });
    group.bench_function("analyse", |bencher| {
        let understood = |query: &&queries::Query| analyse(&query.sql, catalog).understood;
        bencher.iter(|| queries.iter().filter(understood).count());
    });
    group.finish();
}

/// Texts of 100 KiB of each shape.
fn long_texts(criterion: &mut Criterion, catalog: &Catalog) {
    let mut group = criterion.benchmark_group("100 KiB");
    for shape in lengths::SHAPES {
        let text = shape.text(100);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(shape.name, |bencher| {
            bencher.iter(|| analyse(&text, catalog));
        });
    }
    group.finish();
}
