//! From a request's query configuration to a finished job.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Server, parameters::QueryParameter, require_project, resources};
use crate::{
    engine::{EngineError, Outcome, Plan, Request, Session},
    error::{QueryError, Reason},
};

const MEBIBYTE: u64 = 1024 * 1024;

/// What is billed at least for each table that a query reads.
const LEAST_BILLED: u64 = 10 * MEBIBYTE;

/// The configuration of a query job, and most of the body of `jobs.query`.
///
/// Source: <https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationQuery>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueryConfiguration {
    query: String,
    use_legacy_sql: Option<bool>,
    default_dataset: Option<DatasetReference>,
    maximum_bytes_billed: Option<Integer>,
    #[serde(default)]
    query_parameters: Vec<QueryParameter>,
    destination_table: Option<Value>,
    table_definitions: Option<Value>,
    user_defined_function_resources: Option<Vec<Value>>,
    connection_properties: Option<Vec<Value>>,
    create_session: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DatasetReference {
    dataset_id: String,
    project_id: Option<String>,
}

/// A 64-bit integer: clients send a string or a number.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Integer {
    Number(u64),
    Text(String),
}

impl Integer {
    pub(super) fn value(&self) -> Result<u64, QueryError> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => text
                .parse()
                .map_err(|_| QueryError::invalid(format!("Invalid value for integer: {text}"))),
        }
    }
}

/// A query that was asked for, with what is fixed about its job.
#[derive(Debug, Clone)]
pub(super) struct Specification {
    pub(super) request: Request,
    pub(super) maximum_bytes_billed: Option<u64>,
    pub(super) labels: BTreeMap<String, String>,
}

/// A query that ran.
#[derive(Debug)]
pub(super) struct Success {
    pub(super) plan: Plan,
    pub(super) outcome: Outcome,
}

impl QueryConfiguration {
    /// Checks what was asked for; what would be ignored is refused instead.
    pub(super) fn specify(
        &self,
        labels: BTreeMap<String, String>,
    ) -> Result<Specification, QueryError> {
        if self.use_legacy_sql != Some(false) {
            return Err(QueryError::invalid_query(
                "This server runs GoogleSQL only: set useLegacySql to false (its default is true; with bq, --use_legacy_sql=false)",
            ));
        }
        self.refuse_ignored()?;
        if let Some(project) = self
            .default_dataset
            .as_ref()
            .and_then(|dataset| dataset.project_id.as_deref())
        {
            require_project(project)?;
        }
        let parameters = self
            .query_parameters
            .iter()
            .map(QueryParameter::resolve)
            .collect::<Result<_, _>>()?;
        Ok(Specification {
            request: Request {
                sql: self.query.clone(),
                default_dataset: self
                    .default_dataset
                    .as_ref()
                    .map(|dataset| dataset.dataset_id.clone()),
                parameters,
            },
            maximum_bytes_billed: self
                .maximum_bytes_billed
                .as_ref()
                .map(Integer::value)
                .transpose()?,
            labels,
        })
    }

    fn refuse_ignored(&self) -> Result<(), QueryError> {
        let present = [
            ("destinationTable", self.destination_table.is_some()),
            ("tableDefinitions", self.table_definitions.is_some()),
            (
                "userDefinedFunctionResources",
                self.user_defined_function_resources
                    .as_ref()
                    .is_some_and(|list| !list.is_empty()),
            ),
            (
                "connectionProperties",
                self.connection_properties
                    .as_ref()
                    .is_some_and(|list| !list.is_empty()),
            ),
            ("createSession", self.create_session == Some(true)),
        ];
        match present.iter().find(|(_, present)| *present) {
            Some((name, _)) => Err(QueryError::unsupported(format!("the query option {name}"))),
            None => Ok(()),
        }
    }
}

impl Specification {
    /// Checks the query without running it.
    pub(super) fn plan(&self, server: &Server) -> Result<Plan, super::Failure> {
        let session = server.engine.session()?;
        self.show_jobs(server, &session)?;
        Ok(session.plan(&self.request)?)
    }

    /// Lets a session see the jobs there are by now, where the text may ask for them.
    pub(super) fn show_jobs(&self, server: &Server, session: &Session) -> Result<(), EngineError> {
        let text = self.request.sql.to_ascii_uppercase();
        if !text.contains("INFORMATION_SCHEMA.JOBS") {
            return Ok(());
        }
        let jobs = server.jobs.newest_first();
        session.see_jobs(&jobs.iter().map(|job| resources::job_row(job)).collect())
    }

    /// Runs the query, unless it would bill more than allowed.
    pub(super) fn run(&self, session: &Session) -> Result<Success, QueryError> {
        let plan = session.plan(&self.request)?;
        if let Some(limit) = self.maximum_bytes_billed
            && bytes_billed(&plan) > limit
        {
            let needed = bytes_billed(&plan);
            let message = format!(
                "Query exceeded limit for bytes billed: {limit}. {needed} or higher required."
            );
            return Err(QueryError::new(Reason::BytesBilledLimitExceeded, message));
        }
        let outcome = session.run(&plan, &self.request.sql)?;
        Ok(Success { plan, outcome })
    }
}

/// What on-demand pricing bills: whole mebibytes, and a least amount for each table.
///
/// Source: <https://cloud.google.com/bigquery/pricing#on_demand_pricing>
pub(super) fn bytes_billed(plan: &Plan) -> u64 {
    if plan.bytes == 0 {
        return 0;
    }
    let tables = u64::try_from(plan.translation.references.len()).unwrap_or(1);
    (plan.bytes.div_ceil(MEBIBYTE) * MEBIBYTE).max(LEAST_BILLED * tables)
}
