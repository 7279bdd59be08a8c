//! Browser sessions, found by the hash of their id.
//!
//! These rows carry no decision and change with every request, so they are the one table
//! that is written outside the ledger; signing in and out is recorded by the people's side.

use domain::Timestamp;
use sqlx::Row as _;

use crate::{Store, StoreError};

impl Store {
    /// Adds a session. `id_hash` is the SHA-256 of the cookie's value.
    pub async fn create_browser_session(
        &self,
        id_hash: &str,
        data: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("insert into browser_sessions (id_hash, data, expires_at) values ($1, $2, $3)")
            .bind(id_hash)
            .bind(data)
            .bind(expires_at.micros())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Changes a session that still exists; says whether it did. It never brings back one
    /// that has been deleted.
    pub async fn update_browser_session(
        &self,
        id_hash: &str,
        data: &str,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update browser_sessions set data = $2, expires_at = $3 where id_hash = $1",
        )
        .bind(id_hash)
        .bind(data)
        .bind(expires_at.micros())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The content of a session that has not expired.
    pub async fn load_browser_session(
        &self,
        id_hash: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let row =
            sqlx::query("select data from browser_sessions where id_hash = $1 and expires_at > $2")
                .bind(id_hash)
                .bind(now.micros())
                .fetch_optional(&self.reader)
                .await?;
        Ok(row.map(|row| row.try_get("data")).transpose()?)
    }

    /// Ends a session.
    pub async fn delete_browser_session(&self, id_hash: &str) -> Result<(), StoreError> {
        sqlx::query("delete from browser_sessions where id_hash = $1")
            .bind(id_hash)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Clears away what has expired; returns how many.
    pub async fn delete_expired_browser_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query("delete from browser_sessions where expires_at <= $1")
            .bind(now.micros())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
