//! The audit log as people read it.

use domain::{Digest, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::UiError;

/// A page of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPage {
    /// Where the chain ends; none when the ledger is empty.
    pub head: Option<ChainHead>,
    /// Newest first.
    pub entries: Vec<EntryRow>,
}

/// The end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// The last entry's number.
    pub sequence: u64,
    /// The last entry's hash.
    pub hash: Digest,
}

/// One entry in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRow {
    /// Its number.
    pub sequence: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What happened, by its stable name.
    pub event: String,
    /// What it is about: the id of an intent, run, agent, campaign …
    pub subject: String,
    /// Who did it: a person's e-mail address, an agent's name, or `countersign`.
    pub actor: String,
    /// The entry's hash.
    pub hash: Digest,
}

/// One entry in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPage {
    /// As in the list.
    pub entry: EntryRow,
    /// The hash of the entry before; none on the first.
    pub previous: Option<Digest>,
    /// The payload as indented JSON; none when retention removed it.
    pub payload: Option<String>,
    /// Whether a later entry exists.
    pub has_next: bool,
}

/// What verifying the chain gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Verification {
    /// Every link holds.
    Intact {
        /// Entries that were checked.
        entries: u64,
    },
    /// A link does not hold.
    Broken {
        /// The first entry that does not fit.
        sequence: u64,
    },
}

/// The desk for the ledger.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait LedgerDesk: Send + Sync {
    /// A page of entries older than `before`, or the newest.
    async fn page(&self, before: Option<u64>) -> Result<LedgerPage, UiError>;
    /// One entry in full.
    async fn entry(&self, sequence: u64) -> Result<EntryPage, UiError>;
    /// Checks every link of the chain.
    async fn verify(&self) -> Result<Verification, UiError>;
}

/// A page of entries older than `before`, or the newest.
#[server(endpoint = "ledger")]
pub async fn load_ledger_page(
    /// Only entries older than this one.
    before: Option<u64>,
) -> Result<LedgerPage, UiError> {
    super::desks()?.ledger.page(before).await
}

/// One entry in full.
#[server(endpoint = "ledger_entry")]
pub async fn load_ledger_entry(
    /// Its number.
    sequence: u64,
) -> Result<EntryPage, UiError> {
    super::desks()?.ledger.entry(sequence).await
}

/// Checks every link of the chain; changes nothing.
#[server(endpoint = "verify_ledger")]
pub async fn verify_ledger() -> Result<Verification, UiError> {
    super::desks()?.ledger.verify().await
}
