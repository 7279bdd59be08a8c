//! The program as agents, people and an operator meet it: the real router, a real
//! database, and a warehouse, a clock and a mail box that the tests hold in their hands.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

mod architecture;
mod bigquery_api;
mod command_line;
mod http;
mod identity;
mod mcp;
mod oauth;
mod races;
mod routes;
mod services;
mod support;
mod ui;
mod warehouse;
