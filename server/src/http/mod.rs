//! The HTTP door: the API for agents and what every answer carries.

pub mod assets;
pub mod blocked;
pub mod client_address;
mod errors;
pub mod health;
pub mod json;
pub mod key_header;
pub mod oauth;
pub mod problem;
pub mod rate_limit;
pub mod request_id;
pub mod security;
pub mod v1;
