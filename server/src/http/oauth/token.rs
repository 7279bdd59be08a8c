//! `POST /oauth2/token`: the device grant, the token exchange, the authorization code grant and
//! refresh tokens.

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::Timestamp;
use serde::Serialize;

use super::{
    authorize::require_mcp,
    call::Call,
    details::{self, Granted},
    form::Parameters,
    require_resource,
    run_credentials::TOKEN_TYPE,
};
use crate::{
    proof::PersonTokenKind,
    services::{Exchange, GrantError, OpenedRun, Redeeming, RedeemingCode, Refreshing, Services},
};

/// OAuth 2.1 section 4.1.3.
pub const CODE_GRANT: &str = "authorization_code";
/// OAuth 2.1 section 4.3.1.
pub const REFRESH_GRANT: &str = "refresh_token";
/// RFC 8628 section 3.4.
pub const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// RFC 8693 section 2.1.
pub const EXCHANGE_GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// RFC 8693 section 3.
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// RFC 6749 section 5.1, RFC 8693 section 2.2.1, RFC 9396 section 7.
#[derive(Serialize)]
pub struct TokenOut {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
    authorization_details: [Granted; 1],
}

/// A run's token for whoever proves that it is due.
pub async fn grant(State(services): State<Services>, request: Request) -> Response {
    let call = Call::begin(&services, &request);
    let outcome = granted(&services, &call, request).await;
    call.end(&services, outcome).await
}

async fn granted(
    services: &Services,
    call: &Call,
    request: Request,
) -> Result<TokenOut, GrantError> {
    let parameters = Parameters::of(request).await?;
    let key = call.key(services).await?;
    let is_bound = key.is_some();
    let (opened, issued_token_type) = match parameters.required("grant_type")? {
        DEVICE_GRANT => (redeem(services, call, &parameters, key).await?, None),
        CODE_GRANT => (redeem_code(services, call, &parameters, key).await?, None),
        REFRESH_GRANT => (refresh(services, call, &parameters, key).await?, None),
        EXCHANGE_GRANT if parameters.optional("subject_token_type") == Some(TOKEN_TYPE) => {
            return exchange_credentials(services, call, &parameters).await;
        }
        EXCHANGE_GRANT => {
            let opened = exchange(services, call, &parameters, key).await?;
            (opened, Some(ACCESS_TOKEN))
        }
        _ => return Err(GrantError::UnsupportedGrant),
    };
    let token_type = if is_bound { "DPoP" } else { "Bearer" };
    Ok(answer(
        &opened,
        token_type,
        issued_token_type,
        call.context.now,
    ))
}

fn answer(
    opened: &OpenedRun,
    token_type: &'static str,
    issued_token_type: Option<&'static str>,
    now: Timestamp,
) -> TokenOut {
    TokenOut {
        access_token: opened.token.reveal().to_owned(),
        token_type,
        expires_in: opened.token_expires_at.seconds_since(now),
        refresh_token: opened
            .refresh_token
            .as_ref()
            .map(|token| token.reveal().to_owned()),
        issued_token_type,
        authorization_details: [Granted::of(opened)],
    }
}

/// What Google's clients send by themselves, from a run's file of credentials: they name neither
/// client nor resource, and prove no key. The `scope` and `audience` that they add change nothing:
/// the token is worth what its run is.
async fn exchange_credentials(
    services: &Services,
    call: &Call,
    parameters: &Parameters,
) -> Result<TokenOut, GrantError> {
    require_access_token(parameters)?;
    let secret = parameters.required("subject_token")?;
    let opened = services
        .exchange_run_credentials(&call.context, secret)
        .await?;
    Ok(answer(
        &opened,
        "Bearer",
        Some(ACCESS_TOKEN),
        call.context.now,
    ))
}

/// RFC 8693 section 2.1.
fn require_access_token(parameters: &Parameters) -> Result<(), GrantError> {
    match parameters.optional("requested_token_type") {
        None | Some(ACCESS_TOKEN) => Ok(()),
        Some(_) => Err(GrantError::BadParameter {
            name: "requested_token_type",
        }),
    }
}

async fn redeem(
    services: &Services,
    call: &Call,
    parameters: &Parameters,
    key: Option<String>,
) -> Result<OpenedRun, GrantError> {
    let audience = require_resource(services, parameters)?;
    let assertion = match parameters.optional("client_assertion") {
        Some(_) => Some(super::assertion(parameters)?),
        None => None,
    };
    let redeeming = Redeeming {
        client_id: parameters.required("client_id")?,
        device_code: parameters.required("device_code")?,
        key,
        audience,
        assertion,
    };
    services.redeem_device_code(&call.context, redeeming).await
}

/// A client that sent a person's browser to us. It has no secret: the verifier proves it.
async fn redeem_code(
    services: &Services,
    call: &Call,
    parameters: &Parameters,
    key: Option<String>,
) -> Result<OpenedRun, GrantError> {
    let redeeming = RedeemingCode {
        audience: require_mcp(services, parameters)?,
        client_id: parameters.required("client_id")?,
        code: parameters.required("code")?,
        verifier: parameters.required("code_verifier")?,
        redirect_uri: parameters.required("redirect_uri")?,
        key,
    };
    services
        .redeem_authorization_code(&call.context, redeeming)
        .await
}

/// The same client goes on in its run.
async fn refresh(
    services: &Services,
    call: &Call,
    parameters: &Parameters,
    key: Option<String>,
) -> Result<OpenedRun, GrantError> {
    let refreshing = Refreshing {
        audience: require_mcp(services, parameters)?,
        client_id: parameters.required("client_id")?,
        refresh_token: parameters.required("refresh_token")?,
        key,
    };
    services.refresh_tokens(&call.context, refreshing).await
}

async fn exchange(
    services: &Services,
    call: &Call,
    parameters: &Parameters,
    key: Option<String>,
) -> Result<OpenedRun, GrantError> {
    let audience = require_resource(services, parameters)?;
    let subject_kind = match parameters.required("subject_token_type")? {
        ID_TOKEN => PersonTokenKind::IdToken,
        ACCESS_TOKEN => PersonTokenKind::AccessToken,
        _ => {
            return Err(GrantError::BadParameter {
                name: "subject_token_type",
            });
        }
    };
    let subject_token = parameters.required("subject_token")?;
    let actor_token = parameters.required("actor_token")?;
    if !matches!(parameters.required("actor_token_type")?, JWT | ID_TOKEN) {
        return Err(GrantError::BadParameter {
            name: "actor_token_type",
        });
    }
    require_access_token(parameters)?;
    let exchange = Exchange {
        client_id: parameters.required("client_id")?,
        subject_token,
        subject_kind,
        actor_token,
        key,
        asked: details::asked(parameters, audience)?,
    };
    services.exchange_tokens(&call.context, exchange).await
}
