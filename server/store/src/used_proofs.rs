//! Proofs that count once.
//!
//! These rows carry no decision: like browser sessions they are written outside the ledger.
//! What is refused because of them is recorded by whoever refuses it.

use domain::Timestamp;

use crate::{Store, StoreError};

impl Store {
    /// Uses a proof; says whether that was the first time. `name` is a hash over its maker
    /// and its id, `until` when it is refused by its age.
    pub async fn use_proof(
        &self,
        name: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin_alone().await?;
        sqlx::query("delete from used_proofs where until <= $1")
            .bind(now.micros())
            .execute(&mut *tx)
            .await?;
        let done = sqlx::query(
            "insert into used_proofs (name, until) values ($1, $2) on conflict do nothing",
        )
        .bind(name)
        .bind(until.micros())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }
}
