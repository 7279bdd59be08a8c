//! `POST /oauth2/revoke`: whoever holds a token ends its run (RFC 7009).

use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{call::Call, form::Parameters};
use crate::services::{GrantError, Services};

/// Ends the run; an unknown token is as good as a revoked one.
pub async fn revoke(State(services): State<Services>, request: Request) -> Response {
    let call = Call::begin(&services, &request);
    let outcome = revoked(&services, &call, request).await;
    call.end(&services, outcome).await
}

async fn revoked(
    services: &Services,
    call: &Call,
    request: Request,
) -> Result<serde_json::Value, GrantError> {
    let parameters = Parameters::of(request).await?;
    let client_id = parameters.required("client_id")?;
    let token = parameters.required("token")?;
    services
        .give_token_back(&call.context, client_id, token)
        .await?;
    Ok(serde_json::json!({}))
}
