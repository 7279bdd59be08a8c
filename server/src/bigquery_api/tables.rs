//! `tables`: names and columns of what the run may read.

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use domain::TableName;
use serde_json::{Value, json};

use super::{jobs::in_our_project, schema};
use crate::{
    context::Context,
    http::problem::Problem,
    services::{ReadableTable, Services},
};

/// `GET /projects/{project}/datasets/{dataset}/tables`.
pub(super) async fn list(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path((project, dataset)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let prefix = format!("{}.{dataset}.", services.project());
    let mut tables = services.readable_tables(&context).await?;
    tables.retain(|table| table.name.as_str().starts_with(&prefix));
    let listed: Vec<_> = tables.iter().filter_map(resource).collect();
    let total = listed.len();
    Ok(Json(
        json!({"kind": "bigquery#tableList", "tables": listed, "totalItems": total}),
    ))
}

/// `GET /projects/{project}/datasets/{dataset}/tables/{table}`.
pub(super) async fn read(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path((project, dataset, table)): Path<(String, String, String)>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let name = TableName::new(format!("{}.{dataset}.{table}", services.project()));
    let found = existing(&services, &context, &name).await?;
    let mut described = resource(&found).ok_or_else(|| Problem::not_found("table"))?;
    described["schema"] = schema::schema(&found.columns);
    described["location"] = services.location().into();
    Ok(Json(described))
}

/// A table that the run may read; others do not exist for it.
pub(super) async fn existing(
    services: &Services,
    context: &Context,
    name: &TableName,
) -> Result<ReadableTable, Problem> {
    let tables = services.readable_tables(context).await?;
    let found = tables.into_iter().find(|table| table.name == *name);
    found.ok_or_else(|| Problem::not_found("table"))
}

fn resource(table: &ReadableTable) -> Option<Value> {
    let reference = schema::table_reference(&table.name)?;
    let (dataset, id) = table.name.as_str().rsplit_once('.')?;
    let (project, dataset) = dataset.rsplit_once('.')?;
    Some(json!({
        "kind": "bigquery#table",
        "id": format!("{project}:{dataset}.{id}"),
        "tableReference": reference,
        "type": if table.is_view { "VIEW" } else { "TABLE" },
    }))
}
