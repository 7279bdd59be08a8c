//! `POST /oauth2/introspect`: what a token is worth (RFC 7662), told to the run that it
//! belongs to and to nobody else. The caller proves itself with the run's token as it does
//! at `/api`.

use axum::{
    extract::{Extension, Request, State},
    response::Response,
};
use domain::Audience;
use serde_json::{Value, json};

use super::{MCP, call::Call, details, form::Parameters};
use crate::{
    context::Context,
    services::{GrantError, RunView, Services},
};

/// Expects the run's [`Context`], put there by the authentication in front.
pub async fn introspect(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    request: Request,
) -> Response {
    let call = Call::begin(&services, &request);
    let outcome = introspected(&services, &context, request).await;
    call.end(&services, outcome).await
}

async fn introspected(
    services: &Services,
    context: &Context,
    request: Request,
) -> Result<Value, GrantError> {
    let parameters = Parameters::of(request).await?;
    let token = parameters.required("token")?;
    let view = services.introspect_token(context, token).await?;
    Ok(view.map_or_else(|| json!({ "active": false }), |view| told(services, &view)))
}

/// The resources where the token counts.
fn audience(services: &Services, audience: Option<Audience>) -> Value {
    let ours = services.public_url();
    match audience {
        Some(Audience::Api) => json!(ours),
        Some(Audience::Mcp) => json!(format!("{ours}{MCP}")),
        None => json!([ours, format!("{ours}{MCP}")]),
    }
}

/// RFC 7662 section 2.2; `act` by RFC 8693 section 4.1, `cnf` by RFC 9449 section 6.2.
fn told(services: &Services, view: &RunView) -> Value {
    let run = &view.run;
    let seconds = |time: domain::Timestamp| time.micros().div_euclid(1_000_000);
    let mut told = json!({
        "active": true,
        "iss": services.public_url(),
        "aud": audience(services, run.audience),
        "client_id": run.agent.to_string(),
        "sub": run.initiator.to_string(),
        "act": { "sub": run.agent.to_string() },
        "iat": seconds(run.opened_at),
        "exp": seconds(run.token_expires_at),
        "token_type": if run.key_thumbprint.is_some() { "DPoP" } else { "Bearer" },
        "authorization_details": [{
            "type": details::TYPE,
            "identifier": run.id.to_string(),
            "scope": details::lines(&run.scope),
        }],
    });
    if let Some(thumbprint) = &run.key_thumbprint {
        told["cnf"] = json!({ "jkt": thumbprint });
    }
    told
}
