//! `/runs/current`: the run that the token proves.

use axum::{Extension, Json, extract::State};
use http::StatusCode;
use serde::Serialize;

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
    expires_at: String,
}

/// `GET /runs/current`.
pub async fn read(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
) -> Result<Json<RunOut>, Problem> {
    let view = services.run(&context, current(&context)?).await?;
    let scope = view.run.scope.iter();
    let scope = scope.map(|entry| format!("{} {}", entry.privilege.as_str(), entry.resource));
    Ok(Json(RunOut {
        id: view.run.id.to_string(),
        agent: view.agent.name,
        on_behalf_of: view.initiator.name,
        purpose: view.run.purpose,
        ticket: view.run.ticket,
        scope: scope.collect(),
        expires_at: view.run.expires_at.to_rfc3339(),
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
