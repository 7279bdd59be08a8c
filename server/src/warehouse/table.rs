//! What a table or view looks like.

use domain::{Column, TableName};

/// A table or view as BigQuery describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDescription {
    /// Its full name.
    pub name: TableName,
    /// Its columns; a column's tag is the last segment of its policy tag.
    pub columns: Vec<Column>,
    /// The query of a view or materialised view.
    pub view_sql: Option<String>,
    /// Rows, where BigQuery counts them.
    pub rows: Option<u64>,
    /// Bytes, where BigQuery counts them.
    pub bytes: Option<u64>,
}
