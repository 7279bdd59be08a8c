//! `POST /oauth2/device_authorization`: a pipeline asks for a code (RFC 8628 section 3.1).

use axum::{
    extract::{Request, State},
    response::Response,
};
use serde::Serialize;

use super::{assertion, call::Call, details, form::Parameters, require_resource};
use crate::services::{Asking, GrantError, Services};

/// The page where a person types the code.
const PAGE: &str = "/device";

/// RFC 8628 section 3.2. Without `verification_uri_complete`: a link that carries the code
/// would let whoever sends it choose what a hurried person confirms.
#[derive(Serialize)]
pub struct CodesOut {
    device_code: String,
    user_code: String,
    verification_uri: String,
    expires_in: i64,
    interval: i64,
}

/// Codes for a workload that has proved itself.
pub async fn authorize(State(services): State<Services>, request: Request) -> Response {
    let call = Call::begin(&services, &request);
    let outcome = authorized(&services, &call, request).await;
    call.end(&services, outcome).await
}

async fn authorized(
    services: &Services,
    call: &Call,
    request: Request,
) -> Result<CodesOut, GrantError> {
    let parameters = Parameters::of(request).await?;
    let key = call.key(services).await?;
    let audience = require_resource(services, &parameters)?;
    let asking = Asking {
        client_id: parameters.required("client_id")?,
        assertion: assertion(&parameters)?,
        key,
        asked: details::asked(&parameters, audience)?,
    };
    let codes = services.ask_for_run(&call.context, asking).await?;
    Ok(CodesOut {
        device_code: codes.device_code.reveal().to_owned(),
        user_code: codes.user_code.reveal(),
        verification_uri: format!("{}{PAGE}", services.public_url()),
        expires_in: codes.expires_in,
        interval: codes.interval,
    })
}
