//! What a table or view looks like.

use domain::{Column, TableName, Timestamp};

/// A table or view as BigQuery describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDescription {
    /// Its full name.
    pub name: TableName,
    /// Its columns; a column's tag is the last segment of its policy tag.
    pub columns: Vec<Column>,
    /// The query of a view or materialised view.
    pub view_sql: Option<String>,
    /// The column by which it is partitioned; `_PARTITIONTIME` for the time of ingestion.
    pub partition_column: Option<String>,
    /// Whether BigQuery reads it only with a filter on that column.
    pub require_partition_filter: bool,
    /// Rows, where BigQuery counts them.
    pub rows: Option<u64>,
    /// Bytes, where BigQuery counts them.
    pub bytes: Option<u64>,
    /// BigQuery's own digest of all this, its data included.
    pub etag: Option<String>,
    /// When its data or its definition last changed.
    pub modified_at: Option<Timestamp>,
}
