//! Puts into the ledger what was refused before anybody looked at who asks.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::EventName;

use super::Identity;
use crate::{
    context::{Actor, Context},
    http::{problem::Problem, request_id::RequestId},
    services::Refusal,
};

/// Refusals that nobody behind this middleware records.
const CODES: [&str; 2] = ["cross_site_request", "too_many_requests"];

/// Middleware: records such refusals, as far as the ledger takes them one by one.
pub(super) async fn record(
    State(identity): State<Identity>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let request_id = request.extensions().get::<RequestId>();
    let request_id = request_id.map(|id| id.0.clone()).unwrap_or_default();
    let response = next.run(request).await;
    let problem = response.extensions().get::<Problem>();
    let Some(problem) = problem.filter(|problem| CODES.contains(&problem.code())) else {
        return response;
    };
    let context = Context {
        actor: Actor::Anonymous,
        request_id,
        now: identity.0.services.now(),
    };
    let refusal = Refusal {
        event: EventName::RequestRefused,
        code: problem.code(),
        run: None,
        subject: &path,
        details: serde_json::json!({}),
    };
    match identity.0.services.record_refusal(&context, refusal).await {
        Ok(()) => response,
        Err(error) => Problem::from(error).into_response(),
    }
}
