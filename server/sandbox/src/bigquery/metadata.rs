//! Projects, datasets and tables.
//!
//! Source: <https://cloud.google.com/bigquery/docs/reference/rest/v2/tables>

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{
    Answer, CREATED, LOCATION, Server, Shared, blocking, failures::Failure, jobs::page_of,
    require_project, resources::table_reference, wire, with_etag,
};
use crate::engine::{Catalog, PROJECT, Table, TableName};

/// `GET /projects`
pub(super) async fn projects() -> Answer {
    let project = json!({
        "kind": "bigquery#project",
        "id": PROJECT,
        "numericId": "1",
        "projectReference": {"projectId": PROJECT},
        "friendlyName": "Sample shop",
    });
    Ok(with_etag(
        json!({"kind": "bigquery#projectList", "projects": [project], "totalItems": 1}),
    ))
}

async fn catalog(server: Arc<Server>) -> Result<Catalog, Failure> {
    blocking(move || Ok(server.engine.session()?.catalog()?)).await
}

/// `GET /projects/{project}/datasets`
pub(super) async fn datasets(State(server): Shared, Path(project): Path<String>) -> Answer {
    require_project(&project)?;
    let catalog = catalog(server).await?;
    let datasets: Vec<Value> = catalog.datasets().map(listed_dataset).collect();
    Ok(with_etag(
        json!({"kind": "bigquery#datasetList", "datasets": datasets}),
    ))
}

fn listed_dataset(dataset: &str) -> Value {
    json!({
        "kind": "bigquery#dataset",
        "id": format!("{PROJECT}:{dataset}"),
        "datasetReference": {"projectId": PROJECT, "datasetId": dataset},
        "location": LOCATION,
    })
}

/// `GET /projects/{project}/datasets/{dataset}`
pub(super) async fn dataset(
    State(server): Shared,
    Path((project, dataset)): Path<(String, String)>,
) -> Answer {
    require_project(&project)?;
    catalog(server).await?.require_dataset(&dataset)?;
    let mut resource = listed_dataset(&dataset);
    resource["selfLink"] = json!(format!(
        "/bigquery/v2/projects/{PROJECT}/datasets/{dataset}"
    ));
    resource["creationTime"] = json!(CREATED);
    resource["lastModifiedTime"] = json!(CREATED);
    resource["access"] = json!([{"role": "READER", "specialGroup": "projectReaders"}]);
    Ok(with_etag(resource))
}

/// `GET /projects/{project}/datasets/{dataset}/tables`
pub(super) async fn tables(
    State(server): Shared,
    Path((project, dataset)): Path<(String, String)>,
    Query(options): Query<HashMap<String, String>>,
) -> Answer {
    require_project(&project)?;
    let catalog = catalog(server).await?;
    catalog.require_dataset(&dataset)?;
    let all: Vec<&Table> = catalog.tables_of(&dataset).collect();
    let (listed, next) = page_of(&all, &options, 50)?;
    let listed: Vec<Value> = listed.iter().map(|table| listed_table(table)).collect();
    let mut answer =
        json!({"kind": "bigquery#tableList", "tables": listed, "totalItems": all.len()});
    if let Some(next) = next {
        answer["nextPageToken"] = json!(next);
    }
    Ok(with_etag(answer))
}

fn listed_table(table: &Table) -> Value {
    let mut listed = json!({
        "kind": "bigquery#table",
        "id": format!("{PROJECT}:{}", table.name.path()),
        "tableReference": table_reference(&table.name),
        "type": if table.view_query.is_some() { "VIEW" } else { "TABLE" },
        "creationTime": CREATED,
    });
    if table.view_query.is_some() {
        listed["view"] = json!({"useLegacySql": false});
    }
    listed
}

/// `GET /projects/{project}/datasets/{dataset}/tables/{table}`
pub(super) async fn table(
    State(server): Shared,
    Path((project, dataset, table)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    require_project(&project)?;
    let Json(table) = described(server, dataset, table).await?;
    let known = headers.get(header::IF_NONE_MATCH);
    let is_known = known
        .is_some_and(|etag| Some(etag.as_bytes()) == table["etag"].as_str().map(str::as_bytes));
    Ok(if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(table).into_response()
    })
}

async fn described(server: Arc<Server>, dataset: String, table: String) -> Answer {
    blocking(move || {
        let session = server.engine.session()?;
        let catalog = session.catalog()?;
        let table = catalog.table(&TableName::new(dataset, table))?;
        let mut resource = listed_table(table);
        resource["selfLink"] = json!(format!(
            "/bigquery/v2/projects/{PROJECT}/datasets/{}/tables/{}",
            table.name.dataset, table.name.table
        ));
        resource["location"] = json!(LOCATION);
        resource["lastModifiedTime"] = json!(CREATED);
        resource["schema"] = wire::table_schema(&table.columns, &table.name.path());
        if let Some(description) = table.description {
            resource["description"] = json!(description);
        }
        if let Some(query) = table.view_query {
            resource["view"] = json!({"query": query, "useLegacySql": false});
        } else {
            resource["numRows"] = json!(session.row_count(&table.name)?.to_string());
            resource["numBytes"] = json!(session.table_bytes(table)?.to_string());
            resource["numLongTermBytes"] = json!("0");
        }
        Ok(with_etag(resource))
    })
    .await
}
