//! From the API's answers to ours. What is missing is an error, never a zero.

use std::collections::BTreeMap;

use domain::{TableName, Timestamp};
use gcp_bigquery_client::model::job::Job as WireJob;
use masking::RawRows;
use serde::Deserialize;

use super::{
    super::{
        DryRun, JobError, JobStatistics, JobStatus, Page, PageToken, TableDescription,
        WarehouseError,
        message::{self, Moment},
    },
    schema::Schema,
};

/// The job that a dry run answers.
#[derive(Deserialize)]
pub(super) struct DryRunJob {
    statistics: DryRunStatistics,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DryRunStatistics {
    total_bytes_processed: Option<String>,
    query: DryRunQueryStatistics,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DryRunQueryStatistics {
    statement_type: Option<String>,
    #[serde(default)]
    referenced_tables: Vec<TableReference>,
    #[serde(default)]
    schema: Schema,
    total_bytes_processed: Option<String>,
}

/// <https://cloud.google.com/bigquery/docs/reference/rest/v2/TableReference>
#[derive(Deserialize)]
pub(super) struct TableReference {
    #[serde(rename = "projectId")]
    project: String,
    #[serde(rename = "datasetId")]
    dataset: String,
    #[serde(rename = "tableId")]
    pub(super) table: String,
}

impl From<TableReference> for TableName {
    fn from(reference: TableReference) -> Self {
        let TableReference {
            project,
            dataset,
            table,
        } = reference;
        Self::new(format!("{project}.{dataset}.{table}"))
    }
}

impl TryFrom<DryRunJob> for DryRun {
    type Error = WarehouseError;

    fn try_from(job: DryRunJob) -> Result<Self, Self::Error> {
        let DryRunStatistics {
            total_bytes_processed,
            query,
        } = job.statistics;
        let bytes = query.total_bytes_processed.or(total_bytes_processed);
        Ok(Self {
            statement_type: query
                .statement_type
                .ok_or(missing("a dry run has no statement type"))?,
            referenced_tables: query
                .referenced_tables
                .into_iter()
                .map(TableName::from)
                .collect(),
            schema: query.schema.into(),
            bytes: bytes
                .and_then(|bytes| bytes.parse().ok())
                .ok_or(missing("a dry run has no number of bytes"))?,
        })
    }
}

/// Where a job stands, as the client read it.
pub(super) fn job_status(job: &WireJob) -> Result<JobStatus, WarehouseError> {
    let status = job.status.as_ref().ok_or(missing("a job has no status"))?;
    match status.state.as_deref() {
        Some("PENDING") => Ok(JobStatus::Pending),
        Some("RUNNING") => Ok(JobStatus::Running),
        Some("DONE") => Ok(JobStatus::Done {
            error: status.error_result.as_ref().map(|error| {
                let reason = message::reason(error.reason.as_deref().unwrap_or_default());
                let text = error.message.as_deref().unwrap_or_default();
                JobError {
                    message: message::without_values(Moment::Job, &reason, text),
                    reason,
                }
            }),
            statistics: statistics(job),
        }),
        _ => Err(missing("a job has no known state")),
    }
}

/// Whether a job has all of these labels.
pub(super) fn has_labels(job: &WireJob, labels: &BTreeMap<String, String>) -> bool {
    let configuration = job.configuration.as_ref();
    let has = configuration.and_then(|configuration| configuration.labels.as_ref());
    has.is_some_and(|has| {
        labels
            .iter()
            .all(|(name, value)| has.get(name) == Some(value))
    })
}

fn statistics(job: &WireJob) -> JobStatistics {
    let Some(all) = &job.statistics else {
        return JobStatistics::default();
    };
    let query = all.query.as_ref();
    JobStatistics {
        bytes_processed: number(all.total_bytes_processed.as_deref())
            .or_else(|| query.and_then(|query| number(query.total_bytes_processed.as_deref()))),
        bytes_billed: query.and_then(|query| number(query.total_bytes_billed.as_deref())),
        cache_hit: query.and_then(|query| query.cache_hit),
        slot_ms: number(all.total_slot_ms.as_deref())
            .or_else(|| query.and_then(|query| number(query.total_slot_ms.as_deref()))),
        started: time(all.start_time.as_deref()),
        ended: time(all.end_time.as_deref()),
    }
}

/// One page of `jobs.getQueryResults`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueryResults {
    #[serde(default)]
    job_complete: bool,
    #[serde(default)]
    schema: Schema,
    rows: Option<RawRows>,
    page_token: Option<String>,
    total_rows: Option<String>,
}

impl QueryResults {
    /// None while the job is not over.
    pub(super) fn first_page(self) -> Result<Option<Page>, WarehouseError> {
        self.job_complete.then(|| self.try_into()).transpose()
    }
}

impl TryFrom<QueryResults> for Page {
    type Error = WarehouseError;

    fn try_from(results: QueryResults) -> Result<Self, Self::Error> {
        if !results.job_complete {
            return Err(WarehouseError::Unavailable {
                why: "the job is not over yet",
            });
        }
        Ok(Self {
            rows: results.rows,
            schema: results.schema.into(),
            next: results
                .page_token
                .filter(|token| !token.is_empty())
                .map(PageToken::new),
            // Statements without rows, such as DML, have no total.
            total_rows: number(results.total_rows.as_deref()).unwrap_or_default(),
        })
    }
}

/// One page of `tables.list`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TableList {
    #[serde(default)]
    pub(super) tables: Vec<ListedTable>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedTable {
    pub(super) table_reference: TableReference,
}

/// The answer of `tables.get`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Table {
    #[serde(rename = "tableReference")]
    reference: TableReference,
    #[serde(default)]
    schema: Schema,
    view: Option<View>,
    materialized_view: Option<View>,
    num_rows: Option<String>,
    num_bytes: Option<String>,
    etag: Option<String>,
    last_modified_time: Option<String>,
    time_partitioning: Option<Partitioning>,
    range_partitioning: Option<Partitioning>,
    #[serde(default)]
    require_partition_filter: bool,
}

/// <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TimePartitioning>; the
/// flag stood here before it stood at the table.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Partitioning {
    field: Option<String>,
    #[serde(default)]
    require_partition_filter: bool,
}

impl Partitioning {
    /// A table partitioned without a field is partitioned by the time of ingestion.
    fn column(&self) -> String {
        let field = self.field.clone();
        field.unwrap_or_else(|| "_PARTITIONTIME".to_owned())
    }
}

#[derive(Deserialize)]
struct View {
    query: String,
}

impl From<Table> for TableDescription {
    fn from(table: Table) -> Self {
        let partitioning = table.time_partitioning.or(table.range_partitioning);
        let partitioning = partitioning.as_ref();
        Self {
            partition_column: partitioning.map(Partitioning::column),
            require_partition_filter: table.require_partition_filter
                || partitioning.is_some_and(|by| by.require_partition_filter),
            name: table.reference.into(),
            columns: table.schema.into(),
            view_sql: table
                .view
                .or(table.materialized_view)
                .map(|view| view.query),
            rows: number(table.num_rows.as_deref()),
            bytes: number(table.num_bytes.as_deref()),
            etag: table.etag,
            modified_at: time(table.last_modified_time.as_deref()),
        }
    }
}

const fn missing(what: &'static str) -> WarehouseError {
    WarehouseError::Undecodable { what }
}

/// The API writes 64-bit integers as text.
fn number(text: Option<&str>) -> Option<u64> {
    text?.parse().ok()
}

/// The API writes times as milliseconds since 1970, as text.
fn time(text: Option<&str>) -> Option<Timestamp> {
    let millis: i64 = text?.parse().ok()?;
    Some(Timestamp::from_micros(millis.checked_mul(1000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_how_it_is_partitioned() {
        let described = |more: &str| {
            let reference = r#""tableReference":{"projectId":"p","datasetId":"d","tableId":"t"}"#;
            let table: Table =
                serde_json::from_str(&format!("{{{reference}{more}}}")).expect("a table");
            let description = TableDescription::from(table);
            let required = description.require_partition_filter;
            (description.partition_column, required)
        };
        let column = |name: &str| Some(name.to_owned());
        assert_eq!(described(""), (None, false));
        assert_eq!(
            described(
                r#","timePartitioning":{"type":"DAY","field":"day"},"requirePartitionFilter":true"#
            ),
            (column("day"), true)
        );
        assert_eq!(
            described(r#","timePartitioning":{"type":"DAY","requirePartitionFilter":true}"#),
            (column("_PARTITIONTIME"), true)
        );
        assert_eq!(
            described(r#","rangePartitioning":{"field":"id","range":{"start":"0"}}"#),
            (column("id"), false)
        );
    }
}
