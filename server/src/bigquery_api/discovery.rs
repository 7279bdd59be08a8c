//! The discovery document, which `bq` reads before anything else
//! (<https://developers.google.com/discovery/v1/reference/apis>).

use axum::{Json, Router, routing::get};
use serde_json::Value;

/// What is offered, in the form of a discovery document, without our address.
const DOCUMENT: &str = include_str!("discovery.json");

/// The addresses where clients look for it.
pub(super) fn router(public_url: &str) -> Router {
    let document = document(public_url);
    let answer = move || {
        let document = document.clone();
        async move { Json(document) }
    };
    Router::new()
        .route("/$discovery/rest", get(answer.clone()))
        .route("/discovery/v1/apis/bigquery/v2/rest", get(answer))
}

fn document(public_url: &str) -> Value {
    let mut document: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    document["rootUrl"] = format!("{public_url}/").into();
    document["baseUrl"] = format!("{public_url}/bigquery/v2/").into();
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_our_address() {
        let document = document("https://gate.example.com");
        assert_eq!(document["rootUrl"], "https://gate.example.com/");
        assert_eq!(document["baseUrl"], "https://gate.example.com/bigquery/v2/");
        assert_eq!(document["basePath"], "/bigquery/v2/");
        assert!(document["resources"]["jobs"]["methods"]["insert"].is_object());
    }
}
