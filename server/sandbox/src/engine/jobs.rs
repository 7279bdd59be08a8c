//! The jobs of the project as a table, for `INFORMATION_SCHEMA.JOBS_BY_PROJECT`.
//!
//! Source: <https://cloud.google.com/bigquery/docs/information-schema-jobs>

use serde_json::Value;

use super::{EngineError, Session};

/// Only the connection that makes it sees it.
pub const JOBS: &str = "temp.listed_jobs";

const MAKE: &str = "CREATE OR REPLACE TEMP TABLE listed_jobs (
    creation_time TIMESTAMPTZ, project_id VARCHAR, user_email VARCHAR, job_id VARCHAR,
    job_type VARCHAR, statement_type VARCHAR, start_time TIMESTAMPTZ, end_time TIMESTAMPTZ,
    query VARCHAR, state VARCHAR, total_bytes_processed BIGINT, total_bytes_billed BIGINT,
    error_result STRUCT(reason VARCHAR, message VARCHAR),
    referenced_tables STRUCT(project_id VARCHAR, dataset_id VARCHAR, table_id VARCHAR)[],
    labels STRUCT(\"key\" VARCHAR, \"value\" VARCHAR)[], parent_job_id VARCHAR)";

const FILL: &str = r#"INSERT INTO listed_jobs BY NAME
    SELECT job.* REPLACE (
        epoch_ms(job.creation_time)::TIMESTAMP AT TIME ZONE 'UTC' AS creation_time,
        epoch_ms(job.start_time)::TIMESTAMP AT TIME ZONE 'UTC' AS start_time,
        epoch_ms(job.end_time)::TIMESTAMP AT TIME ZONE 'UTC' AS end_time)
    FROM (SELECT unnest(from_json(CAST(? AS JSON), '[{
        "creation_time": "BIGINT", "project_id": "VARCHAR", "user_email": "VARCHAR",
        "job_id": "VARCHAR", "job_type": "VARCHAR", "statement_type": "VARCHAR",
        "start_time": "BIGINT", "end_time": "BIGINT", "query": "VARCHAR", "state": "VARCHAR",
        "total_bytes_processed": "BIGINT", "total_bytes_billed": "BIGINT",
        "error_result": {"reason": "VARCHAR", "message": "VARCHAR"},
        "referenced_tables": [{"project_id": "VARCHAR", "dataset_id": "VARCHAR", "table_id": "VARCHAR"}],
        "labels": [{"key": "VARCHAR", "value": "VARCHAR"}]}]')) AS job)"#;

impl Session {
    /// Lets this session see these jobs, a list of rows as JSON.
    ///
    /// # Errors
    /// The engine fails.
    pub fn see_jobs(&self, jobs: &Value) -> Result<(), EngineError> {
        self.connection.execute(MAKE, [])?;
        self.connection.execute(FILL, [jobs.to_string()])?;
        Ok(())
    }
}
