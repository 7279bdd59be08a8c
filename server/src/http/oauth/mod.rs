//! The OAuth door: how pipelines and interactive agents get a run's token.
//!
//! Device grant (RFC 8628), token exchange (RFC 8693) and authorization code grant (OAuth 2.1
//! section 4.1), bound to a key by `DPoP` (RFC 9449); revocation (RFC 7009) and introspection (RFC 7662); metadata (RFC 8414,
//! RFC 9728). Errors are those of RFC 6749 section 5.2, with a finer stable `code`.

mod authorize;
mod call;
mod details;
mod device;
mod form;
mod introspect;
mod metadata;
mod revoke;
mod run_credentials;
mod token;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};

use crate::{
    http::{
        key_header::with_nonce,
        rate_limit::{RateLimit, by_address},
        v1,
    },
    services::{GrantError, Services},
};
pub use authorize::{AUTHORIZE, Authorizing, Unanswerable, form_target};
use domain::Audience;
use form::Parameters;
pub use metadata::{KEY_ALGORITHMS, MCP_RESOURCE, RESOURCE};
pub use run_credentials::file as credentials_file;

/// The longest request, in bytes: two tokens and what is wanted.
const BODY_BYTES: usize = 64 * 1024;

/// The token endpoint.
pub const TOKEN: &str = "/oauth2/token";
/// Where a pipeline asks for a device code.
pub const DEVICE_AUTHORIZATION: &str = "/oauth2/device_authorization";
/// Where a token is given back.
pub const REVOKE: &str = "/oauth2/revoke";
/// Where a token's holder asks what it is worth.
pub const INTROSPECT: &str = "/oauth2/introspect";
/// Where MCP clients reach us: to them a resource of its own.
pub const MCP: &str = "/mcp";
/// RFC 7523 section 2.2.
const JWT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The addresses of clients, and what is said of them.
pub fn router(services: Services, limit: RateLimit) -> Router {
    let introspection = Router::new()
        .route(INTROSPECT, post(introspect::introspect))
        .layer(from_fn_with_state(
            v1::Guard::every_door(&services),
            v1::authenticate,
        ));
    Router::new()
        .route(TOKEN, post(token::grant))
        .route(DEVICE_AUTHORIZATION, post(device::authorize))
        .route(REVOKE, post(revoke::revoke))
        .route(
            run_credentials::SUBJECT_TOKEN,
            get(run_credentials::subject_token),
        )
        .merge(introspection)
        .layer(from_fn_with_state(limit, by_address))
        .layer(from_fn_with_state(services.clone(), with_nonce))
        .route(metadata::SERVER, get(metadata::server))
        .route(RESOURCE, get(metadata::resource))
        .route(MCP_RESOURCE, get(metadata::mcp_resource))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(services)
}

/// The door that the token is asked for (RFC 8707). It counts there and nowhere else: nothing
/// hands a run's token on.
fn require_resource(services: &Services, parameters: &Parameters) -> Result<Audience, GrantError> {
    let ours = services.public_url();
    let resource = parameters.optional("resource").ok_or(GrantError::Target)?;
    match resource.strip_prefix(ours) {
        Some("") => Ok(Audience::Api),
        Some(MCP) => Ok(Audience::Mcp),
        _ => Err(GrantError::Target),
    }
}

/// The workload's own token, as RFC 7523 section 2.2 sends it.
fn assertion(parameters: &Parameters) -> Result<&str, GrantError> {
    parameters.expected("client_assertion_type", JWT_ASSERTION)?;
    parameters.required("client_assertion")
}
