//! What a scan found, against what is known to be there.

use std::collections::{BTreeMap, BTreeSet};

use masking::Masker;

use super::generator::{Page, schema};

/// Finds of one detector, or of all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    /// Values that are there.
    pub planted: u64,
    /// Of these, values that left as they came.
    pub missed: u64,
    /// Cells that were changed.
    pub found: u64,
}

impl Count {
    /// Cells that were changed though there was nothing.
    pub fn false_finds(self) -> u64 {
        self.found.saturating_sub(self.planted - self.missed)
    }
}

/// Masks the pages as one result, and counts by detector.
pub fn count(pages: &[Page]) -> BTreeMap<String, Count> {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut masker = Masker::new(&schema(), &BTreeSet::new(), None);
    for page in pages {
        let rows = masker.mask(&page.rows()).expect("rows");
        for value in &page.planted {
            let count = counts.entry(value.detector.to_owned()).or_default();
            let escaped = serde_json::to_string(&value.value).expect("JSON");
            count.planted += 1;
            count.missed += u64::from(rows.json().contains(escaped.trim_matches('"')));
        }
    }
    for detection in masker.report().detected {
        counts.entry(detection.detector).or_default().found += detection.cells;
    }
    counts
}
