//! Query parameters as BigQuery's clients write them
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter>).

use serde_json::Value;

use super::fields::Fields;
use crate::{http::problem::Problem, services::NewParameter};

/// Reads `queryParameters`.
pub(super) fn read(query: &mut Fields) -> Result<Vec<NewParameter>, Box<Problem>> {
    let written = query.list("queryParameters")?.into_iter().enumerate();
    written
        .map(|(position, value)| {
            parameter(Fields::at(format!("queryParameters[{position}]."), value)?)
        })
        .collect()
}

fn parameter(mut parameter: Fields) -> Result<NewParameter, Box<Problem>> {
    let name = parameter.text("name")?.filter(|name| !name.is_empty());
    let data_type = data_type(parameter.object("parameterType")?)?;
    let value = value(parameter.object("parameterValue")?)?;
    parameter.end()?;
    Ok(NewParameter {
        name,
        data_type,
        value,
    })
}

fn data_type(mut written: Fields) -> Result<String, Box<Problem>> {
    let name = written.text("type")?.unwrap_or_default();
    let data_type = match name.as_str() {
        "ARRAY" => format!("ARRAY<{}>", data_type(written.object("arrayType")?)?),
        "" => return Err(written.wrong("type", "must name a type")),
        "STRUCT" | "RANGE" => {
            let what = "of STRUCT or RANGE is not offered: pass its fields one by one";
            return Err(written.wrong("type", what));
        }
        scalar => scalar.to_owned(),
    };
    written.end()?;
    Ok(data_type)
}

fn value(mut written: Fields) -> Result<Value, Box<Problem>> {
    let scalar = written.value("value").unwrap_or(Value::Null);
    let elements = written.list("arrayValues")?;
    written.end()?;
    if elements.is_empty() {
        return Ok(scalar);
    }
    let elements = elements.into_iter().map(|element| {
        value(Fields::at(
            "queryParameters.arrayValues.".to_owned(),
            element,
        )?)
    });
    elements.collect::<Result<_, _>>().map(Value::Array)
}
