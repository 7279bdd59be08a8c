//! Names each request: in the log, in the answer's header and in problem details.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;
use uuid::Uuid;

use super::problem::Problem;

/// The header of the answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of a request, as a request extension. Ours alone: what the caller sends as
/// `x-request-id` is not taken over, so that two requests never share a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// Middleware: names the request, logs under the name, and writes it into the answer.
pub async fn with_request_id(mut request: Request, next: Next) -> Response {
    let id = RequestId(Uuid::now_v7().simple().to_string());
    // The path without the query: queries carry codes and states of sign-ins.
    let span = tracing::info_span!(
        "request",
        id = %id.0,
        method = %request.method(),
        path = %request.uri().path(),
    );
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).instrument(span).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = named(response, problem, &id);
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The same problem with the id in its body; headers set since then stay.
fn named(response: Response, problem: Problem, id: &RequestId) -> Response {
    let (parts, _) = response.into_parts();
    let mut named = problem.request_id(&id.0).into_response();
    for (name, value) in &parts.headers {
        if !named.headers().contains_key(name) && name != http::header::CONTENT_LENGTH {
            named.headers_mut().append(name, value.clone());
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use axum::{Extension, Router, body::Body, middleware::from_fn, routing::get};
    use http::StatusCode;
    use tower::ServiceExt as _;

    use super::*;

    async fn call(path: &str) -> (HeaderValue, String) {
        let app = Router::new()
            .route("/id", get(async |Extension(id): Extension<RequestId>| id.0))
            .route("/problem", get(async || Problem::not_found("run")))
            .layer(from_fn(with_request_id));
        let request = Request::get(path)
            .header(REQUEST_ID, "chosen-by-the-caller")
            .body(Body::empty())
            .expect("a request");
        let response = app.oneshot(request).await.expect("an answer");
        let header = response.headers()[REQUEST_ID].clone();
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .expect("a body");
        (header, String::from_utf8(body.to_vec()).expect("UTF-8"))
    }

    #[tokio::test]
    async fn handler_and_header_agree_on_a_name_of_our_own() {
        let (header, body) = call("/id").await;
        assert_eq!(header, body);
        assert_ne!(header, "chosen-by-the-caller");
        assert_ne!(header, call("/id").await.0);
    }

    #[tokio::test]
    async fn problems_carry_the_name() {
        let (header, body) = call("/problem").await;
        let problem: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(problem["request_id"], header.to_str().expect("text"));
        assert_eq!(problem["status"], StatusCode::NOT_FOUND.as_u16());
    }
}
