//! Columns and tables as BigQuery's API describes them.

use domain::{Column, Mode, TableName};
use serde_json::{Value, json};

/// `schema` of a table or a result
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableSchema>).
pub(super) fn schema(columns: &[Column]) -> Value {
    json!({ "fields": columns.iter().map(field).collect::<Vec<_>>() })
}

fn field(column: &Column) -> Value {
    let mode = match column.mode {
        Mode::Nullable => "NULLABLE",
        Mode::Required => "REQUIRED",
        Mode::Repeated => "REPEATED",
    };
    let mut field = json!({
        "name": column.name,
        "type": legacy_name(&column.data_type),
        "mode": mode,
    });
    if !column.fields.is_empty() {
        field["fields"] = column.fields.iter().map(self::field).collect();
    }
    if let Some(tag) = &column.tag {
        field["description"] = format!("tagged {tag}; what leaves is masked").into();
    }
    field
}

/// The API answers with the names that types had before GoogleSQL.
fn legacy_name(data_type: &str) -> &str {
    match data_type {
        "INT64" => "INTEGER",
        "FLOAT64" => "FLOAT",
        "BOOL" => "BOOLEAN",
        "STRUCT" => "RECORD",
        other => other,
    }
}

/// `tableReference` of a table's full name.
pub(super) fn table_reference(table: &TableName) -> Option<Value> {
    let mut parts = table.as_str().rsplitn(3, '.');
    let (id, dataset, project) = (parts.next()?, parts.next()?, parts.next()?);
    Some(json!({"projectId": project, "datasetId": dataset, "tableId": id}))
}
