//! `projects` and `datasets`: only what the run may see.

use std::collections::BTreeSet;

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use serde_json::{Value, json};

use super::jobs::in_our_project;
use crate::{context::Context, http::problem::Problem, services::Services};

/// `GET /projects`: ours.
pub(super) async fn projects(State(services): State<Services>) -> Json<Value> {
    let project = services.project();
    let ours = json!({
        "kind": "bigquery#project",
        "id": project,
        "numericId": "0",
        "projectReference": {"projectId": project},
        "friendlyName": project,
    });
    Json(json!({"kind": "bigquery#projectList", "projects": [ours], "totalItems": 1}))
}

/// `GET /projects/{project}/datasets`.
pub(super) async fn list(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path(project): Path<String>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let datasets = visible(&services, &context).await?;
    let datasets: Vec<_> = datasets.iter().map(|id| resource(&services, id)).collect();
    Ok(Json(
        json!({"kind": "bigquery#datasetList", "datasets": datasets}),
    ))
}

/// `GET /projects/{project}/datasets/{dataset}`.
pub(super) async fn read(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path((project, dataset)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    if !visible(&services, &context).await?.contains(&dataset) {
        return Err(Problem::not_found("dataset"));
    }
    Ok(Json(resource(&services, &dataset)))
}

/// The datasets of the tables that the run may read.
async fn visible(services: &Services, context: &Context) -> Result<BTreeSet<String>, Problem> {
    let tables = services.readable_tables(context).await?;
    let datasets = tables.iter().filter_map(|table| {
        let (dataset, _) = table.name.as_str().rsplit_once('.')?;
        let (project, id) = dataset.rsplit_once('.')?;
        (project == services.project()).then(|| id.to_owned())
    });
    Ok(datasets.collect())
}

fn resource(services: &Services, id: &str) -> Value {
    let project = services.project();
    json!({
        "kind": "bigquery#dataset",
        "id": format!("{project}:{id}"),
        "etag": "",
        "datasetReference": {"projectId": project, "datasetId": id},
        "location": services.location(),
    })
}
