//! Implements the portal's desks with the services.
//!
//! A [`Desk`] is the services bound to one request's [`Context`]; each file implements one
//! of the portal's traits for it and translates, nothing more.

mod agents;
mod approvals;
mod authorizations;
mod catalog;
mod credentials;
mod delegations;
mod deliveries;
mod devices;
mod errors;
mod events;
mod exceptions;
mod export;
mod ledger;
mod names;
mod notes;
mod people;
mod policies;
mod questions;
mod replay;
mod reviews;
mod runs;
mod sessions;
mod standing_approvals;
mod terms;

use std::sync::Arc;

use app::api::{
    Desks, Viewer, approvals::Decide, devices::EnterDeviceCode, standing_approvals::ApproveSimilar,
    terms::ApproveWithConditions,
};
use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::request::Parts;
use leptos::{
    config::LeptosOptions,
    prelude::{provide_context, use_context},
    server_fn::ServerFn as _,
};

use crate::{
    context::{Context, Person},
    http::{
        problem::Problem,
        rate_limit::{self, RateLimit},
    },
    identity::FormToken,
    services::Services,
};

/// The services, bound to who is signed in.
#[derive(Clone)]
struct Desk {
    services: Services,
    context: Context,
}

/// Pages, server functions, live events and exports: for people who are signed in.
///
/// Expects a [`Context`] in the request's extensions, put there by the identity middleware.
pub fn router(services: Services, options: LeptosOptions) -> Router {
    let votes = RateLimit::new(services.limits().votes_per_minute);
    let codes = RateLimit::new(services.limits().codes_per_minute);
    Router::new()
        .route("/events", get(events::stream))
        .route("/reviews/{id}/export.csv", get(export::campaign))
        .route("/runs/{id}/credentials", post(credentials::hand_out))
        .with_state(services.clone())
        .merge(app::router(options, Arc::new(provide_desks)))
        .layer(from_fn(authorizations::with_form_target))
        .layer(from_fn_with_state(services, with_desks))
        .layer(from_fn_with_state((votes, codes), limit_tries))
}

/// Middleware: nobody decides faster than they can read, or guesses pipelines' codes.
async fn limit_tries(
    State((votes, codes)): State<(RateLimit, RateLimit)>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if [
        Decide::url(),
        ApproveSimilar::url(),
        ApproveWithConditions::url(),
    ]
    .contains(&path)
    {
        rate_limit::by_person(State(votes), request, next).await
    } else if path == EnterDeviceCode::url() {
        rate_limit::by_person(State(codes), request, next).await
    } else {
        next.run(request).await
    }
}

/// Middleware: makes the desks of this request.
async fn with_desks(
    State(services): State<Services>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(context) = request.extensions().get::<Context>().cloned() else {
        return next.run(request).await;
    };
    let token = request.extensions().get::<FormToken>();
    let token = token.map(|token| token.0.clone()).unwrap_or_default();
    match desks(services, context, token).await {
        Ok(desks) => {
            request.extensions_mut().insert(desks);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn desks(services: Services, context: Context, form_token: String) -> Result<Desks, Problem> {
    let pending = services.pending_for(&context).await?;
    let person = context
        .person()
        .map_err(crate::services::ServiceError::from)?;
    let viewer = viewer(person, pending, &context, form_token);
    let desk = Arc::new(Desk { services, context });
    Ok(Desks {
        viewer,
        approvals: desk.clone(),
        authorizations: desk.clone(),
        sessions: desk.clone(),
        agents: desk.clone(),
        runs: desk.clone(),
        terms: desk.clone(),
        exceptions: desk.clone(),
        reviews: desk.clone(),
        ledger: desk.clone(),
        people: desk.clone(),
        questions: desk.clone(),
        delegations: desk.clone(),
        catalog: desk.clone(),
        deliveries: desk.clone(),
        standing: desk.clone(),
        policies: desk.clone(),
        devices: desk,
    })
}

fn viewer(person: &Person, pending: usize, context: &Context, form_token: String) -> Viewer {
    Viewer {
        name: person.name.clone(),
        email: person.email.clone(),
        roles: person.roles.iter().copied().collect(),
        signed_in_with: person.method.clone(),
        signed_in_at: person.signed_in_at,
        pending: u32::try_from(pending).unwrap_or(u32::MAX),
        now: context.now,
        form_token,
    }
}

/// Hands what the middlewares made to Leptos: the desks and the nonce of the content
/// security policy.
fn provide_desks() {
    let Some(parts) = use_context::<Parts>() else {
        return;
    };
    if let Some(nonce) = parts.extensions.get::<leptos::nonce::Nonce>() {
        provide_context(nonce.clone());
    }
    if let Some(desks) = parts.extensions.get::<Desks>() {
        provide_context(desks.clone());
    }
}

/// A count for a page; more than four billion show as four billion.
fn count(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}
