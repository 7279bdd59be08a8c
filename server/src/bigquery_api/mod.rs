//! The front door for BigQuery's own clients: BigQuery's REST API, version 2
//! (<https://cloud.google.com/bigquery/docs/reference/rest>).
//!
//! A job is an intent. What waits for approval is a job in state `PENDING`, which clients wait
//! for by themselves; what people or policies refuse is a job that failed with `accessDenied`.
//! Whatever a request says that is not known here is refused, never passed on.

mod answer;
mod asked;
mod cells;
mod datasets;
mod discovery;
mod fields;
mod job_list;
mod job_request;
mod job_resource;
mod jobs;
mod parameters;
mod results;
mod schema;
mod table_data;
mod tables;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};

use domain::Audience;

use crate::{
    http::v1::{Guard, authenticate},
    services::Services,
};

/// The routes of the API. Clients name them with `/bigquery/v2` before them or, where they
/// were given an emulator's address, without. Uploads would go beside it, and are refused.
pub fn router(services: &Services) -> Router {
    Router::new()
        .nest("/bigquery/v2", api(services))
        .nest("/projects", projects(services))
        .nest("/upload", guarded(Router::new(), services))
        .merge(discovery::router(services.public_url()))
}

fn api(services: &Services) -> Router {
    guarded(
        Router::new()
            .route("/projects", get(datasets::projects))
            .nest("/projects", routes()),
        services,
    )
}

fn projects(services: &Services) -> Router {
    guarded(routes(), services)
}

fn routes() -> Router<Services> {
    Router::new()
        .route("/{project}/jobs", get(job_list::list).post(jobs::insert))
        .route("/{project}/jobs/{job}", get(jobs::read))
        .route("/{project}/jobs/{job}/cancel", post(jobs::cancel))
        .route("/{project}/queries", post(jobs::query))
        .route("/{project}/queries/{job}", get(results::read))
        .route("/{project}/datasets", get(datasets::list))
        .route("/{project}/datasets/{dataset}", get(datasets::read))
        .route("/{project}/datasets/{dataset}/tables", get(tables::list))
        .route(
            "/{project}/datasets/{dataset}/tables/{table}",
            get(tables::read),
        )
        .route(
            "/{project}/datasets/{dataset}/tables/{table}/data",
            get(table_data::list),
        )
}

/// Behind the run's token, and with every refusal in BigQuery's words.
fn guarded(routes: Router<Services>, services: &Services) -> Router {
    routes
        .fallback(answer::unknown)
        .method_not_allowed_fallback(answer::unknown)
        .layer(DefaultBodyLimit::max(services.limits().body_bytes))
        .layer(from_fn_with_state(
            Guard::of(Audience::Api, services),
            authenticate,
        ))
        .layer(from_fn(answer::in_googles_words))
        .with_state(services.clone())
}
