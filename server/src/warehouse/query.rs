//! A query as the warehouse gets it, and what a dry run says about it.

use std::fmt;

use domain::{Column, TableName};
use serde_json::Value;

/// SQL with everything that decides what it does. Its text and values never show in
/// debug output.
#[derive(Clone)]
pub struct Query {
    /// GoogleSQL.
    pub sql: String,
    /// All named, or all by position.
    pub parameters: Vec<Parameter>,
    /// Where unqualified table names are looked up: `dataset` or `project.dataset`.
    pub default_dataset: Option<String>,
    /// The job fails, without cost, when it would bill more bytes than this.
    pub maximum_bytes_billed: u64,
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("sql", &format_args!("[{} bytes]", self.sql.len()))
            .field("parameters", &self.parameters)
            .field("default_dataset", &self.default_dataset)
            .field("maximum_bytes_billed", &self.maximum_bytes_billed)
            .finish()
    }
}

/// A query parameter. Its value never shows in debug output.
#[derive(Clone)]
pub struct Parameter {
    /// None for a parameter by position.
    pub name: Option<String>,
    /// `STRING`, `INT64` … or `ARRAY<…>` of them.
    pub data_type: String,
    /// A scalar, null, or an array of them.
    pub value: Value,
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameter")
            .field("name", &self.name)
            .field("data_type", &self.data_type)
            .finish_non_exhaustive()
    }
}

/// BigQuery's own word on a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRun {
    /// `SELECT`, `INSERT`, `SCRIPT` …
    /// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2>).
    pub statement_type: String,
    /// The tables the query reads, as BigQuery resolved them.
    pub referenced_tables: Vec<TableName>,
    /// The columns of the answer; empty when there is none.
    pub schema: Vec<Column>,
    /// Bytes it would process.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_neither_text_nor_values() {
        let query = Query {
            sql: "SELECT 'hidden text'".to_owned(),
            parameters: vec![Parameter {
                name: Some("country".to_owned()),
                data_type: "STRING".to_owned(),
                value: Value::from("hidden value"),
            }],
            default_dataset: None,
            maximum_bytes_billed: 1,
        };
        let shown = format!("{query:?}");
        assert!(!shown.contains("hidden"), "{shown}");
        assert!(shown.contains("country"), "{shown}");
    }
}
