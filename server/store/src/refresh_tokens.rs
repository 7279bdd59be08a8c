//! Refresh tokens: by them a client gets the next token of its run (OAuth 2.1 section 4.3).

use domain::RunId;

use crate::{Store, StoreError, Transaction, row::RowExt as _};

/// A refresh token that was given to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshTokenRecord {
    /// Of which run.
    pub run: RunId,
    /// SHA-256 of the token that came with it, hexadecimal: it is worth something for as long
    /// as that is the run's present one.
    pub beside: String,
}

impl Transaction {
    /// Keeps a refresh token with the token that it comes with. The entry is that token's.
    pub async fn insert_refresh_token(
        &mut self,
        run: RunId,
        (refresh_hash, token_hash): (&str, &str),
    ) -> Result<(), StoreError> {
        sqlx::query("insert into refresh_tokens (token_hash, run_id, beside) values ($1, $2, $3)")
            .bind(refresh_hash)
            .bind(run.to_string())
            .bind(token_hash)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Store {
    /// The refresh token with this SHA-256, hexadecimal.
    pub async fn refresh_token(
        &self,
        refresh_hash: &str,
    ) -> Result<Option<RefreshTokenRecord>, StoreError> {
        let row = sqlx::query("select * from refresh_tokens where token_hash = $1")
            .bind(refresh_hash)
            .fetch_optional(&self.reader)
            .await?;
        let read = |row: &crate::row::Row| {
            Ok(RefreshTokenRecord {
                run: row.parsed("run_id")?,
                beside: row.text("beside")?,
            })
        };
        row.as_ref().map(read).transpose()
    }
}
