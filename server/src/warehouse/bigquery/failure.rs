//! From BigQuery's and the network's failures to ours. Nothing of their text passes
//! except BigQuery's reason and its message without values.

use gcp_bigquery_client::error::{BQError, NestedResponseError};
use reqwest::StatusCode;
use serde::Deserialize;

use super::super::WarehouseError;

/// Reasons that say "not now" whatever the status
/// (<https://cloud.google.com/bigquery/docs/error-messages>).
const PASSING_REASONS: &[&str] = &[
    "backendError",
    "internalError",
    "jobBackendError",
    "jobInternalError",
    "jobRateLimitExceeded",
    "rateLimitExceeded",
];

/// BigQuery's error body. Unlike the client's type, it needs none of its parts.
#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    error: Fault,
}

#[derive(Default, Deserialize)]
struct Fault {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<Cause>,
}

#[derive(Deserialize)]
struct Cause {
    #[serde(default)]
    reason: String,
}

/// Whether the client was told that the job exists already.
pub(super) fn is_duplicate(error: &BQError) -> bool {
    matches!(error, BQError::ResponseError { error } if error.error.code == 409)
}

/// A failure that the client reports.
pub(super) fn of_client(error: &BQError) -> WarehouseError {
    match error {
        BQError::ResponseError { error } => of_nested(&error.error),
        BQError::RequestError(error) => of_transport(error),
        _ => WarehouseError::Unavailable {
            why: "there is no access token for it",
        },
    }
}

fn of_nested(error: &NestedResponseError) -> WarehouseError {
    let reason = error.errors.first().and_then(|cause| cause.get("reason"));
    let status = u16::try_from(error.code)
        .ok()
        .and_then(|code| StatusCode::from_u16(code).ok());
    classify(status, reason.map_or("", String::as_str), &error.message)
}

/// An answer with an error status, whatever its body is.
pub(super) fn of_answer(status: StatusCode, body: &[u8]) -> WarehouseError {
    let fault = serde_json::from_slice::<Body>(body)
        .unwrap_or_default()
        .error;
    let reason = fault.errors.first().map_or("", |cause| &cause.reason);
    classify(Some(status), reason, &fault.message)
}

/// No answer, or half of one.
pub(super) fn of_transport(error: &reqwest::Error) -> WarehouseError {
    if error.is_timeout() {
        WarehouseError::Unavailable {
            why: "it did not answer in time",
        }
    } else if error.is_decode() {
        WarehouseError::Undecodable {
            what: "it is not the JSON that the API describes",
        }
    } else {
        WarehouseError::Unavailable {
            why: "there is no connection",
        }
    }
}

fn classify(status: Option<StatusCode>, reason: &str, message: &str) -> WarehouseError {
    match status {
        _ if PASSING_REASONS.contains(&reason) => WarehouseError::Unavailable {
            why: "it asks to try again later",
        },
        Some(StatusCode::NOT_FOUND) => WarehouseError::not_found(message),
        Some(StatusCode::UNAUTHORIZED) => WarehouseError::Unavailable {
            why: "it does not accept this server's credentials",
        },
        Some(StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT) => {
            WarehouseError::Unavailable {
                why: "it asks to try again later",
            }
        }
        Some(status) if status.is_client_error() => WarehouseError::rejected(reason, message),
        _ => WarehouseError::Unavailable {
            why: "it failed itself",
        },
    }
}
