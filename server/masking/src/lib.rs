//! Cell values in, masked values out; detectors of sensitive values.
//!
//! Owns the last step before rows leave: values are decoded from the warehouse's wire form, and
//! text that looks sensitive in a column that the SQL did not mask is replaced in place.

mod cell;
mod decode;
mod detect;
mod report;
mod scan;

pub use cell::{MaskError, MaskedRow, RawCell};
pub use report::{Detection, Report};
pub use scan::mask_rows;
