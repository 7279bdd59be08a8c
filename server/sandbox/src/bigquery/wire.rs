//! Values and schemas as BigQuery's REST API writes them: every scalar is a string.
//!
//! Source: <https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults>

use base64::{Engine as _, engine::general_purpose::STANDARD};
use duckdb::types::{TimeUnit, Value};
use serde_json::{Value as Json, json};
use time::{Date, Duration, OffsetDateTime, Time};

use crate::{
    engine::{ColumnType, Field, policy_tag},
    error::QueryError,
};

/// How instants are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TimestampFormat {
    /// Seconds since 1970 with a fraction, such as `1.7041536E9`.
    #[default]
    FloatSeconds,
    /// Microseconds since 1970.
    Microseconds,
    /// `2024-01-01T00:00:00.000000Z`.
    Iso8601,
}

/// A row: `{"f":[{"v":…}, …]}`.
pub(super) fn row(
    values: &[Value],
    fields: &[Field],
    format: TimestampFormat,
) -> Result<Json, QueryError> {
    let cells = values
        .iter()
        .zip(fields)
        .map(|(value, field)| {
            Ok(json!({"v": cell(value, &field.column_type, &field.name, format)?}))
        })
        .collect::<Result<Vec<_>, QueryError>>()?;
    Ok(json!({"f": cells}))
}

fn cell(
    value: &Value,
    column_type: &ColumnType,
    name: &str,
    format: TimestampFormat,
) -> Result<Json, QueryError> {
    Ok(match (value, column_type) {
        (Value::Null, ColumnType::Array(_)) => json!([]),
        (Value::Null, _) => Json::Null,
        (Value::List(values) | Value::Array(values), ColumnType::Array(element)) => {
            array(values, element, name, format)?
        }
        (Value::Struct(entries), ColumnType::Struct(fields)) => {
            let values: Vec<Value> = entries.values().cloned().collect();
            row(&values, fields, format)?
        }
        (Value::Timestamp(unit, count), ColumnType::Timestamp) => {
            json!(timestamp(microseconds(*unit, *count), format))
        }
        (scalar, _) => json!(text(scalar)?),
    })
}

fn array(
    values: &[Value],
    element: &ColumnType,
    name: &str,
    format: TimestampFormat,
) -> Result<Json, QueryError> {
    let cells = values
        .iter()
        .map(|value| match value {
            Value::Null => Err(QueryError::invalid_query(format!(
                "Array cannot have a null element; error in writing field {name}"
            ))),
            value => Ok(json!({"v": cell(value, element, name, format)?})),
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Json::Array(cells))
}

fn text(value: &Value) -> Result<String, QueryError> {
    Ok(match value {
        Value::Boolean(truth) => truth.to_string(),
        Value::TinyInt(number) => number.to_string(),
        Value::SmallInt(number) => number.to_string(),
        Value::Int(number) => number.to_string(),
        Value::BigInt(number) => number.to_string(),
        Value::HugeInt(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::UBigInt(number) => number.to_string(),
        Value::Float(number) => float(f64::from(*number)),
        Value::Double(number) => float(*number),
        Value::Decimal(number) => decimal(&number.to_string()),
        Value::Text(text) | Value::Enum(text) => text.clone(),
        Value::Blob(bytes) => STANDARD.encode(bytes),
        Value::Date32(days) => date(*days)?.to_string(),
        Value::Time64(unit, count) => time_of_day(microseconds(*unit, *count))?,
        Value::Timestamp(unit, count) => datetime(microseconds(*unit, *count))?,
        _ => return Err(QueryError::unsupported("a value of this type in a result")),
    })
}

/// A double in the shortest form that reads back the same; exponents have a capital E.
fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .into();
    }
    format!("{number:?}").replace('e', "E")
}

/// A decimal without an empty fraction.
fn decimal(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

fn microseconds(unit: TimeUnit, count: i64) -> i64 {
    match unit {
        TimeUnit::Second => count.saturating_mul(1_000_000),
        TimeUnit::Millisecond => count.saturating_mul(1_000),
        TimeUnit::Microsecond => count,
        TimeUnit::Nanosecond => count / 1_000,
    }
}

fn instant(microseconds: i64) -> Result<OffsetDateTime, QueryError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(microseconds) * 1_000)
        .map_err(|_| QueryError::invalid_query("Cannot return an invalid timestamp value"))
}

fn timestamp(microseconds: i64, format: TimestampFormat) -> String {
    match format {
        TimestampFormat::Microseconds => microseconds.to_string(),
        TimestampFormat::Iso8601 => instant(microseconds).map_or_else(
            |_| String::new(),
            |at| {
                format!(
                    "{}T{}.{:06}Z",
                    at.date(),
                    clock(at.time()),
                    at.microsecond()
                )
            },
        ),
        TimestampFormat::FloatSeconds => {
            let (whole, fraction) = (
                microseconds.div_euclid(1_000_000),
                microseconds.rem_euclid(1_000_000),
            );
            let seconds = format!("{whole}.{fraction:06}")
                .parse::<f64>()
                .unwrap_or_default();
            let seconds = if whole < 0 && fraction > 0 {
                negative_seconds(whole, fraction)
            } else {
                seconds
            };
            format!("{seconds:E}")
        }
    }
}

/// Before 1970 the fraction counts up from the earlier second.
fn negative_seconds(whole: i64, fraction: i64) -> f64 {
    format!("-{}.{:06}", -(whole + 1), 1_000_000 - fraction)
        .parse()
        .unwrap_or_default()
}

fn date(days: i32) -> Result<Date, QueryError> {
    time::macros::date!(1970 - 01 - 01)
        .checked_add(Duration::days(i64::from(days)))
        .ok_or_else(|| QueryError::invalid_query("Cannot return an invalid date value"))
}

fn clock(time: Time) -> String {
    format!(
        "{:02}:{:02}:{:02}",
        time.hour(),
        time.minute(),
        time.second()
    )
}

fn with_fraction(time: Time) -> String {
    match time.microsecond() {
        0 => clock(time),
        fraction => format!("{}.{fraction:06}", clock(time)),
    }
}

fn time_of_day(microseconds: i64) -> Result<String, QueryError> {
    Ok(with_fraction(instant(microseconds)?.time()))
}

fn datetime(microseconds: i64) -> Result<String, QueryError> {
    let at = instant(microseconds)?;
    Ok(format!("{}T{}", at.date(), with_fraction(at.time())))
}

/// A result's schema.
pub(super) fn schema(fields: &[Field]) -> Json {
    json!({"fields": fields.iter().map(|field| described_field(field, None)).collect::<Vec<_>>()})
}

/// A table's schema, with the policy tags of its columns; `path` is `dataset.table`.
pub(super) fn table_schema(fields: &[Field], path: &str) -> Json {
    json!({"fields": fields.iter().map(|field| described_field(field, Some(path))).collect::<Vec<_>>()})
}

fn described_field(field: &Field, parent: Option<&str>) -> Json {
    let path = parent.map(|parent| format!("{parent}.{}", field.name));
    let (mode, element) = match &field.column_type {
        ColumnType::Array(element) => ("REPEATED", element.as_ref()),
        _ if field.required => ("REQUIRED", &field.column_type),
        other => ("NULLABLE", other),
    };
    let mut described = json!({"name": field.name, "type": element.rest_name(), "mode": mode});
    if let ColumnType::Struct(fields) = element {
        let inner = fields
            .iter()
            .map(|inner| described_field(inner, path.as_deref()));
        described["fields"] = inner.collect();
    }
    if let Some(tag) = path.as_deref().and_then(policy_tag) {
        described["policyTags"] = json!({"names": [tag]});
    }
    described
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_bigquery_does() {
        assert_eq!(float(100.0), "100.0");
        assert_eq!(float(1e20), "1E20");
        assert_eq!(float(f64::NEG_INFINITY), "-Infinity");
        assert_eq!(decimal("42.750000000"), "42.75");
        assert_eq!(decimal("100.000000000"), "100");
    }

    #[test]
    fn instants_are_written_in_the_format_asked_for() {
        let at = 1_704_067_200_500_000;
        assert_eq!(
            timestamp(at, TimestampFormat::FloatSeconds),
            "1.7040672005E9"
        );
        assert_eq!(
            timestamp(at, TimestampFormat::Microseconds),
            "1704067200500000"
        );
        assert_eq!(
            timestamp(at, TimestampFormat::Iso8601),
            "2024-01-01T00:00:00.500000Z"
        );
        assert_eq!(timestamp(-500_000, TimestampFormat::FloatSeconds), "-5E-1");
    }

    #[test]
    fn dates_and_times_have_a_fraction_only_when_needed() {
        assert_eq!(datetime(0), Ok("1970-01-01T00:00:00".into()));
        assert_eq!(time_of_day(1_500_000), Ok("00:00:01.500000".into()));
    }

    #[test]
    fn an_array_with_a_null_element_is_refused() {
        let values = Value::List(vec![Value::Null]);
        assert!(
            cell(
                &values,
                &ColumnType::Array(Box::new(ColumnType::Int64)),
                "a",
                TimestampFormat::default()
            )
            .is_err()
        );
    }
}
