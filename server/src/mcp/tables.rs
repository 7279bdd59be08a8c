//! The tables that a run may read, as `list_tables` and `describe_table` tell of them.

use domain::{Mode, TableName};
use schemars::JsonSchema;
use serde::Serialize;

use crate::services::{DescribedColumn, ReadableTable};

/// The tables and views that this run may read.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Tables {
    /// In the order of their names.
    tables: Vec<Listed>,
}

/// A table or view of the list.
#[derive(Debug, Serialize, JsonSchema)]
struct Listed {
    /// Its full name, as SQL names it between backticks.
    name: String,
    /// `table` or `view`.
    kind: &'static str,
    /// How many columns this run may read; absent for a view.
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<usize>,
}

/// A table or view.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Described {
    /// Its full name.
    name: String,
    /// `table` or `view`.
    kind: &'static str,
    /// Its columns and the fields within them, without those that this run may not read.
    columns: Vec<DescribedField>,
}

/// A column, or a field within one.
#[derive(Debug, Serialize, JsonSchema)]
struct DescribedField {
    /// As SQL names it: `user.email` for a field.
    path: String,
    /// GoogleSQL's name of the type; absent for a view's.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    data_type: Option<String>,
    /// Whether it is an array.
    repeated: bool,
    /// What it holds, where somebody said; without one it is unclassified.
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    /// What a query sees in place of its values, where it is sensitive. Filters and joins see
    /// the masked value too.
    #[serde(skip_serializing_if = "Option::is_none")]
    masked_as: Option<String>,
}

impl From<Vec<ReadableTable>> for Tables {
    fn from(tables: Vec<ReadableTable>) -> Self {
        let tables = tables.into_iter().map(|table| Listed {
            kind: kind(table.is_view),
            columns: (!table.is_view).then_some(table.columns.len()),
            name: table.name.to_string(),
        });
        Self {
            tables: tables.collect(),
        }
    }
}

impl Described {
    pub(super) fn new(name: &TableName, is_view: bool, columns: Vec<DescribedColumn>) -> Self {
        Self {
            name: name.to_string(),
            kind: kind(is_view),
            columns: columns.into_iter().map(DescribedField::from).collect(),
        }
    }
}

const fn kind(is_view: bool) -> &'static str {
    if is_view { "view" } else { "table" }
}

impl From<DescribedColumn> for DescribedField {
    fn from(column: DescribedColumn) -> Self {
        Self {
            path: column.path,
            data_type: column.data_type,
            repeated: column.mode == Mode::Repeated,
            tag: column.tag.map(|tag| tag.to_string()),
            masked_as: column.rule.map(|rule| rule.looks_like().to_owned()),
        }
    }
}
