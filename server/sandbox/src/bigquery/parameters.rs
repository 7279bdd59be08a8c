//! Query parameters as clients send them, turned into typed literals.
//!
//! Source: <https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter>

use serde::Deserialize;
use serde_json::Value;

use crate::{error::QueryError, translate::Parameter};

/// A parameter: a name unless it is positional, a type and a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueryParameter {
    name: Option<String>,
    parameter_type: ParameterType,
    #[serde(default)]
    parameter_value: ParameterValue,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParameterType {
    r#type: String,
    array_type: Option<Box<ParameterType>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParameterValue {
    /// A string in the API's description; some clients send numbers and truth values bare.
    value: Option<Value>,
    array_values: Option<Vec<ParameterValue>>,
}

impl QueryParameter {
    /// The parameter with its value in the engine's SQL.
    pub(super) fn resolve(&self) -> Result<Parameter, QueryError> {
        let sql = literal(&self.parameter_type, &self.parameter_value)?;
        Ok(Parameter {
            name: self.name.clone().filter(|name| !name.is_empty()),
            sql,
        })
    }
}

fn literal(parameter_type: &ParameterType, value: &ParameterValue) -> Result<String, QueryError> {
    if parameter_type.r#type == "ARRAY" {
        let Some(element) = &parameter_type.array_type else {
            return Err(QueryError::invalid("An ARRAY parameter needs an arrayType"));
        };
        let values = value.array_values.as_deref().unwrap_or_default();
        let elements = values
            .iter()
            .map(|value| literal(element, value))
            .collect::<Result<Vec<_>, _>>()?;
        return Ok(format!(
            "CAST([{}] AS {}[])",
            elements.join(", "),
            engine_type(&element.r#type)?
        ));
    }
    let engine_type = engine_type(&parameter_type.r#type)?;
    Ok(match &value.value {
        None | Some(Value::Null) => format!("CAST(NULL AS {engine_type})"),
        Some(value) => {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let quoted = format!("'{}'", text.replace('\'', "''"));
            match engine_type {
                "VARCHAR" => quoted,
                "BLOB" => format!("from_base64({quoted})"),
                other => format!("CAST({quoted} AS {other})"),
            }
        }
    })
}

fn engine_type(name: &str) -> Result<&'static str, QueryError> {
    Ok(match name {
        "INT64" | "INTEGER" => "BIGINT",
        "FLOAT64" | "FLOAT" => "DOUBLE",
        "NUMERIC" => "DECIMAL(38, 9)",
        "BOOL" | "BOOLEAN" => "BOOLEAN",
        "STRING" => "VARCHAR",
        "BYTES" => "BLOB",
        "DATE" => "DATE",
        "DATETIME" => "TIMESTAMP",
        "TIME" => "TIME",
        "TIMESTAMP" => "TIMESTAMPTZ",
        "JSON" => "JSON",
        other => {
            return Err(QueryError::unsupported(format!(
                "a query parameter of type {other}"
            )));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(json: &str) -> String {
        let parameter: QueryParameter = serde_json::from_str(json).expect("parses");
        parameter.resolve().expect("resolves").sql
    }

    #[test]
    fn a_value_cannot_leave_its_literal() {
        let json = r#"{"name":"x","parameterType":{"type":"STRING"},"parameterValue":{"value":"a' OR '1'='1"}}"#;
        assert_eq!(sql(json), "'a'' OR ''1''=''1'");
    }

    #[test]
    fn arrays_and_nulls_keep_their_type() {
        let json = r#"{"parameterType":{"type":"ARRAY","arrayType":{"type":"INT64"}},"parameterValue":{"arrayValues":[{"value":"1"},{}]}}"#;
        assert_eq!(
            sql(json),
            "CAST([CAST('1' AS BIGINT), CAST(NULL AS BIGINT)] AS BIGINT[])"
        );
    }
}
