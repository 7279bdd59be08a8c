//! Cell values in, masked values out; detectors of sensitive values.
//!
//! Owns the last step before rows leave: values are decoded from the warehouse's wire form,
//! and text that looks sensitive in a column that nobody tagged is replaced in place.

mod cell;
mod report;

pub use cell::{MaskError, MaskedRow, RawCell};
pub use report::{Detection, Report};

use std::collections::BTreeSet;

use domain::Column;

/// Decodes rows and replaces what looks sensitive in columns that the SQL did not mask.
///
/// `already_masked` holds the positions of the columns that the masked SQL gives masked.
pub fn mask_rows(
    schema: &[Column],
    already_masked: &BTreeSet<usize>,
    rows: Vec<Vec<RawCell>>,
) -> Result<(Vec<MaskedRow>, Report), MaskError> {
    let _ = (schema, already_masked);
    if rows.is_empty() {
        return Ok((Vec::new(), Report::default()));
    }
    Err(MaskError::ColumnCount {
        expected: schema.len(),
        found: rows[0].len(),
    })
}
