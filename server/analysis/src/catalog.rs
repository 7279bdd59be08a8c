//! What is known of the warehouse: tables, columns, tags and views.

use std::collections::BTreeMap;

use domain::{Column, MaskRules, TableName};
use serde::{Deserialize, Serialize};

/// The tables and views that a statement may name, and where short names point to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// The project of names with fewer than three parts.
    pub default_project: String,
    /// The dataset of names with one part.
    pub default_dataset: String,
    /// Which rule masks which tag.
    #[serde(default)]
    pub mask_rules: MaskRules,
    /// Tables by full name; names are case-sensitive.
    #[serde(default)]
    pub tables: BTreeMap<TableName, Table>,
    /// Views by full name.
    #[serde(default)]
    pub views: BTreeMap<TableName, View>,
}

/// A table's columns in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// In the order of `SELECT *`.
    pub columns: Vec<Column>,
    /// The column by which it is partitioned; `_PARTITIONTIME` for the time of ingestion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_column: Option<String>,
    /// Whether the warehouse reads it only with a filter on that column.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_partition_filter: bool,
}

/// A view's definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The query that the view stands for.
    pub sql: String,
}
