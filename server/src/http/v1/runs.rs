//! `/runs/current`: the run that the token proves.

use axum::{Extension, Json, extract::State};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

use super::authentication::presented_token;
use crate::{
    context::Context,
    http::problem::Problem,
    services::{ServiceError, Services},
};

/// The run as its agent reads it.
#[derive(Debug, Serialize)]
pub struct RunOut {
    id: String,
    agent: String,
    on_behalf_of: String,
    purpose: String,
    ticket: String,
    scope: Vec<String>,
    /// When the run ends.
    expires_at: String,
    /// When the token ends that is in use now.
    token_expires_at: String,
}

/// A token that takes the place of the one that asked for it.
#[derive(Debug, Serialize)]
pub struct TokenOut {
    /// Shown this once.
    token: String,
    /// When it ends in turn, RFC 3339.
    token_expires_at: String,
}

/// `GET /runs/current`.
pub async fn read(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
) -> Result<Json<RunOut>, Problem> {
    let view = services.run(&context, current(&context)?).await?;
    let scope = view.run.scope.powers().iter();
    let scope = scope.map(ToString::to_string);
    Ok(Json(RunOut {
        id: view.run.id.to_string(),
        agent: view.agent.name,
        on_behalf_of: view.initiator.name,
        purpose: view.run.purpose,
        ticket: view.run.ticket,
        scope: scope.collect(),
        expires_at: view.run.expires_at.to_rfc3339(),
        token_expires_at: view.run.token_expires_at.to_rfc3339(),
    }))
}

/// `POST /runs/current/renew`: the next token, within the run's time. From the answer on
/// the old one counts no longer.
pub async fn renew(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    headers: HeaderMap,
) -> Result<Json<TokenOut>, Problem> {
    let old = presented_token(&headers).map_err(|problem| *problem)?;
    let (token, expires_at) = services.renew_token(&context, &old).await?;
    Ok(Json(TokenOut {
        token: token.reveal().to_owned(),
        token_expires_at: expires_at.to_rfc3339(),
    }))
}

/// `DELETE /runs/current`: the agent gives its token back.
pub async fn end(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
) -> Result<StatusCode, Problem> {
    let run = current(&context)?;
    services
        .revoke_run(&context, run, "ended by the agent")
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn current(context: &Context) -> Result<domain::RunId, ServiceError> {
    let run = context.run().map(|actor| actor.run);
    run.ok_or(ServiceError::NotFound { what: "run" })
}
