//! Rows before and after: the wire text that nobody may print, and the rows that may leave.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Rows as the warehouse's REST interface gives them: a JSON list of `{"f": [{"v": …}]}`
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults>).
///
/// They cannot be serialised, and their debug form does not show them.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct RawRows(Box<RawValue>);

impl RawRows {
    /// The wire text.
    pub(crate) fn wire(&self) -> &str {
        self.0.get()
    }
}

impl fmt::Debug for RawRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawRows(…)")
    }
}

/// Rows that may leave: natural JSON, a list with a value for each column of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedRows {
    pub(crate) json: String,
    pub(crate) count: u64,
}

impl MaskedRows {
    /// A JSON list of lists.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Gives the JSON text away.
    #[must_use]
    pub fn into_json(self) -> String {
        self.json
    }

    /// How many rows there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }
}

/// Why rows could not be read. Names columns and types, never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// A row, or a struct, has more or fewer cells than the schema has columns.
    #[error("a row has {found} cells where the schema has {expected} columns")]
    ColumnCount {
        /// Columns of the schema.
        expected: usize,
        /// Cells of the row; one more than expected stands for any larger number.
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
    /// The text is not a list of rows.
    #[error("the rows are not in the form that the interface describes")]
    Malformed,
}
