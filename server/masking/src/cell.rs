//! Cells before and after: the wire value that nobody may print, and the row that may leave.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// One cell as the warehouse's REST interface gives it: text, or nests of `v` and `f`
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults>).
///
/// It cannot be serialised, and its debug form does not show it.
pub struct RawCell(Value);

impl RawCell {
    /// Takes the value of a cell's `v`.
    #[must_use]
    pub fn from_wire(value: Value) -> Self {
        Self(value)
    }

    /// The wire value.
    pub(crate) fn into_wire(self) -> Value {
        self.0
    }
}

impl fmt::Debug for RawCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawCell(…)")
    }
}

/// One row that may leave: natural JSON, a value for each column of the schema.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct MaskedRow(pub(crate) Vec<Value>);

impl MaskedRow {
    /// The values in the order of the schema.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// Gives the values away.
    #[must_use]
    pub fn into_values(self) -> Vec<Value> {
        self.0
    }
}

/// Why rows could not be decoded. Names columns and types, never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// A row has more or fewer cells than the schema has columns.
    #[error("a row has {found} cells where the schema has {expected} columns")]
    ColumnCount {
        /// Columns of the schema.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// A cell does not hold a value of its column's type.
    #[error("a cell of column `{column}` does not hold a value of type {data_type}")]
    Undecodable {
        /// The column, or the path of the nested field.
        column: String,
        /// The type as the schema names it.
        data_type: String,
    },
}
