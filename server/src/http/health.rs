//! Whether we live, and whether we can serve: for whoever starts and watches the program.

use axum::{Router, extract::State, routing::get};
use store::Store;

use super::problem::Problem;

/// `GET /healthz` and `GET /readyz`.
pub fn router(store: Store) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(store)
}

/// Ready means that the store answers: without it nothing runs and nothing is released.
async fn ready(State(store): State<Store>) -> Result<&'static str, Problem> {
    match store.ping().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            Err(Problem::unavailable())
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn lives_and_is_ready_with_a_store() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/c.db", folder.path().display());
        let app = router(Store::open(&url).await.expect("a store"));
        for path in ["/healthz", "/readyz"] {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            let response = app.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), 200, "{path}");
        }
    }
}
