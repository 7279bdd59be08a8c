//! Refusals in BigQuery's words
//! (<https://cloud.google.com/bigquery/docs/error-messages>).

use axum::{
    Json,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::http::{problem::Problem, request_id::RequestId};

/// What BigQuery calls the kinds of refusals that clients tell apart.
pub(super) fn reason(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "notFound",
        StatusCode::CONFLICT => "duplicate",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "accessDenied",
        StatusCode::TOO_MANY_REQUESTS => "quotaExceeded",
        status if status.is_server_error() => "backendError",
        _ => "invalid",
    }
}

/// The status that makes clients show the message: they hide it behind their own for a 401,
/// and try again for minutes, silently, at a 429.
const fn shown(status: StatusCode) -> StatusCode {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS => StatusCode::FORBIDDEN,
        StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
        other => other,
    }
}

/// Google's name of a status (`google.rpc.Code`).
const fn rpc_code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::FORBIDDEN => "PERMISSION_DENIED",
        StatusCode::NOT_FOUND => "NOT_FOUND",
        StatusCode::CONFLICT => "ALREADY_EXISTS",
        StatusCode::TOO_MANY_REQUESTS => "RESOURCE_EXHAUSTED",
        StatusCode::SERVICE_UNAVAILABLE => "UNAVAILABLE",
        StatusCode::INTERNAL_SERVER_ERROR => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    }
}

/// Middleware: writes what was refused as BigQuery would. By then it is recorded, and nobody
/// behind writes it anew: the problem itself goes no further.
pub(super) async fn in_googles_words(request: Request, next: Next) -> Response {
    let request_id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>() else {
        return response;
    };
    let mut message = message(problem);
    if let (true, Some(RequestId(id))) = (problem.status().is_server_error(), request_id) {
        message = format!("{message} [request: {id}]");
    }
    let Some(seconds) = problem.comes_back_soon() else {
        return error(problem.status(), &message).into_response();
    };
    let mut response = error_now(problem.status(), &message).into_response();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, seconds.into());
    response
}

/// One line with everything that the person at the client needs.
fn message(problem: &Problem) -> String {
    format!(
        "{}: {} [countersign: {}]",
        problem.title(),
        problem.explanation(),
        problem.code()
    )
}

fn error(status: StatusCode, message: &str) -> (StatusCode, Json<Value>) {
    body(shown(status), reason(status), message)
}

/// What passes in a moment: clients try again by themselves, and need show nothing.
fn error_now(status: StatusCode, message: &str) -> (StatusCode, Json<Value>) {
    let reason = match status {
        StatusCode::TOO_MANY_REQUESTS => "rateLimitExceeded",
        status => reason(status),
    };
    body(status, reason, message)
}

fn body(status: StatusCode, reason: &str, message: &str) -> (StatusCode, Json<Value>) {
    let body = json!({"error": {
        "code": status.as_u16(),
        "message": message,
        "errors": [{"message": message, "domain": "global", "reason": reason}],
        "status": rpc_code(status),
    }});
    (status, Json(body))
}

/// Addresses and methods of BigQuery's API that are not offered here.
pub(super) async fn unknown(request: Request) -> Problem {
    let what = format!("{} {}", request.method(), request.uri().path());
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_offered",
        "Countersign does not offer this",
    )
    .detail(format!(
        "`{what}` is no part of what runs through Countersign: queries, their results, and \
             what datasets and tables look like."
    ))
}
