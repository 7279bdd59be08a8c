//! The door for MCP clients: the Model Context Protocol's streamable HTTP transport at `/mcp`
//! (<https://modelcontextprotocol.io/specification>), without sessions, so that any replica
//! answers any request.
//!
//! A caller proves a run by its token, as at `/api/v1`, and can do no more than there: no tool
//! decides about anything. What is refused is an answer that a model can read, with the same
//! stable code as at `/api/v1` and in the same shape, RFC 9457.

mod answers;
mod arguments;
mod calls;
mod door;
mod refusals;
mod tables;
mod tools;
mod verdict;

use std::sync::Arc;

use self::{door::Door, refusals::as_problems};
use crate::{
    config::ServerConfig,
    http::{
        key_header::with_nonce,
        oauth::MCP,
        v1::{Guard, authenticate},
    },
    services::Services,
};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use domain::Audience;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};

/// The one route.
pub fn router(services: &Services, server: &ServerConfig) -> Router {
    let door = Door::new(services.clone());
    let transport = StreamableHttpService::new(
        move || Ok(door.clone()),
        Arc::new(NeverSessionManager::default()),
        rules(services, server),
    );
    Router::new()
        .route_service(MCP, transport)
        .layer(from_fn(as_problems))
        .layer(from_fn_with_state(
            Guard::of(Audience::Mcp, services),
            authenticate,
        ))
        .layer(from_fn_with_state(services.clone(), with_nonce))
}

/// What the transport lets through: requests for our own name, from no page of another site.
/// A page whose name was pointed at this machine (DNS rebinding) has neither.
fn rules(services: &Services, server: &ServerConfig) -> StreamableHttpServerConfig {
    let url = &server.public_url;
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts([host])
        // Written with its port: without one, rmcp would let every port of this host through.
        .with_allowed_origins([format!("{}://{host}:{port}", url.scheme())])
        .enforce_origin_validation()
        .with_max_request_body_bytes(services.limits().body_bytes)
}
