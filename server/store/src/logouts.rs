//! Logout tokens of the identity provider (`OpenID` Connect Back-Channel Logout 1.0): each
//! counts once, and ends sessions of the provider for good.

use domain::{PersonId, Timestamp};

use crate::{Store, StoreError, Transaction, row::RowExt as _};

/// The provider's word that a session of its own, or all of somebody, are over.
#[derive(Debug, Clone)]
pub struct Logout {
    /// The provider.
    pub issuer: String,
    /// Its name for this token, used once.
    pub jti: String,
    /// The session that is over; none when all of the subject's are.
    pub sid: Option<String>,
    /// Whose.
    pub subject: Option<String>,
}

impl Transaction {
    /// Keeps a logout token and says whom it is about.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when it was used before.
    pub async fn spend_logout(&mut self, logout: &Logout) -> Result<Vec<PersonId>, StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into logout_tokens (issuer, jti, sid, received_at) values ($1, $2, $3, $4)",
        )
        .bind(&logout.issuer)
        .bind(&logout.jti)
        .bind(&logout.sid)
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let rows = sqlx::query(
            "select id from people where issuer = $1 and subject = $2
             union
             select person_id from browser_sessions where issuer = $1 and sid = $3",
        )
        .bind(&logout.issuer)
        .bind(&logout.subject)
        .bind(&logout.sid)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| row.parsed("id")).collect()
    }

    /// Whether the provider has ended this session of its own.
    pub async fn was_ended_at(&mut self, issuer: &str, sid: &str) -> Result<bool, StoreError> {
        let found = sqlx::query("select 1 from logout_tokens where issuer = $1 and sid = $2")
            .bind(issuer)
            .bind(sid)
            .fetch_optional(self.connection())
            .await?;
        Ok(found.is_some())
    }
}

impl Store {
    /// Forgets logout tokens received before a time; returns how many.
    pub async fn forget_logouts(&self, before: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query("delete from logout_tokens where received_at < $1")
            .bind(before.micros())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}
