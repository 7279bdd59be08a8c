//! Job resources.
//!
//! Source: <https://cloud.google.com/bigquery/docs/reference/rest/v2/Job>

use serde_json::{Value, json};

use super::{
    LOCATION,
    execution::{Specification, Success, bytes_billed},
    failures,
    store::Job,
    wire,
};
use crate::{
    engine::{PROJECT, Plan, TableName},
    translate::Kind,
};

/// The resource of a job that was started.
pub(super) fn job(job: &Job) -> Value {
    let finished = job.finished();
    let mut resource = json!({
        "kind": "bigquery#job",
        "id": format!("{PROJECT}:{LOCATION}.{}", job.id),
        "selfLink": format!("/bigquery/v2/projects/{PROJECT}/jobs/{}?location={LOCATION}", job.id),
        "user_email": "sandbox@example.com",
        "jobReference": job_reference(&job.id),
        "configuration": configuration(&job.specification, false),
        "statistics": {"creationTime": job.created.to_string(), "startTime": job.created.to_string()},
        "status": {"state": if finished.is_some() { "DONE" } else { "RUNNING" }},
    });
    let Some(finished) = finished else {
        return resource;
    };
    resource["statistics"]["endTime"] = json!(finished.ended.to_string());
    match &finished.result {
        Ok(success) => {
            let statistics = &mut resource["statistics"];
            statistics["totalBytesProcessed"] = json!(success.plan.bytes.to_string());
            statistics["query"] = query_statistics(&success.plan);
            statistics["query"]["totalBytesBilled"] =
                json!(bytes_billed(&success.plan).to_string());
            add_changes(&mut statistics["query"], success);
        }
        Err(error) => {
            resource["status"]["errorResult"] = failures::entry(error, false);
            resource["status"]["errors"] = json!([failures::entry(error, false)]);
        }
    }
    resource
}

/// A job as a row of `INFORMATION_SCHEMA.JOBS_BY_PROJECT`.
///
/// Source: <https://cloud.google.com/bigquery/docs/information-schema-jobs>
pub(super) fn job_row(job: &Job) -> Value {
    let resource = self::job(job);
    let (statistics, query) = (&resource["statistics"], &resource["statistics"]["query"]);
    let label = |(key, value): (&String, &String)| json!({"key": key, "value": value});
    let tables = query["referencedTables"].as_array().into_iter().flatten();
    let table = |table: &Value| {
        json!({
            "project_id": table["projectId"],
            "dataset_id": table["datasetId"],
            "table_id": table["tableId"],
        })
    };
    json!({
        "creation_time": statistics["creationTime"],
        "project_id": PROJECT,
        "user_email": resource["user_email"],
        "job_id": job.id,
        "job_type": "QUERY",
        "statement_type": query["statementType"],
        "start_time": statistics["startTime"],
        "end_time": statistics["endTime"],
        "query": job.specification.request.sql,
        "state": resource["status"]["state"],
        "total_bytes_processed": statistics["totalBytesProcessed"],
        "total_bytes_billed": query["totalBytesBilled"],
        "error_result": resource["status"]["errorResult"],
        "referenced_tables": tables.map(table).collect::<Vec<_>>(),
        "labels": job.specification.labels.iter().map(label).collect::<Vec<_>>(),
    })
}

/// The resource that answers a dry run; no such job exists.
pub(super) fn dry_run(specification: &Specification, id: Option<&str>, plan: &Plan) -> Value {
    let mut query = query_statistics(plan);
    query["totalBytesBilled"] = json!("0");
    query["totalBytesProcessedAccuracy"] = json!("PRECISE");
    query["schema"] = wire::schema(&plan.schema);
    json!({
        "kind": "bigquery#job",
        "id": format!("{PROJECT}:{LOCATION}.{}", id.unwrap_or_default()),
        "user_email": "sandbox@example.com",
        "jobReference": id.map_or_else(|| json!({"projectId": PROJECT, "location": LOCATION}), job_reference),
        "configuration": configuration(specification, true),
        "statistics": {"creationTime": "0", "totalBytesProcessed": plan.bytes.to_string(), "query": query},
        "status": {"state": "DONE"},
    })
}

pub(super) fn job_reference(id: &str) -> Value {
    json!({"projectId": PROJECT, "jobId": id, "location": LOCATION})
}

fn configuration(specification: &Specification, dry_run: bool) -> Value {
    let mut configuration = json!({
        "jobType": "QUERY",
        "query": {"query": specification.request.sql, "useLegacySql": false, "priority": "INTERACTIVE"},
    });
    if let Some(limit) = specification.maximum_bytes_billed {
        configuration["query"]["maximumBytesBilled"] = json!(limit.to_string());
    }
    if let Some(dataset) = &specification.request.default_dataset {
        configuration["query"]["defaultDataset"] =
            json!({"projectId": PROJECT, "datasetId": dataset});
    }
    if !specification.labels.is_empty() {
        configuration["labels"] = json!(specification.labels);
    }
    if dry_run {
        configuration["dryRun"] = json!(true);
    }
    configuration
}

fn query_statistics(plan: &Plan) -> Value {
    let references: Vec<Value> = plan
        .translation
        .references
        .iter()
        .map(table_reference)
        .collect();
    json!({
        "statementType": plan.translation.kind.statement_type(),
        "totalBytesProcessed": plan.bytes.to_string(),
        "cacheHit": false,
        "referencedTables": references,
    })
}

pub(super) fn table_reference(table: &TableName) -> Value {
    json!({"projectId": PROJECT, "datasetId": table.dataset, "tableId": table.table})
}

/// How many rows a statement changed, where it is one that changes rows.
pub(super) fn add_changes(target: &mut Value, success: &Success) {
    let Some(affected) = success.outcome.affected else {
        return;
    };
    target["numDmlAffectedRows"] = json!(affected.to_string());
    let counter = match success.plan.translation.kind {
        Kind::Dml("INSERT") => "insertedRowCount",
        Kind::Dml("UPDATE") => "updatedRowCount",
        Kind::Dml("DELETE" | "TRUNCATE_TABLE") => "deletedRowCount",
        _ => return,
    };
    target["dmlStats"] = json!({counter: affected.to_string()});
}
