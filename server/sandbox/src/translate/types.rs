//! Type names, as in `CAST(x AS STRUCT<a INT64>)`.

use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo, StructField, TimezoneInfo};

use super::Rendered;
use crate::{engine::quote, error::QueryError};

/// The engine's name of a BigQuery type.
pub(super) fn engine_type(data_type: &DataType) -> Rendered {
    Ok(match data_type {
        DataType::Int64
        | DataType::BigInt(None)
        | DataType::Int(None)
        | DataType::Integer(None)
        | DataType::SmallInt(None)
        | DataType::TinyInt(None) => "BIGINT".into(),
        DataType::Float64 => "DOUBLE".into(),
        DataType::Numeric(ExactNumberInfo::None) | DataType::Decimal(ExactNumberInfo::None) => {
            "DECIMAL(38, 9)".into()
        }
        DataType::Bool | DataType::Boolean => "BOOLEAN".into(),
        DataType::String(None) => "VARCHAR".into(),
        DataType::Bytes(None) => "BLOB".into(),
        DataType::Date => "DATE".into(),
        DataType::Datetime(None) => "TIMESTAMP".into(),
        DataType::Time(None, TimezoneInfo::None) => "TIME".into(),
        DataType::Timestamp(None, TimezoneInfo::None) => "TIMESTAMPTZ".into(),
        DataType::JSON => "JSON".into(),
        DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => {
            format!("{}[]", engine_type(element)?)
        }
        DataType::Struct(fields, _) => struct_type(fields)?,
        other => return Err(QueryError::unsupported(format!("the type {other}"))),
    })
}

/// The engine's name of a scalar type that stands as a plain word.
pub(super) fn scalar_by_name(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_uppercase().as_str() {
        "INT64" => "BIGINT",
        "FLOAT64" => "DOUBLE",
        "NUMERIC" => "DECIMAL(38, 9)",
        "BOOL" => "BOOLEAN",
        "STRING" => "VARCHAR",
        "BYTES" => "BLOB",
        "DATE" => "DATE",
        "DATETIME" => "TIMESTAMP",
        "TIME" => "TIME",
        "TIMESTAMP" => "TIMESTAMPTZ",
        "JSON" => "JSON",
        _ => return None,
    })
}

fn struct_type(fields: &[StructField]) -> Rendered {
    let fields = fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let name = field
                .field_name
                .as_ref()
                .map_or_else(|| anonymous_field(index), |name| name.value.clone());
            Ok(format!(
                "{} {}",
                quote(&name),
                engine_type(&field.field_type)?
            ))
        })
        .collect::<Result<Vec<_>, QueryError>>()?;
    Ok(format!("STRUCT({})", fields.join(", ")))
}

/// What BigQuery calls a struct's field that has no name.
pub(super) fn anonymous_field(index: usize) -> String {
    format!("_field_{}", index + 1)
}
