//! BigQuery's REST API over an embedded engine with a sample shop, for trying things out.

pub mod bigquery;
pub mod engine;
pub mod error;
pub mod translate;
