//! What is refused, in the shape in which every door of ours refuses.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::{Ballot, EventName, IntentState};
use http::{StatusCode, header};
use serde_json::Value;

use crate::{
    context::Context,
    http::problem::Problem,
    services::{IntentView, Refusal, ServiceError, Services},
};

/// A tool did not do what was asked.
pub(super) struct Refused {
    problem: Box<Problem>,
    retry_after_seconds: Option<u32>,
}

impl Refused {
    pub(super) fn new(problem: Problem) -> Self {
        Self {
            problem: Box::new(problem),
            retry_after_seconds: None,
        }
    }

    /// An id that is none names nothing.
    pub(super) fn no_such(what: &'static str) -> Self {
        Self::new(Problem::not_found(what))
    }

    /// Why a query came to an end without rows.
    pub(super) fn ended(view: IntentView) -> Self {
        let retry_after_seconds = view.problem.as_ref().and_then(|p| p.retry_after_seconds);
        let problem = if view.intent.state == IntentState::Blocked {
            crate::http::blocked::blocked(view)
        } else {
            without_rows(&view)
        };
        Self {
            problem: Box::new(problem),
            retry_after_seconds,
        }
    }

    /// The refusal as the model reads it, after it is in the ledger: of an intent its own
    /// entries tell.
    pub(super) async fn recorded(
        self,
        services: &Services,
        context: &Context,
        tool: &str,
    ) -> Value {
        let is_new = self.problem.status().is_client_error() && !self.problem.names_intent();
        if is_new {
            let refusal = Refusal {
                event: EventName::RequestRefused,
                code: self.problem.code(),
                run: context.run().map(|actor| actor.run),
                subject: &format!("tool {tool}"),
                details: serde_json::json!({}),
            };
            if let Err(error) = services.record_refusal(context, refusal).await {
                return Self::from(error).told(context);
            }
        }
        self.told(context)
    }

    fn told(self, context: &Context) -> Value {
        let problem = self.problem.request_id(context.request_id.clone());
        let mut told = serde_json::to_value(problem).unwrap_or_default();
        if let (Value::Object(told), Some(seconds)) = (&mut told, self.retry_after_seconds) {
            told.insert("retry_after_seconds".to_owned(), seconds.into());
        }
        told
    }
}

impl From<ServiceError> for Refused {
    fn from(error: ServiceError) -> Self {
        Self::new(error.into())
    }
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        ServiceError::from(error).into()
    }
}

/// What to do about a query that ended otherwise than with rows.
fn without_rows(view: &IntentView) -> Problem {
    let (status, code, title, advice) = match view.intent.state {
        IntentState::Denied => (
            StatusCode::FORBIDDEN,
            "denied",
            "People said no",
            "do not ask for the same again; ask for what the comments leave room for",
        ),
        IntentState::Expired => (
            StatusCode::CONFLICT,
            "expired",
            "Nobody decided in time",
            "submit the query again if it is still needed, and tell your user to find an approver",
        ),
        IntentState::Stale => (
            StatusCode::CONFLICT,
            "stale",
            "What was approved is no longer what would run",
            "submit the query again",
        ),
        IntentState::Withdrawn | IntentState::Cancelled => (
            StatusCode::CONFLICT,
            "cancelled",
            "The query was taken back",
            "submit it again if it is needed after all",
        ),
        _ => (
            StatusCode::BAD_GATEWAY,
            "failed",
            "The query failed",
            "change the query, or submit it again if the reason was a passing one",
        ),
    };
    let known = view.problem.as_ref();
    let code = known.map_or_else(|| code.to_owned(), |problem| problem.code.clone());
    let mut sentences: Vec<String> = known.map(|p| p.detail.clone()).into_iter().collect();
    let denials = view.votes.iter().filter(|v| v.ballot == Ballot::Deny);
    let comments = denials.filter(|vote| !vote.comment.is_empty());
    sentences.extend(comments.map(|vote| format!("an approver says: {}", vote.comment)));
    sentences.push(advice.to_owned());
    Problem::new(status, code, title)
        .detail(sentences.join("; "))
        .intent(view.intent.id)
}

/// Middleware: what the transport refuses in plain text becomes a problem as everywhere, so
/// that it is told and recorded as one. Its JSON-RPC errors stay as they are.
pub(super) async fn as_problems(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_json = content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/"));
    if !status.is_client_error() || is_json {
        return response;
    }
    let (code, title, detail) = match status {
        StatusCode::FORBIDDEN => (
            "foreign_origin",
            "This does not come from where we are",
            "`Host` has to name this server as `server.public_url` does, and `Origin`, where a \
             browser sends it, has to be ours",
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "method_not_allowed",
            "This address does not take this method",
            "send each message by POST; there are no sessions and no stream of our own",
        ),
        StatusCode::NOT_ACCEPTABLE => (
            "not_acceptable",
            "Answers do not come in this form",
            "accept both `application/json` and `text/event-stream`",
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            "unsupported_media_type",
            "The body must be JSON",
            "send the header `Content-Type: application/json`",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "body_too_large",
            "The body is too large",
            "send a shorter body; the limit is `limits.body_bytes` of the configuration",
        ),
        _ => (
            "malformed_request",
            "This is no request of the protocol",
            "send a JSON-RPC message with the headers that the Model Context Protocol asks for",
        ),
    };
    Problem::new(status, code, title)
        .detail(detail)
        .into_response()
}
