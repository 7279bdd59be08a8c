//! One unit of change, which cannot be committed unrecorded.

use domain::{EventName, RunId, Timestamp};
use ledger::Draft;
use serde::Serialize;

use crate::{
    Store, StoreError,
    database::{Connection, Database},
    ledger_entries,
};

/// A unit of change: either all of it happens, with its ledger entries, or nothing.
///
/// Dropping it without [`Transaction::commit`] undoes everything.
pub struct Transaction {
    inner: sqlx::Transaction<'static, Database>,
    actor: String,
    now: Timestamp,
    recorded: bool,
}

impl Store {
    /// Begins a unit of change by `actor`, as of `now`. Takes the write lock at once.
    pub async fn begin(&self, actor: &str, now: Timestamp) -> Result<Transaction, StoreError> {
        Ok(Transaction {
            inner: self.writer.begin_with("begin immediate").await?,
            actor: actor.to_owned(),
            now,
            recorded: false,
        })
    }
}

impl Transaction {
    /// Records what happened; returns the entry's sequence number.
    pub async fn record(
        &mut self,
        event: EventName,
        subject: &str,
        run: Option<RunId>,
        payload: &(impl Serialize + Sync),
    ) -> Result<u64, StoreError> {
        let draft = Draft {
            at_micros: self.now.micros(),
            event: event.as_str().to_owned(),
            actor: self.actor.clone(),
            subject: subject.to_owned(),
            payload: serde_json::to_vec(payload)?,
            salt: rand::random(),
        };
        let sequence = ledger_entries::append(&mut self.inner, draft, run).await?;
        self.recorded = true;
        Ok(sequence)
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// [`StoreError::NothingRecorded`] when no ledger entry was written, and nothing is changed.
    pub async fn commit(self) -> Result<(), StoreError> {
        if !self.recorded {
            return Err(StoreError::NothingRecorded);
        }
        // A crash before this line leaves nothing; after it, change and entry are both durable.
        Ok(self.inner.commit().await?)
    }

    /// The time as of which this change counts.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Who makes it, as the ledger writes it.
    pub(crate) fn actor(&self) -> &str {
        &self.actor
    }

    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.inner
    }
}
