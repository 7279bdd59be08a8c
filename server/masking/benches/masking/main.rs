//! What reading, looking at and masking rows costs, beside reading and writing them alone and
//! beside each detector's pattern alone, in one run; and, before that, recall and precision.
//!
//! `cargo bench -p masking`. The rows are generated: 100,000 of them, with known values, in pages
//! as they are asked of BigQuery. What is measured is the time that the thread computes.

#![expect(missing_docs, reason = "criterion's macros write functions without")]
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "rows that cannot be made end the bench; it prints its figures"
)]

#[path = "../../tests/known_values/count.rs"]
mod count;
#[path = "../../tests/known_values/generator.rs"]
mod generator;
mod thread_time;

use std::{collections::BTreeSet, hint::black_box};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use masking::{Masker, PseudonymKey, RawRows, detectors};
use regex::Regex;
use serde_json::Value;

use generator::Page;
use thread_time::ThreadTime;

const PAGES: u64 = 10;
const PAGE_ROWS: u64 = 10_000;

fn masking(criterion: &mut Criterion<ThreadTime>) {
    let pages = generator::pages(PAGES, PAGE_ROWS);
    print_counts(&pages);
    let rows: Vec<RawRows> = pages.iter().map(Page::rows).collect();
    let bytes = pages.iter().map(|page| page.wire.len() as u64).sum();
    let schema = generator::schema();
    let all: BTreeSet<usize> = (0..schema.len()).collect();
    let none = BTreeSet::new();
    let mut group = criterion.benchmark_group("rows");
    group.sample_size(10).throughput(Throughput::Bytes(bytes));
    let mut bench = |name: &str, work: &mut dyn FnMut()| {
        group.bench_function(name, |bencher| bencher.iter(&mut *work));
    };
    bench("read and written as JSON, nothing else", &mut || {
        for page in &pages {
            let value: Value = serde_json::from_str(&page.wire).expect("JSON");
            black_box(serde_json::to_string(&value).expect("JSON"));
        }
    });
    bench("taken off the wire", &mut || {
        for page in &pages {
            black_box(page.rows());
        }
    });
    let key = PseudonymKey::new(b"a key of a bench");
    for (name, already_masked, key) in [
        ("decoded, not looked at", &all, None),
        ("decoded, looked at and masked", &none, None),
        ("the same with pseudonyms", &none, key),
    ] {
        bench(name, &mut || {
            let mut masker = Masker::new(&schema, already_masked, key.clone());
            for rows in &rows {
                black_box(masker.mask(rows).expect("rows"));
            }
        });
    }
    for (name, pattern) in detectors() {
        let pattern = Regex::new(pattern).expect("a pattern");
        bench(&format!("{name}'s pattern alone"), &mut || {
            for page in &pages {
                black_box(pattern.find_iter(&page.wire).count());
            }
        });
    }
    group.finish();
}

fn print_counts(pages: &[Page]) {
    let harmless: u64 = pages.iter().map(|page| page.harmless).sum();
    println!("{harmless} harmless ids, numbers and texts");
    for (detector, count) in count::count(pages) {
        let (planted, missed) = (count.planted, count.missed);
        let false_finds = count.false_finds();
        println!("{detector}: {planted} planted, {missed} missed, {false_finds} found falsely");
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ThreadTime);
    targets = masking
}
criterion_main!(benches);
