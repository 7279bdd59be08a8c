//! The types of columns: BigQuery's names for what the engine calls otherwise.

use crate::error::QueryError;

/// A BigQuery type, as far as the engine has an equivalent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnType {
    /// 64-bit integer.
    Int64,
    /// IEEE double.
    Float64,
    /// Decimal with scale 9.
    Numeric,
    /// Truth value.
    Bool,
    /// Text.
    String,
    /// Bytes.
    Bytes,
    /// Calendar date.
    Date,
    /// Date and time without zone.
    Datetime,
    /// Time of day.
    Time,
    /// Instant.
    Timestamp,
    /// JSON document.
    Json,
    /// Fields by name.
    Struct(Vec<Field>),
    /// Repeated values; never directly an array.
    Array(Box<ColumnType>),
}

/// A column or a struct's field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub column_type: ColumnType,
    /// Whether it never holds NULL.
    pub required: bool,
}

impl ColumnType {
    /// Reads the engine's own spelling of a type, such as `STRUCT(a BIGINT, b VARCHAR[])`.
    ///
    /// # Errors
    /// The type has no equivalent in BigQuery.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let text = text.trim();
        if let Some(element) = text.strip_suffix("[]") {
            return match Self::parse(element)? {
                Self::Array(_) => Err(QueryError::invalid_query(
                    "Cannot construct array with element type ARRAY; an array of arrays is not supported",
                )),
                element => Ok(Self::Array(Box::new(element))),
            };
        }
        if let Some(fields) = text
            .strip_prefix("STRUCT(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return split_fields(fields)
                .into_iter()
                .map(parse_field)
                .collect::<Result<_, _>>()
                .map(Self::Struct);
        }
        Ok(match text {
            "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "HUGEINT" | "UBIGINT" | "UINTEGER"
            | "\"NULL\"" | "NULL" => Self::Int64,
            "FLOAT" | "DOUBLE" => Self::Float64,
            "BOOLEAN" => Self::Bool,
            "VARCHAR" => Self::String,
            "BLOB" => Self::Bytes,
            "DATE" => Self::Date,
            "TIMESTAMP" => Self::Datetime,
            "TIME" => Self::Time,
            "TIMESTAMP WITH TIME ZONE" => Self::Timestamp,
            "JSON" => Self::Json,
            decimal if decimal.starts_with("DECIMAL(") => Self::Numeric,
            other => return Err(QueryError::unsupported(format!("a result of type {other}"))),
        })
    }

    /// The name used in REST schemas; structs are `RECORD`, arrays have the name of their element.
    ///
    /// Source: <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema>
    #[must_use]
    pub fn rest_name(&self) -> &'static str {
        match self {
            Self::Int64 => "INTEGER",
            Self::Float64 => "FLOAT",
            Self::Numeric => "NUMERIC",
            Self::Bool => "BOOLEAN",
            Self::String => "STRING",
            Self::Bytes => "BYTES",
            Self::Date => "DATE",
            Self::Datetime => "DATETIME",
            Self::Time => "TIME",
            Self::Timestamp => "TIMESTAMP",
            Self::Json => "JSON",
            Self::Struct(_) => "RECORD",
            Self::Array(element) => element.rest_name(),
        }
    }

    /// The type as written in SQL, such as `ARRAY<STRUCT<key STRING, value STRING>>`.
    #[must_use]
    pub fn sql_name(&self) -> String {
        match self {
            Self::Int64 => "INT64".into(),
            Self::Float64 => "FLOAT64".into(),
            Self::Bool => "BOOL".into(),
            Self::Struct(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|field| format!("{} {}", field.name, field.column_type.sql_name()))
                    .collect();
                format!("STRUCT<{}>", fields.join(", "))
            }
            Self::Array(element) => format!("ARRAY<{}>", element.sql_name()),
            scalar => scalar.rest_name().into(),
        }
    }
}

/// Splits `a BIGINT, b STRUCT(c VARCHAR, d DATE)` at the commas outside brackets and quotes.
fn split_fields(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut start, mut parts) = (0_usize, false, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Reads `name TYPE` or `"name" TYPE`.
fn parse_field(text: &str) -> Result<Field, QueryError> {
    let text = text.trim();
    let (name, column_type) = match text.strip_prefix('"') {
        Some(rest) => {
            let end = closing_quote(rest);
            (
                rest[..end].replace("\"\"", "\""),
                &rest[(end + 1).min(rest.len())..],
            )
        }
        None => text
            .split_once(' ')
            .map_or((String::new(), text), |(name, rest)| {
                (name.to_owned(), rest)
            }),
    };
    Ok(Field {
        name,
        column_type: ColumnType::parse(column_type)?,
        required: false,
    })
}

/// Where a quoted name ends; a doubled quote belongs to the name.
fn closing_quote(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'"', Some(b'"')) => at += 2,
            (b'"', _) => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_types_keep_their_shape() {
        let parsed = ColumnType::parse(
            "STRUCT(sku VARCHAR, \"a, \"\"b\" DECIMAL(38,9), inner STRUCT(x TIMESTAMP WITH TIME ZONE)[])[]",
        );
        assert_eq!(
            parsed.expect("parses").sql_name(),
            "ARRAY<STRUCT<sku STRING, a, \"b NUMERIC, inner ARRAY<STRUCT<x TIMESTAMP>>>>"
        );
    }

    #[test]
    fn a_type_without_equivalent_is_refused_by_name() {
        let error = ColumnType::parse("INTERVAL").expect_err("refused");
        assert!(error.message.contains("INTERVAL"), "{error}");
    }

    #[test]
    fn an_array_of_arrays_is_refused() {
        assert!(ColumnType::parse("BIGINT[][]").is_err());
    }
}
