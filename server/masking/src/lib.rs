//! Rows in, masked rows out; detectors of sensitive values.
//!
//! Owns the last step before rows leave: the warehouse's wire form becomes natural JSON, and
//! text that looks sensitive in a column that the SQL did not mask is replaced in place. One
//! pass, from the bytes of an answer to the bytes of a result; no value is held in between.

mod detect;
mod layout;
mod masker;
mod nested_json;
mod pseudonym;
mod report;
mod rows;
mod scalar;
mod timestamp;

pub use detect::detectors;
pub use masker::Masker;
pub use pseudonym::PseudonymKey;
pub use report::{Detection, Report};
pub use rows::{MaskError, MaskedRows, RawRows};
