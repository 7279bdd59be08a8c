//! Whether we live, and whether we can serve: for whoever starts and watches the program.

use axum::{Router, extract::State, routing::get};

use super::problem::Problem;
use crate::services::Services;

/// `GET /healthz` and `GET /readyz`.
pub fn router(services: Services) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(services)
}

/// Ready means that the store answers: without it nothing runs and nothing is released.
async fn ready(State(services): State<Services>) -> Result<&'static str, Problem> {
    services.ready().await?;
    Ok("ready\n")
}
