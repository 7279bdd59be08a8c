//! Masked values back in BigQuery's wire form, which its clients read.

use domain::{Column, Mode};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// How a client wants points in time
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/DataFormatOptions>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimestampForm {
    /// Seconds since 1970, with a point.
    Seconds,
    /// Microseconds since 1970.
    Microseconds,
}

/// One row.
pub(super) fn row(columns: &[Column], values: &[Value], timestamps: TimestampForm) -> Value {
    let cells = columns.iter().zip(values);
    let cells = cells.map(|(column, value)| json!({ "v": cell(column, value, timestamps) }));
    json!({ "f": cells.collect::<Vec<_>>() })
}

fn cell(column: &Column, value: &Value, timestamps: TimestampForm) -> Value {
    match value {
        Value::Array(elements) if column.mode == Mode::Repeated => elements
            .iter()
            .map(|element| json!({ "v": single(column, element, timestamps) }))
            .collect(),
        one => single(column, one, timestamps),
    }
}

fn single(column: &Column, value: &Value, timestamps: TimestampForm) -> Value {
    match (column.data_type.as_str(), value) {
        (_, Value::Null) => Value::Null,
        ("STRUCT" | "RECORD", value) => fields(&column.fields, value, timestamps),
        ("JSON", document) => document.to_string().into(),
        ("TIMESTAMP", Value::String(text)) => timestamp(text, timestamps),
        ("INT64" | "INTEGER", Value::String(text)) => {
            only(text, |text| text.parse::<i64>().is_ok())
        }
        ("NUMERIC" | "BIGNUMERIC", Value::String(text)) => {
            only(text, |text| text.parse::<f64>().is_ok())
        }
        (_, Value::String(text)) => text.as_str().into(),
        (_, scalar) => scalar.to_string().into(),
    }
}

/// A number in which the scan found something sensitive has become text, which no client reads
/// as a number: it is left out.
fn only(text: &str, is_readable: fn(&str) -> bool) -> Value {
    if is_readable(text) {
        text.into()
    } else {
        Value::Null
    }
}

/// Fields without a name, or with one that stood before, are named by their position too.
fn fields(columns: &[Column], value: &Value, timestamps: TimestampForm) -> Value {
    let mut names: Vec<&str> = Vec::new();
    let mut cells = Vec::new();
    for (position, column) in columns.iter().enumerate() {
        let is_known = column.name.is_empty() || names.contains(&column.name.as_str());
        let member = if is_known {
            value.get(format!("{}_{position}", column.name))
        } else {
            value.get(&column.name)
        };
        names.push(&column.name);
        let member = member.unwrap_or(&Value::Null);
        cells.push(json!({ "v": cell(column, member, timestamps) }));
    }
    json!({ "f": cells })
}

fn timestamp(text: &str, form: TimestampForm) -> Value {
    let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) else {
        return Value::Null;
    };
    let micros = time.unix_timestamp_nanos() / 1000;
    match form {
        TimestampForm::Microseconds => micros.to_string().into(),
        TimestampForm::Seconds => {
            let sign = if micros < 0 { "-" } else { "" };
            let micros = micros.unsigned_abs();
            format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(column: &Value, value: &Value) -> Value {
        let column: Column = serde_json::from_value(column.clone()).expect("a column");
        cell(&column, value, TimestampForm::Microseconds)
    }

    #[test]
    fn scalars_are_text_on_the_wire() {
        for (data_type, natural, expected) in [
            ("INT64", json!(-5), json!("-5")),
            (
                "INT64",
                json!("9007199254740993"),
                json!("9007199254740993"),
            ),
            ("INT64", json!("[masked: pci.card_number]"), Value::Null),
            ("FLOAT64", json!(1.5), json!("1.5")),
            ("FLOAT64", json!("NaN"), json!("NaN")),
            ("BOOL", json!(true), json!("true")),
            ("NUMERIC", json!("12.30"), json!("12.30")),
            ("STRING", json!("é"), json!("é")),
            ("JSON", json!({"a": [1]}), json!(r#"{"a":[1]}"#)),
            ("JSON", json!("x"), json!(r#""x""#)),
            (
                "TIMESTAMP",
                json!("2024-01-01T00:00:00.25Z"),
                json!("1704067200250000"),
            ),
            ("STRING", Value::Null, Value::Null),
        ] {
            let column = json!({"name": "c", "type": data_type});
            assert_eq!(wire(&column, &natural), expected, "{data_type} {natural}");
        }
    }

    #[test]
    fn seconds_have_a_point() {
        let seconds = |text| timestamp(text, TimestampForm::Seconds);
        assert_eq!(seconds("2024-01-01T00:00:00Z"), json!("1704067200.000000"));
        assert_eq!(seconds("1969-12-31T23:59:59.5Z"), json!("-0.500000"));
    }

    #[test]
    fn nests_are_lists_and_cells() {
        let column = json!({"name": "i", "type": "STRUCT", "mode": "REPEATED", "fields": [
            {"name": "sku", "type": "STRING"}, {"name": "sku", "type": "INT64"}]});
        let value = json!([{"sku": "a", "sku_1": 2}]);
        let expected = json!([{"v": {"f": [{"v": "a"}, {"v": "2"}]}}]);
        assert_eq!(wire(&column, &value), expected);
    }
}
