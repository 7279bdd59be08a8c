//! Proves the run before anything is read, and records what was refused.

use axum::{
    extract::{OriginalUri, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::{Audience, EventName, RunId};
use http::{HeaderMap, StatusCode, header};

use super::challenge::{Challenge, challenges};
use crate::{
    context::{Actor, Context},
    http::{
        key_header::{self, Place},
        problem::Problem,
        request_id::RequestId,
    },
    services::{GrantError, Proof, Refusal, RunToken, ServiceError, Services},
};

/// What a request's token is held against.
#[derive(Clone)]
pub struct Guard {
    services: Services,
    door: Option<Audience>,
}

impl Guard {
    /// Of one door: tokens that were asked for another do not count (RFC 8707).
    #[must_use]
    pub fn of(door: Audience, services: &Services) -> Self {
        Self {
            services: services.clone(),
            door: Some(door),
        }
    }

    /// Of an address where every token counts.
    #[must_use]
    pub fn every_door(services: &Services) -> Self {
        Self {
            services: services.clone(),
            door: None,
        }
    }
}

/// Lets requests with a run's token through, with their [`Context`]; everything refused here
/// or behind goes to the ledger.
pub async fn authenticate(
    State(guard): State<Guard>,
    // The request's own address has lost the part that the router above this one took.
    OriginalUri(address): OriginalUri,
    mut request: Request,
    next: Next,
) -> Response {
    let services = &guard.services;
    let mut context = anonymous(services, &request);
    let subject = format!("{} {}", request.method(), address.path());
    let place = Place {
        method: request.method(),
        path: address.path(),
        headers: request.headers(),
    };
    match prove(&guard, &place, &context).await {
        Ok(actor) => context.actor = actor,
        Err(unproved) => {
            return refuse(&guard, &context, &subject, *unproved).await;
        }
    }
    request.extensions_mut().insert(context.clone());
    let response = next.run(request).await;
    let refused = response.extensions().get::<Problem>().cloned();
    match refused {
        Some(problem) if problem.status().is_client_error() && !problem.names_intent() => {
            let run = context.run().map(|actor| actor.run);
            match record(services, &context, run, &subject, &problem).await {
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

/// Why nobody is let through.
struct Unproved {
    /// The run that the token names, if it names one.
    run: Option<RunId>,
    problem: Problem,
    challenge: Challenge,
    /// Whether something was refused; else the client only has to say more.
    is_refusal: bool,
}

impl Unproved {
    fn token(code: &'static str, detail: &str) -> Self {
        let problem = Problem::new(StatusCode::UNAUTHORIZED, code, "A run token is needed");
        Self {
            run: None,
            problem: problem.detail(detail),
            challenge: Challenge::InvalidToken,
            is_refusal: true,
        }
    }
}

impl From<ServiceError> for Unproved {
    fn from(error: ServiceError) -> Self {
        Self {
            run: None,
            problem: error.into(),
            challenge: Challenge::InvalidToken,
            is_refusal: true,
        }
    }
}

impl From<GrantError> for Unproved {
    fn from(error: GrantError) -> Self {
        let GrantError::Service(error) = error else {
            let title = "The proof of the client's key does not count";
            let problem = Problem::new(StatusCode::UNAUTHORIZED, error.code(), title);
            return Self {
                run: None,
                problem: problem.detail(error.to_string()),
                challenge: Challenge::Proof(error.error()),
                is_refusal: error.is_refusal(),
            };
        };
        error.into()
    }
}

async fn prove(
    guard: &Guard,
    place: &Place<'_>,
    context: &Context,
) -> Result<Actor, Box<Unproved>> {
    let presented = Presented::read(place.headers)?;
    match prove_run(guard, place, &presented, context).await {
        Ok(actor) => Ok(actor),
        Err(mut unproved) => {
            let run = guard.services.run_of_token(&presented.token).await;
            unproved.run = run.ok().flatten();
            Err(Box::new(unproved))
        }
    }
}

/// The proof is used up last: nobody without a token makes us keep anything.
async fn prove_run(
    Guard { services, door }: &Guard,
    place: &Place<'_>,
    presented: &Presented,
    context: &Context,
) -> Result<Actor, Unproved> {
    let Presented { scheme, token } = presented;
    let now = context.now;
    if *scheme == Scheme::Bearer {
        let run = services
            .authenticate(token, &Proof::Bearer, *door, now)
            .await?;
        return Ok(Actor::Run(run));
    }
    let shown = key_header::check(services, place, Some(token.reveal()), now)?;
    let shown = shown.ok_or(GrantError::KeyMissing)?;
    let proof = Proof::Key(shown.thumbprint.clone());
    let run = services.authenticate(token, &proof, *door, now).await?;
    services.use_key_proof(&shown, now).await?;
    Ok(Actor::Run(run))
}

/// How a token is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// RFC 6750 section 2.1.
    Bearer,
    /// RFC 9449 section 7.1.
    Dpop,
}

/// A token as it was sent.
struct Presented {
    scheme: Scheme,
    token: RunToken,
}

impl Presented {
    fn read(headers: &HeaderMap) -> Result<Self, Box<Unproved>> {
        let mut sent = headers.get_all(header::AUTHORIZATION).iter();
        let text = match (sent.next(), sent.next()) {
            (None, _) => return Err(Box::new(missing())),
            (Some(value), None) => value.to_str().unwrap_or_default(),
            (Some(_), Some(_)) => "",
        };
        let (scheme, token) = text.split_once(' ').unwrap_or_default();
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Scheme::Bearer,
            "dpop" => Scheme::Dpop,
            _ => return Err(Box::new(malformed())),
        };
        match token.trim().parse::<RunToken>() {
            Ok(token) => Ok(Self { scheme, token }),
            Err(error) => Err(Box::new(Unproved::token(error.code(), &error.to_string()))),
        }
    }
}

fn missing() -> Unproved {
    Unproved {
        challenge: Challenge::Token,
        ..Unproved::token(
            "token_missing",
            "send the header `Authorization` with `DPoP` or `Bearer` and the run token",
        )
    }
}

fn malformed() -> Unproved {
    Unproved::token(
        "token_malformed",
        "send one header `Authorization`: `DPoP` or `Bearer`, a space, and the run token",
    )
}

/// The token of a request that was let through.
pub(super) fn presented_token(headers: &HeaderMap) -> Result<RunToken, Box<Problem>> {
    let presented = Presented::read(headers).map_err(|unproved| Box::new(unproved.problem));
    Ok(presented?.token)
}

async fn refuse(
    Guard { services, door }: &Guard,
    context: &Context,
    subject: &str,
    unproved: Unproved,
) -> Response {
    let Unproved {
        run,
        problem,
        challenge,
        is_refusal,
    } = unproved;
    if is_refusal && let Err(problem) = record(services, context, run, subject, &problem).await {
        return problem.into_response();
    }
    let mut response = problem.into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        for value in challenges(challenge, services.public_url(), *door) {
            let headers = response.headers_mut();
            headers.append(header::WWW_AUTHENTICATE, value);
        }
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
