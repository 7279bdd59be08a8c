//! Leases: one worker at a time for each execution.
//!
//! A worker that is not heard of loses its execution to the next. Each has a number, and what
//! an earlier one still does in the end is refused (a fencing token: Kleppmann, *How to do
//! distributed locking*, 2016). Leases write no ledger entry: they change nothing but who works.

use domain::{ExecutionId, IntentId, Timestamp};
use serde::Serialize;

use crate::{Store, StoreError, Transaction, row::RowExt as _, row::signed};

/// One worker's hold on an execution. Rows are staged under it, so that two replicas, or a dead
/// one and its successor, never mix theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// The execution.
    pub execution: ExecutionId,
    /// Counts from 1.
    #[serde(rename = "attempt")]
    pub number: u64,
}

impl Attempt {
    /// That of whoever prepares the execution.
    #[must_use]
    pub const fn first(execution: ExecutionId) -> Self {
        let number = 1;
        Self { execution, number }
    }
}

impl Store {
    /// Takes up the execution of an intent, unless somebody works on it.
    pub async fn take_up(
        &self,
        intent: IntentId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Attempt>, StoreError> {
        let row = sqlx::query(
            "update executions set attempts = attempts + 1, leased_until = $3
             where intent_id = $1 and leased_until <= $2 returning id, attempts",
        )
        .bind(intent.to_string())
        .bind(now.micros())
        .bind(until.micros())
        .fetch_optional(&self.writer)
        .await?;
        let attempt = |row: crate::row::Row| {
            Ok(Attempt {
                execution: row.parsed("id")?,
                number: row.count("attempts")?,
            })
        };
        row.map(attempt).transpose()
    }

    /// Says that the worker is still there, until a point in time.
    ///
    /// # Errors
    /// [`StoreError::Overtaken`] when the execution is somebody else's.
    pub async fn hold(&self, attempt: Attempt, until: Timestamp) -> Result<(), StoreError> {
        let done =
            sqlx::query("update executions set leased_until = $3 where id = $1 and attempts = $2")
                .bind(attempt.execution.to_string())
                .bind(signed(attempt.number))
                .bind(until.micros())
                .execute(&self.writer)
                .await?;
        match done.rows_affected() {
            1 => Ok(()),
            _ => Err(StoreError::Overtaken),
        }
    }
}

impl Transaction {
    /// Makes sure, within this transaction, that nobody else has taken the execution up.
    ///
    /// # Errors
    /// [`StoreError::Overtaken`] when somebody has.
    pub async fn require_attempt(&mut self, attempt: Attempt) -> Result<(), StoreError> {
        let row = sqlx::query("select 1 from executions where id = $1 and attempts = $2")
            .bind(attempt.execution.to_string())
            .bind(signed(attempt.number))
            .fetch_optional(self.connection())
            .await?;
        row.map(|_| ()).ok_or(StoreError::Overtaken)
    }
}
