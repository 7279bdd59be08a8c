//! BigQuery's REST API, version 2.
//!
//! Source: <https://cloud.google.com/bigquery/docs/reference/rest>

mod authentication;
mod discovery;
mod execution;
mod failures;
mod jobs;
mod metadata;
mod parameters;
mod resources;
mod rows;
mod store;
mod wire;

use std::sync::Arc;

use axum::{
    Json, Router, middleware,
    routing::{get, post},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use self::{
    failures::Failure,
    store::{JobStore, REMEMBERED},
};
use crate::{
    engine::{Engine, EngineError},
    error::{QueryError, Reason},
};

pub use self::authentication::AccessToken;

/// Where every table and job is.
const LOCATION: &str = "US";

/// When the sample shop was made, in milliseconds since 1970: 2025-12-31.
const CREATED: &str = "1767139200000";

/// What the handlers share.
pub struct Server {
    engine: Engine,
    jobs: JobStore,
    access_token: Option<AccessToken>,
}

impl Server {
    /// A server over a new sample shop. Without a token every non-empty bearer token is accepted.
    ///
    /// # Errors
    /// The engine does not start.
    pub fn new(access_token: Option<AccessToken>) -> Result<Self, EngineError> {
        Ok(Self {
            engine: Engine::open()?,
            jobs: JobStore::remembering(REMEMBERED),
            access_token,
        })
    }

    /// The same, remembering so many jobs with their results instead of 200.
    #[must_use]
    pub fn remembering(self, jobs: usize) -> Self {
        Self {
            jobs: JobStore::remembering(jobs),
            ..self
        }
    }
}

type Shared = axum::extract::State<Arc<Server>>;
type Answer = Result<Json<Value>, Failure>;

/// The API under `/bigquery/v2` and, as some clients want it, under `/`.
pub fn router(server: Arc<Server>) -> Router {
    let api = Router::new()
        .route("/projects", get(metadata::projects))
        .route("/projects/{project}/datasets", get(metadata::datasets))
        .route(
            "/projects/{project}/datasets/{dataset}",
            get(metadata::dataset),
        )
        .route(
            "/projects/{project}/datasets/{dataset}/tables",
            get(metadata::tables),
        )
        .route(
            "/projects/{project}/datasets/{dataset}/tables/{table}",
            get(metadata::table),
        )
        .route(
            "/projects/{project}/datasets/{dataset}/tables/{table}/data",
            get(rows::table_data),
        )
        .route(
            "/projects/{project}/jobs",
            get(jobs::list).post(jobs::insert),
        )
        .route("/projects/{project}/jobs/{job}", get(jobs::get))
        .route("/projects/{project}/jobs/{job}/cancel", post(jobs::cancel))
        .route("/projects/{project}/queries", post(jobs::query))
        .route(
            "/projects/{project}/queries/{job}",
            get(rows::query_results),
        )
        .layer(middleware::from_fn_with_state(
            Arc::clone(&server),
            authentication::require_token,
        ));
    Router::new()
        .nest("/bigquery/v2", api.clone())
        .merge(api)
        .merge(discovery::router())
        .fallback(unknown_address)
        .method_not_allowed_fallback(unknown_address)
        .with_state(server)
}

async fn unknown_address() -> Failure {
    QueryError::new(
        Reason::NotFound,
        "Not found: this server does not have the requested method",
    )
    .into()
}

/// Checks that a request is about the only project there is.
fn require_project(project: &str) -> Result<(), QueryError> {
    if project == crate::engine::PROJECT {
        return Ok(());
    }
    Err(QueryError::not_found(format!("Project {project}")))
}

/// A resource with the tag that names its content.
fn with_etag(mut resource: Value) -> Json<Value> {
    resource["etag"] = json!(etag(&resource.to_string()));
    Json(resource)
}

/// A tag that is the same for the same content.
fn etag(content: &str) -> String {
    hex::encode(&Sha256::digest(content)[..12])
}

/// Runs what blocks away from the threads that answer requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|_| {
        Failure::from(QueryError::new(
            Reason::InternalError,
            "An internal error occurred and the request could not be completed.",
        ))
    })?
}
