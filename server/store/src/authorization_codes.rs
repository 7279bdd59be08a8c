//! Codes by which clients that wait at an address get their run's token (OAuth 2.1 section 4.1).

use domain::{AgentId, EventName, PersonId, RunId, Timestamp};
use serde::Serialize;

use crate::{
    AskedRun, Confirmation, Store, StoreError, Transaction,
    row::{Row, RowExt as _},
};

/// A code that was given to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCodeRecord {
    /// To which agent.
    pub agent: AgentId,
    /// By whom.
    pub person: PersonId,
    /// The address to which it was sent, to the letter.
    pub redirect_uri: String,
    /// The challenge of whoever may redeem it (RFC 7636).
    pub challenge: String,
    /// The run that it opens.
    pub asked: AskedRun,
    /// What proved the person.
    pub confirmation: Confirmation,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The run that it opened: from then on it is worth nothing.
    pub run: Option<RunId>,
}

/// A code to be kept.
#[derive(Debug, Clone, Serialize)]
pub struct NewAuthorizationCode {
    /// SHA-256 of the code, hexadecimal.
    #[serde(skip)]
    pub code_hash: String,
    /// To which agent.
    pub agent: AgentId,
    /// By whom.
    #[serde(skip)]
    pub person: PersonId,
    /// The address to which it is sent.
    #[serde(skip)]
    pub redirect_uri: String,
    /// The challenge of whoever may redeem it.
    #[serde(skip)]
    pub challenge: String,
    /// The run that it opens.
    pub asked: AskedRun,
    /// What proves the person.
    #[serde(skip)]
    pub confirmation: Confirmation,
    /// When it ends.
    pub expires_at: Timestamp,
}

fn read(row: &Row) -> Result<AuthorizationCodeRecord, StoreError> {
    Ok(AuthorizationCodeRecord {
        agent: row.parsed("agent_id")?,
        person: row.parsed("person_id")?,
        redirect_uri: row.text("redirect_uri")?,
        challenge: row.text("challenge")?,
        asked: row.json("asked")?,
        confirmation: row.json("confirmation")?,
        expires_at: row.time("expires_at")?,
        run: row.optional_parsed("run_id")?,
    })
}

impl Transaction {
    /// Keeps a code.
    pub async fn insert_authorization_code(
        &mut self,
        code: &NewAuthorizationCode,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into authorization_codes (code_hash, agent_id, person_id, redirect_uri,
                 challenge, asked, confirmation, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&code.code_hash)
        .bind(code.agent.to_string())
        .bind(code.person.to_string())
        .bind(&code.redirect_uri)
        .bind(&code.challenge)
        .bind(serde_json::to_string(&code.asked)?)
        .bind(serde_json::to_string(&code.confirmation)?)
        .bind(code.expires_at.micros())
        .execute(self.connection())
        .await?;
        let subject = code.agent.to_string();
        self.record(EventName::AuthorizationGranted, &subject, None, code)
            .await?;
        Ok(())
    }

    /// Uses a code up for a run that this transaction opens; says whether it still counted.
    pub async fn use_authorization_code(
        &mut self,
        code_hash: &str,
        run: RunId,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update authorization_codes set run_id = $2
             where code_hash = $1 and run_id is null and expires_at > $3",
        )
        .bind(code_hash)
        .bind(run.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// The code with this SHA-256, hexadecimal.
    pub async fn authorization_code(
        &self,
        code_hash: &str,
    ) -> Result<Option<AuthorizationCodeRecord>, StoreError> {
        let row = sqlx::query("select * from authorization_codes where code_hash = $1")
            .bind(code_hash)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }
}
