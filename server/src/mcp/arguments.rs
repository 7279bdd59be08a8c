//! What tools take.

use std::collections::BTreeSet;

use http::StatusCode;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::refusals::Refused;
use crate::{http::problem::Problem, services::NewParameter};

/// Rows of one answer, unless said.
const ROWS_USUAL: u32 = 100;
/// Seconds that one call waits, unless said.
const SECONDS_USUAL: u64 = 20;

/// A query to run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// One GoogleSQL statement. Name tables as `project.dataset.table`; use `@name` for values
    /// and give them in `parameters`.
    pub sql: String,
    /// Why you need this, in one sentence. Whoever is asked to approve reads it. Without it,
    /// the purpose of the run counts.
    #[serde(default)]
    pub purpose: String,
    /// Values for `@name` or `?` in the SQL: all named, or all by position.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// The most bytes that this query may bill, below the configured cap.
    #[serde(default)]
    pub maximum_bytes_billed: Option<u64>,
    /// Columns to read unmasked, each as `project.dataset.table.column`. Two people have to
    /// approve; leave it out unless masked values cannot do.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub unmask: BTreeSet<domain::ColumnName>,
    /// Why these columns are needed unmasked. Needed with `unmask`, and only then.
    #[serde(default)]
    pub unmask_reason: String,
    /// Printable ASCII that names this request. The same key with the same request gives the
    /// same query again instead of a second one: send it when you retry a call.
    #[serde(default)]
    pub idempotency_key: Option<String>,
    /// How many seconds to wait for the rows, at most 30.
    #[serde(default = "seconds_usual")]
    pub wait_seconds: u64,
    /// The most rows to return now, at most 1000.
    #[serde(default = "rows_usual")]
    pub row_limit: u32,
}

/// A value for a placeholder in the SQL.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameter {
    /// Without the `@`; absent for a parameter by position.
    #[serde(default)]
    name: Option<String>,
    /// GoogleSQL's name of the type: `STRING`, `INT64`, `ARRAY<STRING>` …
    #[serde(rename = "type")]
    data_type: String,
    /// A scalar, null, or an array of scalars.
    value: Value,
}

impl From<Parameter> for NewParameter {
    fn from(parameter: Parameter) -> Self {
        Self {
            name: parameter.name,
            data_type: parameter.data_type,
            value: parameter.value,
        }
    }
}

/// A query to wait for, or rows to read on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wait {
    /// The `intent` that `query` returned.
    pub intent: String,
    /// How many seconds to wait, at most 30.
    #[serde(default = "seconds_usual")]
    pub seconds: u64,
    /// The first row to return, from 0: to read on where an answer stopped.
    #[serde(default)]
    pub first_row: u64,
    /// The most rows to return now, at most 1000.
    #[serde(default = "rows_usual")]
    pub row_limit: u32,
}

/// A query to judge without running it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckQuery {
    /// One GoogleSQL statement.
    pub sql: String,
    /// Values for `@name` or `?` in the SQL, as for `query`.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// The most bytes that it may bill, as for `query`.
    #[serde(default)]
    pub maximum_bytes_billed: Option<u64>,
    /// Columns to read unmasked, as for `query`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub unmask: BTreeSet<domain::ColumnName>,
    /// Why these columns are needed unmasked, as for `query`.
    #[serde(default)]
    pub unmask_reason: String,
}

/// Which tables to list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListTables {
    /// Only those of this dataset: `project.dataset`.
    #[serde(default)]
    pub dataset: Option<String>,
}

/// A table to describe.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DescribeTable {
    /// Its full name: `project.dataset.table`.
    pub table: String,
}

/// A query to take back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancel {
    /// The `intent` that `query` returned.
    pub intent: String,
}

/// An answer to a question of an approver.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerQuestion {
    /// The `intent` that is asked about.
    pub intent: String,
    /// The `id` of the question, as `wait` returned it.
    pub question: String,
    /// What to say, in at most 1,000 characters. People read it and decide by it.
    pub answer: String,
}

const fn rows_usual() -> u32 {
    ROWS_USUAL
}

const fn seconds_usual() -> u64 {
    SECONDS_USUAL
}

/// Reads what a tool was given; what is wrong with it is for the model to mend.
pub(super) fn read<T: DeserializeOwned>(arguments: Option<JsonObject>) -> Result<T, Refused> {
    let arguments = Value::Object(arguments.unwrap_or_default());
    serde_json::from_value(arguments).map_err(|error| {
        let problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_arguments",
            "The arguments are not what the tool takes",
        );
        Refused::new(problem.detail(said(&error.to_string())))
    })
}

/// What serde says, without the value that it did not like.
fn said(text: &str) -> String {
    match text.rsplit_once(", expected ") {
        Some((_, expected)) if text.starts_with("invalid ") => format!("expected {expected}"),
        _ => text.to_owned(),
    }
}
