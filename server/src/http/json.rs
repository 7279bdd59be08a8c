//! Reads a JSON body, and says in problem details what is wrong with it.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    response::IntoResponse as _,
};
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::Problem;

/// A body that was read as JSON into `T`, which should deny unknown fields.
#[derive(Debug, Clone)]
pub struct JsonBody<T>(pub T);

impl<T, S> FromRequest<S> for JsonBody<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be JSON",
            )
            .detail("Send the header `Content-Type: application/json`."));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(unreadable)?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| wrong(&error))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase())
        .is_some_and(|essence| {
            essence == "application/json"
                || (essence.starts_with("application/") && essence.ends_with("+json"))
        })
}

fn unreadable(rejection: BytesRejection) -> Problem {
    if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "The body is too large",
        )
        .detail("Send a shorter body; the limit is `limits.body_bytes` of the configuration.");
    }
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_incomplete",
        "The body did not arrive whole",
    )
    .detail("Send the request again.")
}

/// What serde says, without the value that it did not like.
fn wrong(error: &serde_json::Error) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    let text = error.to_string();
    if error.classify() != Category::Data {
        return Problem::new(
            StatusCode::BAD_REQUEST,
            "malformed_json",
            "The body is not JSON",
        )
        .detail(format!("The text stops being JSON at {place}."));
    }
    let (code, title) = if text.starts_with("unknown field") {
        ("unknown_field", "The body has a field that is not known")
    } else if text.starts_with("missing field") {
        ("missing_field", "The body lacks a field")
    } else {
        ("invalid_field", "A field of the body is wrong")
    };
    let said = text.split(" at line ").next().unwrap_or_default();
    // `invalid type: string "…", expected u32`: the value before the comma stays out.
    let said = match said.rsplit_once(", expected ") {
        Some((_, expected)) if said.starts_with("invalid ") => format!("expected {expected}"),
        _ => said.to_owned(),
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title).detail(format!("{said} ({place})"))
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, extract::DefaultBodyLimit, routing::post};
    use http::Request;
    use serde::Deserialize;
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        count: u32,
    }

    /// The status and the problem's code that the body earns.
    async fn answer(content_type: &str, body: &str) -> (u16, String) {
        let app = Router::new()
            .route(
                "/",
                post(async |JsonBody(wanted): JsonBody<Wanted>| wanted.count.to_string()),
            )
            .layer(DefaultBodyLimit::max(40));
        let request = Request::post("/")
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from(body.to_owned()))
            .expect("a request");
        let response = app.oneshot(request).await.expect("an answer");
        let status = response.status().as_u16();
        let text = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .expect("a body");
        (status, String::from_utf8(text.to_vec()).expect("UTF-8"))
    }

    #[tokio::test]
    async fn reads_what_is_wanted() {
        let answer = answer("application/json; charset=utf-8", r#"{"count":3}"#).await;
        assert_eq!(answer, (200, "3".to_owned()));
    }

    #[tokio::test]
    async fn each_fault_has_its_code() {
        let json = "application/json";
        let long = format!(r#"{{"count":3,"x":"{}"}}"#, "y".repeat(40));
        let cases = [
            (
                "text/plain",
                r#"{"count":3}"#,
                415,
                "unsupported_media_type",
            ),
            (json, r#"{"count":"#, 400, "malformed_json"),
            (json, "", 400, "malformed_json"),
            (json, r#"{"count":3,"counts":3}"#, 422, "unknown_field"),
            (json, "{}", 422, "missing_field"),
            (
                json,
                r#"{"count":"s3cret, expected x"}"#,
                422,
                "invalid_field",
            ),
            (json, long.as_str(), 413, "body_too_large"),
        ];
        for (content_type, body, status, code) in cases {
            let answer = answer(content_type, body).await;
            assert_eq!(answer.0, status, "{body}: {}", answer.1);
            assert!(
                answer.1.contains(&format!(r#""code":"{code}""#)),
                "{}",
                answer.1
            );
            assert!(!answer.1.contains("s3cret"), "{}", answer.1);
        }
    }
}
