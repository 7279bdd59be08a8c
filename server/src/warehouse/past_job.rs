//! A job that BigQuery ran, whoever asked for it.

use std::collections::BTreeMap;

use domain::{Digest, Timestamp};

/// A job as BigQuery lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastJob {
    /// Its id.
    pub id: String,
    /// In whose name it ran: a person's or a service account's e-mail address.
    pub account: String,
    /// `QUERY`, `LOAD`, `EXTRACT` or `COPY`.
    pub kind: String,
    /// `SELECT`, `INSERT` …, of a query.
    pub statement_type: Option<String>,
    /// When it was started.
    pub created_at: Timestamp,
    /// The labels that it was given.
    pub labels: BTreeMap<String, String>,
    /// SHA-256 of a query's text. The text itself may hold anything, and is not kept.
    pub text_digest: Option<Digest>,
}
