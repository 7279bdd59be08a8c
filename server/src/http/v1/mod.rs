//! The API for agents, `/api/v1`: JSON, proved by a run's token, never by a cookie.

mod analyze;
mod answers;
mod authentication;
mod challenge;
mod intents;
mod results;
mod runs;
mod wire;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use http::StatusCode;

pub use authentication::{Guard, authenticate};
use domain::Audience;

use super::{key_header::with_nonce, problem::Problem};
use crate::services::Services;

/// The routes below `/api/v1`.
pub fn router(services: Services) -> Router {
    let body_bytes = services.limits().body_bytes;
    Router::new()
        .route("/intents", post(intents::submit))
        .route("/intents/{id}", get(intents::read))
        .route("/intents/{id}/answers", post(answers::answer))
        .route("/intents/{id}/cancel", post(intents::cancel))
        .route("/intents/{id}/resubmit", post(intents::resubmit))
        .route("/intents/{id}/results", get(results::read))
        .route("/analyze", post(analyze::analyze))
        .route("/runs/current", get(runs::read).delete(runs::end))
        .route("/runs/current/renew", post(runs::renew))
        .fallback(async || Problem::not_found("API address"))
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This address does not take this method",
            )
        })
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(from_fn_with_state(
            Guard::of(Audience::Api, &services),
            authenticate,
        ))
        .layer(from_fn_with_state(services.clone(), with_nonce))
        .with_state(services)
}
