//! The discovery document, from which `bq` learns the API before it calls anything.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::Server;

/// The document; `ADDRESS` stands for where this server is reached.
const DOCUMENT: &str = include_str!("discovery.json");

/// The two addresses under which clients ask for it.
pub(super) fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/$discovery/rest", get(document))
        .route("/discovery/v1/apis/bigquery/v2/rest", get(document))
}

async fn document(headers: HeaderMap) -> Response {
    let plain = |host: &&str| {
        host.chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c))
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .filter(plain);
    let document = DOCUMENT.replace("ADDRESS", host.unwrap_or("localhost"));
    ([(header::CONTENT_TYPE, "application/json")], document).into_response()
}
