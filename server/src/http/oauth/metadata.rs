//! What clients can find out by themselves: RFC 8414 and RFC 9728.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{
    AUTHORIZE, DEVICE_AUTHORIZATION, INTROSPECT, MCP, REVOKE, TOKEN, details,
    token::{CODE_GRANT, DEVICE_GRANT, EXCHANGE_GRANT, REFRESH_GRANT},
};
use crate::services::Services;

/// RFC 8414 section 3.
pub const SERVER: &str = "/.well-known/oauth-authorization-server";
/// RFC 9728 section 3.
pub const RESOURCE: &str = "/.well-known/oauth-protected-resource";
/// RFC 9728 section 3.1: the path of the resource goes behind.
pub const MCP_RESOURCE: &str = "/.well-known/oauth-protected-resource/mcp";

/// The one algorithm of proofs of keys.
pub const KEY_ALGORITHMS: [&str; 1] = ["ES256"];

/// `GET /.well-known/oauth-authorization-server`
pub async fn server(State(services): State<Services>) -> Json<Value> {
    let issuer = services.public_url();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}{AUTHORIZE}"),
        "token_endpoint": format!("{issuer}{TOKEN}"),
        "device_authorization_endpoint": format!("{issuer}{DEVICE_AUTHORIZATION}"),
        "revocation_endpoint": format!("{issuer}{REVOKE}"),
        "introspection_endpoint": format!("{issuer}{INTROSPECT}"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [CODE_GRANT, REFRESH_GRANT, DEVICE_GRANT, EXCHANGE_GRANT],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "introspection_endpoint_auth_methods_supported": ["DPoP", "Bearer"],
        "dpop_signing_alg_values_supported": KEY_ALGORITHMS,
        "authorization_details_types_supported": [details::TYPE],
        "protected_resources": [issuer, format!("{issuer}{MCP}")],
    }))
}

/// `GET /.well-known/oauth-protected-resource`
pub async fn resource(State(services): State<Services>) -> Json<Value> {
    described(services.public_url(), services.public_url())
}

/// `GET /.well-known/oauth-protected-resource/mcp`
pub async fn mcp_resource(State(services): State<Services>) -> Json<Value> {
    let server = services.public_url();
    described(&format!("{server}{MCP}"), server)
}

fn described(resource: &str, server: &str) -> Json<Value> {
    Json(json!({
        "resource": resource,
        "resource_name": "Countersign",
        "authorization_servers": [server],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": KEY_ALGORITHMS,
        "authorization_details_types_supported": [details::TYPE],
    }))
}
