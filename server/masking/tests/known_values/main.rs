//! Recall and precision, counted on rows with known values.

#![expect(clippy::expect_used, reason = "rows that cannot be made fail the test")]

mod count;
mod generator;

const ROWS: u64 = 4000;

#[test]
fn every_planted_value_is_found_and_nearly_nothing_else() {
    let pages = generator::pages(1, ROWS);
    let counts = count::count(&pages);
    assert_eq!(counts.len(), masking::detectors().count());
    for (detector, count) in &counts {
        assert_ne!(count.planted, 0, "{detector}");
        assert_eq!(count.missed, 0, "{detector}");
    }
    let false_finds: u64 = counts.values().map(|count| count.false_finds()).sum();
    assert!(false_finds * 1000 <= pages[0].harmless, "{counts:?}");
}
