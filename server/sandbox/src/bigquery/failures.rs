//! Error bodies as BigQuery writes them.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    engine::EngineError,
    error::{QueryError, Reason},
};

/// A request that failed.
#[derive(Debug)]
pub struct Failure(pub QueryError);

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        Self(error)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self(match error {
            EngineError::Query(error) => error,
            other => {
                tracing::error!(error = %other, "the engine failed");
                QueryError::new(
                    Reason::InternalError,
                    "An internal error occurred and the request could not be completed.",
                )
            }
        })
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let reason = self.0.reason;
        let body = json!({"error": {
            "code": reason.status().as_u16(),
            "message": self.0.message,
            "errors": [entry(&self.0, true)],
            "status": reason.canonical(),
        }});
        (reason.status(), Json(body)).into_response()
    }
}

/// One entry of an error list; those of a job have no `domain`.
///
/// Source: <https://cloud.google.com/bigquery/docs/reference/rest/v2/ErrorProto>
pub(super) fn entry(error: &QueryError, with_domain: bool) -> Value {
    let mut entry = json!({"message": error.message, "reason": error.reason.as_str()});
    if with_domain {
        entry["domain"] = json!("global");
    }
    if error.reason == Reason::InvalidQuery {
        entry["location"] = json!("q");
        entry["locationType"] = json!("parameter");
    }
    entry
}
