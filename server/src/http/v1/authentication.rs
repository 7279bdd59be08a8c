//! Proves the run before anything is read, and records what was refused.

use axum::{
    extract::{OriginalUri, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::{EventName, RunId};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    context::{Actor, Context},
    http::{problem::Problem, request_id::RequestId},
    services::{Proof, Refusal, RunToken, ServiceError, Services},
};

/// Lets requests with a run's token through, with their [`Context`]; everything refused here
/// or behind goes to the ledger.
pub async fn authenticate(
    State(services): State<Services>,
    // The request's own address has lost the part that the router above this one took.
    OriginalUri(address): OriginalUri,
    mut request: Request,
    next: Next,
) -> Response {
    let mut context = anonymous(&services, &request);
    let subject = format!("{} {}", request.method(), address.path());
    match prove(&services, request.headers(), &context).await {
        Ok(actor) => context.actor = actor,
        Err((run, problem)) => {
            let problem = *problem;
            return refuse(&services, &context, run, &subject, problem).await;
        }
    }
    request.extensions_mut().insert(context.clone());
    let response = next.run(request).await;
    let refused = response.extensions().get::<Problem>().cloned();
    match refused {
        Some(problem) if problem.status().is_client_error() && !problem.names_intent() => {
            let run = context.run().map(|actor| actor.run);
            match record(&services, &context, run, &subject, &problem).await {
                Ok(()) => response,
                Err(unavailable) => unavailable.into_response(),
            }
        }
        _ => response,
    }
}

fn anonymous(services: &Services, request: &Request) -> Context {
    let request_id = request.extensions().get::<RequestId>();
    Context {
        actor: Actor::Anonymous,
        request_id: request_id.map(|id| id.0.clone()).unwrap_or_default(),
        now: services.now(),
    }
}

type Unproved = (Option<RunId>, Box<Problem>);

async fn prove(
    services: &Services,
    headers: &HeaderMap,
    context: &Context,
) -> Result<Actor, Unproved> {
    let token = bearer(headers).map_err(|problem| (None, problem))?;
    match services
        .authenticate(&token, &Proof::Bearer, context.now)
        .await
    {
        Ok(run) => Ok(Actor::Run(run)),
        Err(error @ ServiceError::Token { .. }) => {
            let run = services.run_of_token(&token).await.ok().flatten();
            Err((run, Box::new(error.into())))
        }
        Err(error) => Err((None, Box::new(error.into()))),
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750 section 2.1).
pub(super) fn bearer(headers: &HeaderMap) -> Result<RunToken, Box<Problem>> {
    let wrong = |code, detail: &str| {
        let problem = Problem::new(StatusCode::UNAUTHORIZED, code, "A run token is needed");
        Box::new(problem.detail(detail))
    };
    // Of two, each program on the way might believe another one.
    if headers.get_all(header::AUTHORIZATION).iter().count() > 1 {
        return Err(wrong("token_malformed", "send one Authorization header"));
    }
    let header = headers.get(header::AUTHORIZATION).ok_or_else(|| {
        wrong(
            "token_missing",
            "send the header `Authorization: Bearer …` with the token that the portal showed",
        )
    })?;
    let text = header.to_str().ok();
    let token = text.and_then(|text| text.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let token = token.ok_or_else(|| {
        wrong(
            "token_malformed",
            "the header must be `Authorization: Bearer` and the run token",
        )
    })?;
    token
        .1
        .trim()
        .parse::<RunToken>()
        .map_err(|error| wrong(error.code(), &error.to_string()))
}

async fn refuse(
    services: &Services,
    context: &Context,
    run: Option<RunId>,
    subject: &str,
    problem: Problem,
) -> Response {
    let recorded = record(services, context, run, subject, &problem).await;
    let mut response = recorded.err().unwrap_or(problem).into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"countersign\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

async fn record(
    services: &Services,
    context: &Context,
    run: Option<RunId>,
    subject: &str,
    problem: &Problem,
) -> Result<(), Problem> {
    if problem.status().is_server_error() {
        return Ok(());
    }
    let refusal = Refusal {
        event: EventName::RequestRefused,
        code: problem.code(),
        run,
        subject,
        details: serde_json::json!({}),
    };
    let recorded = services.record_refusal(context, refusal).await;
    recorded.map_err(Problem::from)
}
