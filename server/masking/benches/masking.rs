//! What reading, looking at and masking rows costs, beside reading and writing them alone and
//! beside each detector's pattern alone, in one run.
//!
//! `cargo bench -p masking`. The rows are generated: 100,000 of them, with known values.

#![expect(missing_docs, reason = "criterion's macros write functions without")]
#![expect(clippy::expect_used, reason = "rows that cannot be made end the bench")]

#[path = "../tests/known_values/generator.rs"]
#[expect(dead_code, reason = "what was planted is counted by a test")]
mod generator;

use std::{collections::BTreeSet, hint::black_box};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use masking::{Masker, PseudonymKey, detectors};
use regex::Regex;
use serde_json::Value;

const ROWS: u64 = 100_000;
/// Rows of a page as they are asked of BigQuery.
const PAGE_ROWS: u64 = 1000;

fn masking(criterion: &mut Criterion) {
    let page = generator::page(ROWS);
    let rows = page.rows();
    let schema = generator::schema();
    let all: BTreeSet<usize> = (0..schema.len()).collect();
    let none = BTreeSet::new();
    let mut group = criterion.benchmark_group("rows");
    group
        .sample_size(10)
        .throughput(Throughput::Bytes(page.wire.len() as u64));
    group.bench_function("read and written as JSON, nothing else", |bencher| {
        bencher.iter(|| {
            let value: Value = serde_json::from_str(&page.wire).expect("JSON");
            serde_json::to_string(&value).expect("JSON")
        });
    });
    group.bench_function("decoded, not looked at", |bencher| {
        bencher.iter(|| Masker::new(&schema, &all, None).mask(&rows));
    });
    group.bench_function("decoded, looked at and masked", |bencher| {
        bencher.iter(|| Masker::new(&schema, &none, None).mask(&rows));
    });
    group.bench_function("the same with pseudonyms", |bencher| {
        bencher.iter(|| {
            Masker::new(&schema, &none, PseudonymKey::new(b"a key of a bench")).mask(&rows)
        });
    });
    for (name, pattern) in detectors() {
        let pattern = Regex::new(pattern).expect("a pattern");
        group.bench_function(
            format!("every find of {name}'s pattern in the text"),
            |bencher| {
                bencher.iter(|| pattern.find_iter(black_box(&page.wire)).count());
            },
        );
    }
    group.finish();
    let small = generator::page(PAGE_ROWS);
    let mut group = criterion.benchmark_group("a page of 1000 rows");
    group.throughput(Throughput::Bytes(small.wire.len() as u64));
    group.bench_function("decoded, looked at and masked", |bencher| {
        bencher.iter_batched(
            || Masker::new(&schema, &none, None),
            |mut masker| masker.mask(&small.rows()),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, masking);
criterion_main!(benches);
