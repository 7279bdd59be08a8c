//! `/intents`: submit, read, wait, cancel.

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::{FromRequestParts, Path, Query, State},
};
use domain::{IntentId, IntentState};
use http::{HeaderMap, StatusCode, request::Parts};
use serde::Deserialize;

use super::wire::{IntentIn, IntentOut};
use crate::{
    context::Context,
    http::{blocked::blocked, json::JsonBody, problem::Problem},
    services::{IntentView, Services, Submission},
};

/// The longest that one request waits, in seconds.
const WAIT_MAXIMUM: u64 = 30;

/// Query parameters of `GET /intents/{id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// Seconds to wait for the intent's end.
    #[serde(default)]
    wait: u64,
}

/// `POST /intents`: 201 with the intent, unless it was blocked.
pub async fn submit(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<IntentIn>,
) -> Result<(StatusCode, Json<IntentOut>), Problem> {
    let key = headers.get("idempotency-key");
    let submission = Submission {
        idempotency_key: key
            .and_then(|key| key.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        sql: body.sql,
        parameters: body.parameters,
        purpose: body.purpose,
        maximum_bytes_billed: body.maximum_bytes_billed,
        default_dataset: None,
        unmask: body.unmask,
        unmask_reason: body.unmask_reason,
    };
    let view = services.submit_intent(&context, submission).await?;
    taken_in(view, &services).map_err(|problem| *problem)
}

/// `POST /intents/{id}/resubmit`: a new intent that asks for the same as one that became stale
/// or expired. Asked twice, it is the same new intent.
pub async fn resubmit(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    IntentAt(id): IntentAt,
) -> Result<(StatusCode, Json<IntentOut>), Problem> {
    let view = services.ask_again(&context, id).await?;
    taken_in(view, &services).map_err(|problem| *problem)
}

fn taken_in(
    view: IntentView,
    services: &Services,
) -> Result<(StatusCode, Json<IntentOut>), Box<Problem>> {
    if view.intent.state == IntentState::Blocked {
        return Err(Box::new(blocked(view)));
    }
    let out = IntentOut::new(view, services.public_url());
    Ok((StatusCode::CREATED, Json(out)))
}

/// `GET /intents/{id}?wait=30`: the intent, at once or when it has come to its end.
pub async fn read(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    IntentAt(id): IntentAt,
    query: Result<Query<Wait>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<IntentOut>, Problem> {
    let Query(Wait { wait }) = query.map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_query",
            "The address has a parameter that is wrong",
        )
        .detail("The only parameter is `wait`, in whole seconds.")
    })?;
    let patience = Duration::from_secs(wait.min(WAIT_MAXIMUM));
    let view = services.await_intent(&context, id, patience).await?;
    Ok(Json(IntentOut::new(view, services.public_url())))
}

/// `POST /intents/{id}/cancel`: withdrawn while it waits, cancelled once it may run.
pub async fn cancel(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    IntentAt(id): IntentAt,
) -> Result<Json<IntentOut>, Problem> {
    let view = services.cancel_intent(&context, id).await?;
    Ok(Json(IntentOut::new(view, services.public_url())))
}

/// The intent that an address names; what is no id names no intent.
pub struct IntentAt(pub IntentId);

impl<S: Send + Sync> FromRequestParts<S> for IntentAt {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let id = path.ok().and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or_else(|| Problem::not_found("intent"))
    }
}
