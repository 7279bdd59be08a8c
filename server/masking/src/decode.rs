//! The warehouse's wire form to natural JSON.
//!
//! On the wire every scalar is text, a repeated value is a list of `{"v": …}`, and a struct is
//! `{"f": [{"v": …}]}`. Timestamps come as seconds, often in scientific notation, or as
//! microseconds where the request asked for integers.

use domain::{Column, Mode};
use serde_json::{Map, Number, Value};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::cell::MaskError;

/// Integers up to here are exact in JavaScript's numbers (ECMA-262, `Number.MAX_SAFE_INTEGER`).
const MOST_EXACT: i64 = (1 << 53) - 1;

/// Decodes one cell of a column.
pub(crate) fn decode(column: &Column, wire: Value) -> Result<Value, MaskError> {
    decode_at(column, &column.name, wire)
}

fn decode_at(column: &Column, path: &str, wire: Value) -> Result<Value, MaskError> {
    if column.mode != Mode::Repeated {
        return single(column, path, wire);
    }
    match wire {
        // BigQuery does not tell an empty array from none.
        Value::Null => Ok(Value::Array(Vec::new())),
        Value::Array(elements) => elements
            .into_iter()
            .map(|element| single(column, path, unwrap(column, path, element)?))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        _ => Err(undecodable(column, path)),
    }
}

fn single(column: &Column, path: &str, wire: Value) -> Result<Value, MaskError> {
    let is_struct = matches!(column.data_type.as_str(), "STRUCT" | "RECORD");
    match wire {
        Value::Null => Ok(Value::Null),
        Value::Object(mut object) if is_struct => {
            let Some(Value::Array(cells)) = object.remove("f") else {
                return Err(undecodable(column, path));
            };
            fields(column, path, cells)
        }
        Value::String(text) if !is_struct => {
            scalar(&column.data_type, text).ok_or_else(|| undecodable(column, path))
        }
        _ => Err(undecodable(column, path)),
    }
}

fn fields(column: &Column, path: &str, cells: Vec<Value>) -> Result<Value, MaskError> {
    if cells.len() != column.fields.len() {
        return Err(MaskError::ColumnCount {
            expected: column.fields.len(),
            found: cells.len(),
        });
    }
    let mut object = Map::with_capacity(cells.len());
    for (position, (field, cell)) in column.fields.iter().zip(cells).enumerate() {
        let path = format!("{path}.{}", field.name);
        let value = decode_at(field, &path, unwrap(field, &path, cell)?)?;
        // A query may give a struct fields without a name, or several of one name.
        let name = if field.name.is_empty() || object.contains_key(&field.name) {
            format!("{}_{position}", field.name)
        } else {
            field.name.clone()
        };
        object.insert(name, value);
    }
    Ok(Value::Object(object))
}

/// Takes the value out of `{"v": …}`.
fn unwrap(column: &Column, path: &str, cell: Value) -> Result<Value, MaskError> {
    match cell {
        Value::Object(mut object) => object.remove("v").ok_or_else(|| undecodable(column, path)),
        _ => Err(undecodable(column, path)),
    }
}

/// A scalar's text as natural JSON; none where the text is not of the type.
fn scalar(data_type: &str, text: String) -> Option<Value> {
    match data_type {
        "INT64" | "INTEGER" => text.parse().ok().map(integer),
        "FLOAT64" | "FLOAT" => float(&text),
        "BOOL" | "BOOLEAN" => match text.as_str() {
            "true" | "TRUE" => Some(Value::Bool(true)),
            "false" | "FALSE" => Some(Value::Bool(false)),
            _ => None,
        },
        "TIMESTAMP" => timestamp(&text).map(Value::String),
        "JSON" => serde_json::from_str(&text).ok(),
        "NUMERIC" | "BIGNUMERIC" | "DECIMAL" | "BIGDECIMAL" => {
            is_decimal(&text).then_some(Value::String(text))
        }
        // Types whose wire text is already what people read, and types yet to come.
        _ => Some(Value::String(text)),
    }
}

fn integer(value: i64) -> Value {
    if (-MOST_EXACT..=MOST_EXACT).contains(&value) {
        Value::from(value)
    } else {
        Value::String(value.to_string())
    }
}

fn float(text: &str) -> Option<Value> {
    match text {
        "NaN" | "Infinity" | "-Infinity" => return Some(Value::String(text.to_owned())),
        "inf" | "+inf" => return Some(Value::String("Infinity".to_owned())),
        "-inf" => return Some(Value::String("-Infinity".to_owned())),
        _ => {}
    }
    let value: f64 = text.parse().ok()?;
    Number::from_f64(value).map(Value::Number)
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'))
}

/// Seconds since 1970 (`1.4e9`, `1400000000.123456`), or microseconds (16 digits and no point),
/// or a calendar time, as RFC 3339 in UTC.
fn timestamp(text: &str) -> Option<String> {
    if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
        return time.to_offset(time::UtcOffset::UTC).format(&Rfc3339).ok();
    }
    let micros = if text.contains(['.', 'e', 'E']) {
        seconds_to_micros(text)?
    } else {
        let whole: i64 = text.parse().ok()?;
        // BigQuery's years 1 to 9999 are below this many seconds, and beyond it in microseconds
        // but for the first days of 1970.
        if whole.abs() < 1_000_000_000_000 {
            whole.checked_mul(1_000_000)?
        } else {
            whole
        }
    };
    let time = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::microseconds(micros))?;
    time.format(&Rfc3339).ok()
}

/// Exact for plain decimals; scientific notation goes by way of a double, whose 53 bits hold
/// every microsecond until the year 2255.
fn seconds_to_micros(text: &str) -> Option<i64> {
    if text.contains(['e', 'E']) {
        let micros = (text.parse::<f64>().ok()? * 1e6).round();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "within the bound that is checked"
        )]
        return (micros.abs() < 9e18).then_some(micros as i64);
    }
    let (whole, fraction) = text.split_once('.')?;
    let negative = whole.starts_with('-');
    let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let whole = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?;
    let part: i64 = digits.parse().ok()?;
    whole.checked_add(if negative { -part } else { part })
}

fn undecodable(column: &Column, path: &str) -> MaskError {
    MaskError::Undecodable {
        column: path.to_owned(),
        data_type: column.data_type.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decoded(data_type: &str, wire: Value) -> Option<Value> {
        let column = json!({"name": "c", "type": data_type});
        let column: Column = serde_json::from_value(column).expect("a column");
        decode(&column, wire).ok()
    }

    #[test]
    fn scalars_become_natural_json() {
        for (data_type, wire, natural) in [
            ("INT64", "-5", json!(-5)),
            (
                "INT64",
                "9007199254740991",
                json!(9_007_199_254_740_991_i64),
            ),
            ("INT64", "9007199254740993", json!("9007199254740993")),
            ("FLOAT64", "1.5", json!(1.5)),
            ("FLOAT64", "NaN", json!("NaN")),
            ("BOOL", "true", json!(true)),
            ("NUMERIC", "12.30", json!("12.30")),
            ("DATE", "2024-02-29", json!("2024-02-29")),
            ("BYTES", "AAE=", json!("AAE=")),
            ("JSON", r#"{"a":[1]}"#, json!({"a": [1]})),
            ("TIMESTAMP", "1.7040672E9", json!("2024-01-01T00:00:00Z")),
            (
                "TIMESTAMP",
                "1704067200.25",
                json!("2024-01-01T00:00:00.25Z"),
            ),
            ("TIMESTAMP", "-0.5", json!("1969-12-31T23:59:59.5Z")),
            (
                "TIMESTAMP",
                "1704067200000000",
                json!("2024-01-01T00:00:00Z"),
            ),
        ] {
            assert_eq!(
                decoded(data_type, json!(wire)),
                Some(natural),
                "{data_type} {wire}"
            );
        }
        assert_eq!(decoded("INT64", Value::Null), Some(Value::Null));
    }

    #[test]
    fn nests_become_objects_and_arrays() {
        let column = json!({"name": "i", "type": "STRUCT", "mode": "REPEATED", "fields": [
            {"name": "sku", "type": "STRING"},
            {"name": "sizes", "type": "INT64", "mode": "REPEATED"}]});
        let column: Column = serde_json::from_value(column).expect("a column");
        let wire = json!([{"v": {"f": [{"v": "a"}, {"v": [{"v": "1"}, {"v": "2"}]}]}}]);
        assert_eq!(
            decode(&column, wire),
            Ok(json!([{"sku": "a", "sizes": [1, 2]}]))
        );
        assert_eq!(decode(&column, Value::Null), Ok(json!([])));
    }

    #[test]
    fn an_error_names_the_column_and_never_the_value() {
        for (data_type, wire) in [
            ("INT64", json!("secret")),
            ("BOOL", json!("secret")),
            ("TIMESTAMP", json!("secret")),
            ("NUMERIC", json!("secret")),
            ("JSON", json!("{secret")),
            ("STRING", json!({"v": "secret"})),
            ("STRUCT", json!("secret")),
        ] {
            let column = json!({"name": "c", "type": data_type});
            let column: Column = serde_json::from_value(column).expect("a column");
            let error = decode(&column, wire).expect_err("an error");
            let text = format!("{error} {error:?}");
            assert!(
                text.contains(data_type) && !text.contains("secret"),
                "{text}"
            );
        }
    }
}
