//! From our queries and jobs to the API's request bodies.

use std::collections::HashMap;

use domain::TableName;
use gcp_bigquery_client::model::{
    dataset_reference::DatasetReference, job::Job as WireJob, job_configuration::JobConfiguration,
    job_configuration_query::JobConfigurationQuery, job_reference::JobReference,
    query_parameter::QueryParameter, query_parameter_type::QueryParameterType,
    query_parameter_value::QueryParameterValue,
};
use serde_json::Value;

use super::super::{Job, Parameter, Query, WarehouseError};

/// A job that only says what it would do. It gets no id: it never exists.
pub(super) fn dry_run(
    project: &str,
    location: &str,
    query: &Query,
) -> Result<WireJob, WarehouseError> {
    Ok(WireJob {
        job_reference: Some(reference(project, location, None)),
        configuration: Some(JobConfiguration {
            dry_run: Some(true),
            query: Some(configuration(project, query)?),
            ..JobConfiguration::default()
        }),
        ..WireJob::default()
    })
}

/// A job under the id its caller fixed.
pub(super) fn job(project: &str, location: &str, job: &Job) -> Result<WireJob, WarehouseError> {
    Ok(WireJob {
        job_reference: Some(reference(project, location, Some(job.id.to_string()))),
        configuration: Some(JobConfiguration {
            job_timeout_ms: Some(job.timeout.as_millis().to_string()),
            labels: Some(job.labels.clone().into_iter().collect::<HashMap<_, _>>()),
            query: Some(configuration(project, &job.query)?),
            ..JobConfiguration::default()
        }),
        ..WireJob::default()
    })
}

/// Splits `project.dataset`, or adds the project to `dataset`.
pub(super) fn dataset<'a>(project: &'a str, dataset: &'a str) -> (&'a str, &'a str) {
    dataset.rsplit_once('.').unwrap_or((project, dataset))
}

/// The project, dataset and table of a full name.
pub(super) fn table(name: &TableName) -> Result<(&str, &str, &str), WarehouseError> {
    let parts = name.as_str().rsplit_once('.').and_then(|(rest, table)| {
        let (project, dataset) = rest.rsplit_once('.')?;
        Some((project, dataset, table))
    });
    parts.ok_or_else(|| WarehouseError::not_found("a table has a project, a dataset and a name"))
}

fn reference(project: &str, location: &str, job_id: Option<String>) -> JobReference {
    JobReference {
        job_id,
        location: Some(location.to_owned()),
        project_id: Some(project.to_owned()),
    }
}

fn configuration(project: &str, query: &Query) -> Result<JobConfigurationQuery, WarehouseError> {
    let default_dataset = query.default_dataset.as_deref().map(|text| {
        let (project, dataset) = dataset(project, text);
        DatasetReference {
            dataset_id: dataset.to_owned(),
            project_id: project.to_owned(),
        }
    });
    let parameters: Vec<QueryParameter> = query
        .parameters
        .iter()
        .map(parameter)
        .collect::<Result<_, _>>()?;
    Ok(JobConfigurationQuery {
        query: query.sql.clone(),
        use_legacy_sql: Some(false),
        default_dataset,
        maximum_bytes_billed: Some(query.maximum_bytes_billed.to_string()),
        parameter_mode: parameter_mode(&query.parameters)?,
        query_parameters: (!parameters.is_empty()).then_some(parameters),
        ..JobConfigurationQuery::default()
    })
}

fn parameter_mode(parameters: &[Parameter]) -> Result<Option<String>, WarehouseError> {
    let named = parameters.iter().filter(|p| p.name.is_some()).count();
    match named {
        _ if parameters.is_empty() => Ok(None),
        0 => Ok(Some("POSITIONAL".to_owned())),
        _ if named == parameters.len() => Ok(Some("NAMED".to_owned())),
        _ => Err(unsupported(
            "Parameters are either all named or all positional",
        )),
    }
}

fn parameter(parameter: &Parameter) -> Result<QueryParameter, WarehouseError> {
    Ok(QueryParameter {
        name: parameter.name.clone(),
        parameter_type: Some(parameter_type(&parameter.data_type)),
        parameter_value: Some(parameter_value(&parameter.value)?),
    })
}

fn parameter_type(data_type: &str) -> QueryParameterType {
    let element = data_type
        .strip_prefix("ARRAY<")
        .and_then(|rest| rest.strip_suffix('>'));
    QueryParameterType {
        array_type: element.map(|element| Box::new(parameter_type(element))),
        struct_types: None,
        r#type: element.map_or(data_type, |_| "ARRAY").to_owned(),
    }
}

/// Scalars travel as text, whatever their type
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter>).
fn parameter_value(value: &Value) -> Result<QueryParameterValue, WarehouseError> {
    let mut wire = QueryParameterValue::default();
    match value {
        Value::Null => {}
        Value::String(text) => wire.value = Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => wire.value = Some(value.to_string()),
        Value::Array(values) => {
            let values = values.iter().map(parameter_value);
            wire.array_values = Some(values.collect::<Result<_, _>>()?);
        }
        Value::Object(_) => return Err(unsupported("Parameters of type STRUCT are not supported")),
    }
    Ok(wire)
}

fn unsupported(message: &str) -> WarehouseError {
    WarehouseError::rejected("invalid", message)
}
