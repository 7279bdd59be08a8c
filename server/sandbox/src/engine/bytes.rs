//! How many bytes a query reads, by BigQuery's size rules over the columns it needs.
//!
//! Which columns those are is the engine's own word: its plan names what each scan reads.
//! Source: <https://cloud.google.com/bigquery/docs/estimate-costs#data_types_pricing>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{ColumnType, EngineError, Field, PROJECT, Session, Table, TableName, quote};
use crate::translate::{Kind, Translation};

impl Session {
    /// The bytes that a statement reads.
    pub(super) fn bytes_read(&self, translation: &Translation) -> Result<u64, EngineError> {
        if matches!(translation.kind, Kind::Ddl("CREATE_TABLE" | "DROP_TABLE"))
            || translation.references.is_empty()
        {
            return Ok(0);
        }
        let plan: String = self.connection.query_row(
            &format!("EXPLAIN (FORMAT JSON) {}", translation.sql),
            [],
            |row| row.get(1),
        )?;
        let mut scans = BTreeMap::new();
        collect_scans(&serde_json::from_str(&plan).unwrap_or_default(), &mut scans);
        let catalog = self.catalog()?;
        let mut bytes = 0;
        for (path, words) in scans {
            let Some((dataset, table)) = path.split_once('.') else {
                continue;
            };
            let table = catalog.table(&TableName::new(dataset, table))?;
            let columns: Vec<&Field> = table
                .columns
                .iter()
                .filter(|column| words.contains(&column.name))
                .collect();
            bytes += self.bytes_of(&table.name, &columns)?;
        }
        Ok(bytes)
    }

    /// The bytes of a whole table.
    ///
    /// # Errors
    /// The engine fails.
    pub fn table_bytes(&self, table: &Table) -> Result<u64, EngineError> {
        self.bytes_of(&table.name, &table.columns.iter().collect::<Vec<_>>())
    }

    fn bytes_of(&self, table: &TableName, columns: &[&Field]) -> Result<u64, EngineError> {
        if columns.is_empty() {
            return Ok(0);
        }
        let sizes: Vec<String> = columns
            .iter()
            .map(|column| {
                format!(
                    "sum({})",
                    size(&quote(&column.name), &column.column_type, 0)
                )
            })
            .collect();
        let sql = format!(
            "SELECT CAST(coalesce({}, 0) AS UBIGINT) FROM {}",
            sizes.join(" + "),
            table.quoted()
        );
        Ok(self.connection.query_row(&sql, [], |row| row.get(0))?)
    }
}

/// The engine's SQL for the size of one value; NULL counts nothing.
fn size(value: &str, column_type: &ColumnType, depth: usize) -> String {
    match column_type {
        ColumnType::Bool => format!("CASE WHEN {value} IS NULL THEN 0 ELSE 1 END"),
        ColumnType::Numeric => format!("CASE WHEN {value} IS NULL THEN 0 ELSE 16 END"),
        ColumnType::String | ColumnType::Json => {
            format!("coalesce(2 + strlen(CAST({value} AS VARCHAR)), 0)")
        }
        ColumnType::Bytes => format!("coalesce(2 + octet_length({value}), 0)"),
        ColumnType::Struct(fields) => {
            let sizes: Vec<String> = fields
                .iter()
                .map(|field| {
                    size(
                        &format!("({value}).{}", quote(&field.name)),
                        &field.column_type,
                        depth,
                    )
                })
                .collect();
            format!("({})", sizes.join(" + "))
        }
        ColumnType::Array(element) => {
            let name = format!("element_{depth}");
            format!(
                "coalesce(list_sum(list_transform({value}, {name} -> {})), 0)",
                size(&name, element, depth + 1)
            )
        }
        _ => format!("CASE WHEN {value} IS NULL THEN 0 ELSE 8 END"),
    }
}

/// Gathers, for each table in the plan, the words of its projections and filters.
fn collect_scans(plan: &Value, scans: &mut BTreeMap<String, BTreeSet<String>>) {
    match plan {
        Value::Array(nodes) => nodes.iter().for_each(|node| collect_scans(node, scans)),
        Value::Object(node) => {
            if let Some(details) = node.get("extra_info")
                && let Some(path) = details.get("Table").and_then(Value::as_str)
                && let Some(path) = path
                    .strip_prefix(PROJECT)
                    .and_then(|rest| rest.strip_prefix('.'))
            {
                let words = scans.entry(path.to_owned()).or_default();
                for key in ["Projections", "Filters"] {
                    collect_words(details.get(key), words);
                }
            }
            if let Some(children) = node.get("children") {
                collect_scans(children, scans);
            }
        }
        _ => {}
    }
}

fn collect_words(text: Option<&Value>, words: &mut BTreeSet<String>) {
    match text {
        Some(Value::String(text)) => {
            for outside_quotes in text.split('\'').step_by(2) {
                let separator = |character: char| !character.is_alphanumeric() && character != '_';
                words.extend(outside_quotes.split(separator).map(str::to_owned));
            }
        }
        Some(Value::Array(texts)) => texts
            .iter()
            .for_each(|text| collect_words(Some(text), words)),
        _ => {}
    }
}
