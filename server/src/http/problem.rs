//! Errors as every door answers them: problem details (RFC 9457) with a stable `code`.
//!
//! A problem says what to change. It never carries a value from the data, a token or the
//! text of an inner error.

use std::borrow::Cow;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use domain::{Finding, IntentId};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// One field that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The name of the field as it was sent.
    pub field: String,
    /// What to change.
    pub message: String,
}

/// An error as the caller sees it.
///
/// The request's id is filled in on the way out by
/// [`with_request_id`](super::request_id::with_request_id).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A URN made of the code; RFC 9457 wants a URI that names the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// What went wrong, the same words for every problem of this code.
    title: Cow<'static, str>,
    #[serde(serialize_with = "number")]
    status: StatusCode,
    /// Stable, in `snake_case`.
    code: Cow<'static, str>,
    /// What to change, in this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Names the request in our log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// The intent that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<IntentId>,
    /// What the analysis found in the SQL.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
    /// All that would have to be granted, each as a scope is written: `read project.dataset.table`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needed: Vec<String>,
    /// Which fields are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// In how many seconds to come back; a header.
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// So many seconds people and programs wait without being told why.
const SOON: u32 = 2;

impl Problem {
    /// A problem of the kind `code`, which is stable and in `snake_case`.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        title: impl Into<Cow<'static, str>>,
    ) -> Self {
        let code = code.into();
        Self {
            kind: format!("urn:countersign:problem:{code}"),
            title: title.into(),
            status,
            code,
            detail: None,
            request_id: None,
            intent: None,
            findings: Vec::new(),
            needed: Vec::new(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// Says what to change.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the intent.
    #[must_use]
    pub const fn intent(mut self, intent: IntentId) -> Self {
        self.intent = Some(intent);
        self
    }

    /// Whether an intent is named, whose own entries then tell what happened.
    #[must_use]
    pub const fn names_intent(&self) -> bool {
        self.intent.is_some()
    }

    /// Adds what the analysis found.
    #[must_use]
    pub fn findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings = findings;
        self
    }

    /// Says what would have to be granted, all of it at once: clients need to ask only once
    /// more. Also as a challenge (RFC 6750 section 3.1), with a colon in place of the space,
    /// which separates scopes there.
    #[must_use]
    pub fn needed(mut self, scopes: Vec<String>) -> Self {
        self.needed = scopes;
        self
    }

    fn challenges(&self) -> impl Iterator<Item = HeaderValue> {
        let scopes: Vec<_> = self.needed.iter().map(|s| s.replace(' ', ":")).collect();
        let error = format!(
            "error=\"insufficient_scope\", scope=\"{}\"",
            scopes.join(" ")
        );
        let schemes = if scopes.is_empty() {
            &[][..]
        } else {
            &["DPoP", "Bearer"]
        };
        let texts = schemes
            .iter()
            .map(move |scheme| format!("{scheme} {error}"));
        texts.filter_map(|text| HeaderValue::from_str(&text).ok())
    }

    /// Adds a field that is wrong.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.errors.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
        self
    }

    /// Says in how many seconds to come back (RFC 9110 section 10.2.3).
    #[must_use]
    pub const fn retry_after(mut self, seconds: Option<u32>) -> Self {
        self.retry_after = seconds;
        self
    }

    /// In how many seconds to come back, where that is so soon that clients may wait by themselves.
    #[must_use]
    pub fn comes_back_soon(&self) -> Option<u32> {
        self.retry_after.filter(|seconds| *seconds <= SOON)
    }

    /// Names the request.
    #[must_use]
    pub fn request_id(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// What happened, in a few words.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What to change, in one line: of the whole, then of each field.
    #[must_use]
    pub fn explanation(&self) -> String {
        let fields = self.errors.iter();
        let fields = fields.map(|error| format!("`{}`: {}", error.field, error.message));
        let all: Vec<_> = self.detail.iter().cloned().chain(fields).collect();
        all.join("; ")
    }

    /// The stable name of the kind of problem.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Something of ours failed; the cause is in the log and nowhere else.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side",
        )
        .detail("Try again. If it stays, tell the administrators the request id.")
    }

    /// The store or the ledger does not answer, so nothing runs.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Countersign cannot keep its records at the moment",
        )
        .detail("Nothing was run or changed. Try again in a few seconds.")
        .retry_after(Some(SOON))
    }

    /// There is no such thing, or the caller may not know of it.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found")
            .detail(format!("There is no such {what}, or you may not see it."))
    }

    /// The body as JSON; an error to write it cannot happen and yields an empty object.
    fn body(&self) -> Body {
        Body::from(serde_json::to_vec(self).unwrap_or_else(|_| b"{}".to_vec()))
    }
}

impl From<Box<Self>> for Problem {
    fn from(boxed: Box<Self>) -> Self {
        *boxed
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for challenge in self.challenges() {
            headers.append(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // Kept beside the body, so that the outermost layer can write the request's id in.
        response.extensions_mut().insert(self);
        response
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's `serialize_with` passes a reference"
)]
fn number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_rfc_9457_says() {
        let problem = Problem::new(StatusCode::CONFLICT, "already_voted", "You have voted")
            .detail("Each person votes once.")
            .field("ballot", "remove it")
            .request_id("r1");
        assert_eq!(
            serde_json::to_value(&problem).expect("JSON"),
            serde_json::json!({
                "type": "urn:countersign:problem:already_voted",
                "title": "You have voted",
                "status": 409,
                "code": "already_voted",
                "detail": "Each person votes once.",
                "request_id": "r1",
                "errors": [{"field": "ballot", "message": "remove it"}],
            })
        );
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::CONFLICT);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
    }
}
