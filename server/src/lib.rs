//! Countersign: the gateway, approval portal and audit console between AI agents and
//! BigQuery.
//!
//! Doors ([`http`], [`bigquery_api`], [`mcp`], `ui`) read requests and write answers; `services`
//! hold the use cases; they use the store, the analysis, the [`policy`], the [`proof`]s, the
//! [`warehouse`] and [`notify`].

pub mod bigquery_api;
pub mod command_line;
pub mod config;
pub mod context;
mod failpoints;
pub mod http;
pub mod identity;
pub mod jobs;
pub mod mcp;
pub mod notify;
pub mod policy;
pub mod program;
pub mod proof;
pub mod services;
pub mod ui;
pub mod warehouse;
