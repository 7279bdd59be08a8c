//! Credentials of runs, and the tokens that they were exchanged for.

use domain::{EventName, RunId, Timestamp};

use crate::{
    Store, StoreError, Transaction,
    row::RowExt as _,
    runs::{self, RunRecord},
};

impl Transaction {
    /// Keeps the credentials of a run, in place of earlier ones: what those were exchanged for
    /// counts no longer either.
    pub async fn put_run_credentials(
        &mut self,
        run: RunId,
        secret_hash: &str,
    ) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query("delete from exchanged_tokens where run_id = $1")
            .bind(run.to_string())
            .execute(self.connection())
            .await?;
        sqlx::query(
            "insert into run_credentials (run_id, secret_hash, issued_at) values ($1, $2, $3)
             on conflict (run_id) do update set
                 secret_hash = excluded.secret_hash, issued_at = excluded.issued_at",
        )
        .bind(run.to_string())
        .bind(secret_hash)
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({});
        self.record(
            EventName::CredentialsIssued,
            &run.to_string(),
            Some(run),
            &payload,
        )
        .await?;
        Ok(())
    }

    /// Keeps a token that a run's credentials were exchanged for, and forgets those that have
    /// ended.
    ///
    /// # Errors
    /// [`StoreError::RunEnded`] when other credentials took the place of these.
    pub async fn insert_exchanged_token(
        &mut self,
        run: RunId,
        (secret_hash, token_hash): (&str, &str),
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "insert into exchanged_tokens (token_hash, run_id, expires_at)
             select $3, run_id, $4 from run_credentials where run_id = $1 and secret_hash = $2",
        )
        .bind(run.to_string())
        .bind(secret_hash)
        .bind(token_hash)
        .bind(expires_at.micros())
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::RunEnded);
        }
        sqlx::query("delete from exchanged_tokens where run_id = $1 and expires_at <= $2")
            .bind(run.to_string())
            .bind(now.micros())
            .execute(self.connection())
            .await?;
        let payload = serde_json::json!({ "token_expires_at": expires_at });
        self.record(
            EventName::CredentialsExchanged,
            &run.to_string(),
            Some(run),
            &payload,
        )
        .await?;
        Ok(())
    }
}

impl Store {
    /// The run whose credentials have this SHA-256, hexadecimal.
    pub async fn run_by_credentials(
        &self,
        secret_hash: &str,
    ) -> Result<Option<RunRecord>, StoreError> {
        let row = sqlx::query(
            "select runs.* from runs join run_credentials on run_credentials.run_id = runs.id
             where run_credentials.secret_hash = $1",
        )
        .bind(secret_hash)
        .fetch_optional(&self.reader)
        .await?;
        row.as_ref().map(runs::read).transpose()
    }

    /// The run that this token was given for in exchange, with that token's end.
    pub(crate) async fn run_by_exchanged_token(
        &self,
        token_hash: &str,
    ) -> Result<Option<RunRecord>, StoreError> {
        let row = sqlx::query(
            "select runs.*, exchanged_tokens.expires_at as exchanged_until
             from runs join exchanged_tokens on exchanged_tokens.run_id = runs.id
             where exchanged_tokens.token_hash = $1",
        )
        .bind(token_hash)
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(RunRecord {
            token_expires_at: row.time("exchanged_until")?,
            ..runs::read(&row)?
        }))
    }
}
