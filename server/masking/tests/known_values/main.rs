//! Recall and precision, counted on rows with known values.

#![expect(clippy::expect_used, reason = "rows that cannot be made fail the test")]

mod generator;

use std::collections::{BTreeMap, BTreeSet};

use masking::Masker;

const ROWS: u64 = 4000;

#[test]
fn every_planted_value_is_found_and_nearly_nothing_else() {
    let page = generator::page(ROWS);
    let mut masker = Masker::new(&generator::schema(), &BTreeSet::new(), None);
    let rows = masker.mask(&page.rows()).expect("rows");
    assert_eq!(rows.count(), ROWS);

    let mut planted = BTreeMap::new();
    for value in &page.planted {
        *planted.entry(value.detector).or_insert(0) += 1;
        let escaped = serde_json::to_string(&value.value).expect("JSON");
        let left = rows.json().contains(escaped.trim_matches('"'));
        assert!(!left, "a value of {} is still there", value.detector);
    }
    let mut found = BTreeMap::new();
    for detection in masker.report().detected {
        *found.entry(detection.detector).or_insert(0) += detection.cells;
    }
    for (detector, count) in &planted {
        let found = found.get(*detector).copied().unwrap_or_default();
        let false_ones = found.abs_diff(*count);
        assert!(
            false_ones * 1000 <= page.harmless,
            "{detector}: {found} found, {count} planted"
        );
    }
    assert_eq!(found.len(), planted.len());
}
