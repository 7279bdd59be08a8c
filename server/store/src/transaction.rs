//! One unit of change, which cannot be committed unrecorded.

use domain::{EventName, RunId, Timestamp};
use ledger::Draft;
use serde::Serialize;
use tokio::time::timeout;

use crate::{
    DEADLINE, Store, StoreError,
    database::{Connection, Database},
    ledger_entries,
};

type Alone = sqlx::Transaction<'static, Database>;

/// A unit of change: either all of it happens, with its ledger entries, or nothing.
///
/// Dropping it without [`Transaction::commit`] undoes everything.
pub struct Transaction {
    inner: Alone,
    actor: String,
    now: Timestamp,
    recorded: bool,
}

impl Store {
    /// Begins a unit of change by `actor`, as of `now`. Takes the write lock at once.
    pub async fn begin(&self, actor: &str, now: Timestamp) -> Result<Transaction, StoreError> {
        Ok(Transaction {
            inner: self.begin_alone().await?,
            actor: actor.to_owned(),
            now,
            recorded: false,
        })
    }

    /// A transaction beside which nobody changes anything.
    pub(crate) async fn begin_alone(&self) -> Result<Alone, StoreError> {
        let (engine, writer) = (self.engine, self.writer.clone());
        // In a task of its own: somebody who goes away while it begins would leave a connection
        // within a transaction that the driver does not know of.
        let begun = tokio::spawn(async move {
            let mut alone = writer.begin_with(engine.begin).await?;
            if let Some(lock) = engine.lock {
                sqlx::query(lock).execute(&mut *alone).await?;
            }
            Ok::<_, sqlx::Error>(alone)
        });
        match timeout(DEADLINE, begun).await {
            Ok(Ok(alone)) => Ok(alone?),
            Ok(Err(_)) => Err(StoreError::Unavailable(sqlx::Error::WorkerCrashed)),
            Err(_) => Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)),
        }
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
