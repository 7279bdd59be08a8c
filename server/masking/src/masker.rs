//! The pass over a page of rows: each cell is read, looked at and written once.

mod cells;

use std::collections::BTreeSet;

use domain::Column;
use serde::de::DeserializeSeed as _;

use crate::{
    MaskError, MaskedRows, PseudonymKey, RawRows, Report,
    detect::{DETECTORS, Detected, Gate, Scanner},
    layout::Field,
};
use cells::{Rows, Sink};

/// Masks the rows of one result, page by page, and counts what it found.
///
/// ```
/// use masking::{Masker, RawRows};
/// use std::collections::BTreeSet;
///
/// let schema: Vec<domain::Column> =
///     serde_json::from_str(r#"[{"name":"note","type":"STRING"}]"#).unwrap();
/// let rows: RawRows =
///     serde_json::from_str(r#"[{"f":[{"v":"write to ann@example.com"}]}]"#).unwrap();
/// let mut masker = Masker::new(&schema, &BTreeSet::new(), None);
/// let masked = masker.mask(&rows).unwrap();
/// assert_eq!(masked.json(), r#"[["write to [masked: pii.email]"]]"#);
/// assert_eq!(masker.report().detected[0].detector, "pii.email");
/// ```
pub struct Masker {
    columns: Vec<Masked>,
    key: Option<PseudonymKey>,
}

/// A column of the result, and what was found in it so far.
struct Masked {
    field: Field,
    is_scanned: bool,
    /// Cells in which each detector found something.
    found: [u64; DETECTORS.len()],
}

impl Masker {
    /// For rows of this schema. `already_masked` holds the positions of the columns that the
    /// masked SQL gives masked; their values are left alone. With a key, what is found is
    /// replaced by a pseudonym, else by a word that is the same for all.
    #[must_use]
    pub fn new(
        schema: &[Column],
        already_masked: &BTreeSet<usize>,
        key: Option<PseudonymKey>,
    ) -> Self {
        let columns = schema.iter().enumerate().map(|(position, column)| Masked {
            field: Field::of(column),
            is_scanned: !already_masked.contains(&position),
            found: [0; DETECTORS.len()],
        });
        Self {
            columns: columns.collect(),
            key,
        }
    }

    /// Decodes a page of rows and replaces what looks sensitive. After an error nothing of the
    /// page leaves.
    pub fn mask(&mut self, rows: &RawRows) -> Result<MaskedRows, MaskError> {
        let wire = rows.wire();
        let mut sink = Sink {
            json: Vec::with_capacity(wire.len()),
            scanner: Scanner {
                gate: Gate::of_page(wire),
                key: self.key.as_ref(),
            },
            detected: Detected::default(),
            error: None,
        };
        let mut reader = serde_json::Deserializer::from_str(wire);
        let read = Rows(&mut self.columns, &mut sink).deserialize(&mut reader);
        let count = read.map_err(|_| sink.error.take().unwrap_or(MaskError::Malformed))?;
        let json = String::from_utf8(sink.json).map_err(|_| MaskError::Malformed)?;
        Ok(MaskedRows { json, count })
    }

    /// What was found so far.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut report = Report::default();
        for column in &self.columns {
            for (detector, cells) in DETECTORS.iter().zip(column.found) {
                report.add(&column.field.path, detector.name, cells);
            }
        }
        report
    }
}

#[cfg(test)]
mod tests;
