//! The BigQuery half of the sandbox, through its router.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod failures;
mod jobs;
mod metadata;
mod queries;
mod support;
