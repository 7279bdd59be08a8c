//! Runs, found by id or by the hash of their token.

use domain::{AgentId, EventName, PersonId, Privilege, ResourcePattern, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;

use crate::{
    Store, StoreError, Transaction,
    row::{RowExt as _, collect},
};

/// One privilege within a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeEntry {
    /// To do what.
    pub privilege: Privilege,
    /// On which tables.
    pub resource: ResourcePattern,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// Which agent it executes.
    pub agent: AgentId,
    /// In whose name.
    pub initiator: PersonId,
    /// Why.
    pub purpose: String,
    /// Where that is written down; empty when nowhere.
    pub ticket: String,
    /// What it may do.
    pub scope: Vec<ScopeEntry>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// Who revoked it; none when the agent itself gave its token back.
    pub revoked_by: Option<PersonId>,
}

impl RunRecord {
    /// Whether its token counts at this time.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// A run to be opened.
#[derive(Debug, Clone, Serialize)]
pub struct NewRun {
    /// Its id.
    pub id: RunId,
    /// Which agent it executes.
    pub agent: AgentId,
    /// In whose name.
    pub initiator: PersonId,
    /// Why.
    pub purpose: String,
    /// Where that is written down; empty when nowhere.
    pub ticket: String,
    /// What it may do.
    pub scope: Vec<ScopeEntry>,
    /// SHA-256 of the token, hexadecimal.
    #[serde(skip)]
    pub token_hash: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

fn read(row: &SqliteRow) -> Result<RunRecord, StoreError> {
    Ok(RunRecord {
        id: row.parsed("id")?,
        agent: row.parsed("agent_id")?,
        initiator: row.parsed("initiator_id")?,
        purpose: row.text("purpose")?,
        ticket: row.text("ticket")?,
        scope: row.json("scope")?,
        opened_at: row.time("opened_at")?,
        expires_at: row.time("expires_at")?,
        revoked_at: row.optional_time("revoked_at")?,
        revoked_by: row.optional_parsed("revoked_by")?,
    })
}

impl Transaction {
    /// Opens a run.
    pub async fn insert_run(&mut self, run: &NewRun) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into runs (id, agent_id, initiator_id, purpose, ticket, scope, token_hash,
                 opened_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(run.id.to_string())
        .bind(run.agent.to_string())
        .bind(run.initiator.to_string())
        .bind(&run.purpose)
        .bind(&run.ticket)
        .bind(serde_json::to_string(&run.scope)?)
        .bind(&run.token_hash)
        .bind(now.micros())
        .bind(run.expires_at.micros())
        .execute(self.connection())
        .await?;
        self.record(EventName::RunOpened, &run.id.to_string(), Some(run.id), run)
            .await?;
        Ok(())
    }

    /// Ends a run; says whether it was still there to end. `by` is none when the agent itself
    /// gives its token back.
    pub async fn revoke_run(
        &mut self,
        id: RunId,
        by: Option<PersonId>,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update runs set revoked_at = $2, revoked_by = $3
             where id = $1 and revoked_at is null",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .bind(by.map(|by| by.to_string()))
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "reason": reason });
        self.record(EventName::RunRevoked, &id.to_string(), Some(id), &payload)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// The run with this id.
    pub async fn run(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        let row = sqlx::query("select * from runs where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The run whose token has this SHA-256, hexadecimal.
    pub async fn run_by_token(&self, token_hash: &str) -> Result<Option<RunRecord>, StoreError> {
        let row = sqlx::query("select * from runs where token_hash = $1")
            .bind(token_hash)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The newest runs; of one agent or one initiator when given.
    pub async fn runs(
        &self,
        agent: Option<AgentId>,
        initiator: Option<PersonId>,
        limit: u32,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from runs
             where ($1 is null or agent_id = $1) and ($2 is null or initiator_id = $2)
             order by opened_at desc, id desc limit $3",
        )
        .bind(agent.map(|agent| agent.to_string()))
        .bind(initiator.map(|initiator| initiator.to_string()))
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }
}
