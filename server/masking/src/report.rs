//! What the scan found, without what it found.

use serde::{Deserialize, Serialize};

/// What a scan of rows detected; reports of several pages merge into one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// One entry for a column and a detector, sorted.
    pub detected: Vec<Detection>,
}

/// One detector's finds in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// The column's name.
    pub column: String,
    /// The detector, named as the tag that the column seems to need: `pii.email`.
    pub detector: String,
    /// How many cells were changed.
    pub cells: u64,
}

impl Report {
    /// Counts finds of one detector in one column.
    pub(crate) fn add(&mut self, column: &str, detector: &str, cells: u64) {
        if cells == 0 {
            return;
        }
        let place = self.detected.binary_search_by(|d| {
            (d.column.as_str(), d.detector.as_str()).cmp(&(column, detector))
        });
        match place {
            Ok(at) => self.detected[at].cells += cells,
            Err(at) => self.detected.insert(
                at,
                Detection {
                    column: column.to_owned(),
                    detector: detector.to_owned(),
                    cells,
                },
            ),
        }
    }
}
