//! The BigQuery half of the sandbox, through its router.

mod failures;
mod jobs;
mod metadata;
mod queries;
mod support;
