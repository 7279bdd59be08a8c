//! The desk for the ledger.

use app::api::{
    UiError,
    ledger::{ChainHead, EntryPage, EntryRow, LedgerDesk, LedgerPage, Verification},
};
use async_trait::async_trait;
use domain::Digest;
use store::EntryRecord;

use super::{Desk, errors::shown};

/// Entries on one page.
const ENTRIES: u32 = 100;

#[async_trait]
impl LedgerDesk for Desk {
    async fn page(&self, before: Option<u64>) -> Result<LedgerPage, UiError> {
        let newest = self.entries(None, 1).await?;
        let head = newest.first().map(|entry| ChainHead {
            sequence: entry.sequence,
            hash: hash(&entry.hash),
        });
        let from = before.map(|before| before.saturating_sub(1));
        let mut rows = Vec::new();
        for entry in self.entries(from, ENTRIES).await? {
            rows.push(self.entry_row(&entry).await?);
        }
        Ok(LedgerPage {
            head,
            entries: rows,
        })
    }

    async fn entry(&self, sequence: u64) -> Result<EntryPage, UiError> {
        let found = self.entries(Some(sequence), 1).await?;
        let entry = found.into_iter().find(|entry| entry.sequence == sequence);
        let entry = entry.ok_or(UiError::NotFound)?;
        let newest = self.entries(None, 1).await?;
        Ok(EntryPage {
            entry: self.entry_row(&entry).await?,
            previous: (sequence > 1).then(|| hash(&entry.previous_hash)),
            payload: Some(indented(&entry.payload)),
            has_next: newest
                .first()
                .is_some_and(|newest| newest.sequence > sequence),
        })
    }

    async fn verify(&self) -> Result<Verification, UiError> {
        let verified = self.services.verify_ledger(&self.context).await;
        let verified = verified.map_err(shown)?;
        Ok(match verified.broken {
            Some(broken) => Verification::Broken {
                sequence: broken.sequence,
            },
            None => Verification::Intact {
                entries: verified.head.sequence,
            },
        })
    }
}

impl Desk {
    async fn entries(&self, from: Option<u64>, limit: u32) -> Result<Vec<EntryRecord>, UiError> {
        let entries = self.services.ledger_entries(&self.context, from, limit);
        entries.await.map_err(shown)
    }

    async fn entry_row(&self, entry: &EntryRecord) -> Result<EntryRow, UiError> {
        let actor = self.services.actor_name(&entry.actor).await;
        Ok(EntryRow {
            sequence: entry.sequence,
            at: entry.at,
            event: entry.event.clone(),
            subject: entry.subject.clone(),
            actor: actor.map_err(shown)?,
            hash: hash(&entry.hash),
        })
    }
}

/// The ledger writes hashes without their prefix.
pub(super) fn hash(hexadecimal: &str) -> Digest {
    let digest = format!("sha256:{hexadecimal}").parse();
    digest.unwrap_or(Digest::from_bytes([0; 32]))
}

fn indented(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| json.to_owned())
}
