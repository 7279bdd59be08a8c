//! Runs, found by id or by the hash of their token.

use domain::{
    AgentId, Audience, Digest, Door, EventName, PersonId, RunEnd, RunId, Scope, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// What proved the initiator when the run was opened. Tokens of the identity provider are
/// never kept, only what they said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEvidence {
    /// The identity provider, `iss`.
    pub issuer: String,
    /// Its name for the person, `sub`.
    pub subject: String,
    /// Its session, `sid`, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// When the person proved who they are there, `auth_time`.
    pub authenticated_at: Timestamp,
    /// How strongly, `acr`, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<String>,
    /// SHA-256 over the person's groups, sorted, one a line.
    pub groups_digest: Digest,
    /// `jti` and SHA-256 of the token that proved it, where a token did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenEvidence>,
}

/// What is kept of a token of the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenEvidence {
    /// Its own id, `jti`, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// SHA-256 of the whole token.
    pub digest: Digest,
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
    pub scope: Scope,
    /// How it was opened.
    pub door: Door,
    /// What proved its initiator; none for runs from before this was kept.
    pub evidence: Option<RunEvidence>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When its present token ends.
    pub token_expires_at: Timestamp,
    /// The key that its token is bound to (RFC 7638); none for a bearer's token.
    pub key_thumbprint: Option<String>,
    /// The one door where its tokens count; none for every door.
    pub audience: Option<Audience>,
    /// When it ended before its time, if it did.
    pub revoked_at: Option<Timestamp>,
    /// Who ended it; none when its agent did.
    pub revoked_by: Option<PersonId>,
    /// Why it ended before its time.
    pub ended_because: Option<RunEnd>,
    /// The same in words of whoever ended it.
    pub end_reason: Option<String>,
}

impl RunRecord {
    /// Whether anything may still happen in it at this time.
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
    pub scope: Scope,
    /// How it is opened.
    pub door: Door,
    /// What proves its initiator.
    pub evidence: RunEvidence,
    /// SHA-256 of the token, hexadecimal.
    #[serde(skip)]
    pub token_hash: String,
    /// When that token ends.
    pub token_expires_at: Timestamp,
    /// The key that its token is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_thumbprint: Option<String>,
    /// The one door where its tokens count; none for every door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// When it ends.
    pub expires_at: Timestamp,
}

pub(crate) fn read(row: &Row) -> Result<RunRecord, StoreError> {
    let expires_at = row.time("expires_at")?;
    Ok(RunRecord {
        id: row.parsed("id")?,
        agent: row.parsed("agent_id")?,
        initiator: row.parsed("initiator_id")?,
        purpose: row.text("purpose")?,
        ticket: row.text("ticket")?,
        scope: row.json("scope")?,
        door: row.named("door", Door::from_name)?,
        evidence: row.optional_json("evidence")?,
        opened_at: row.time("opened_at")?,
        expires_at,
        token_expires_at: row.optional_time("token_expires_at")?.unwrap_or(expires_at),
        key_thumbprint: row.optional_text("key_thumbprint")?,
        audience: row.optional_named("audience", Audience::from_name)?,
        revoked_at: row.optional_time("revoked_at")?,
        revoked_by: row.optional_parsed("revoked_by")?,
        ended_because: row.optional_named("ended_because", RunEnd::from_name)?,
        end_reason: row.optional_text("end_reason")?,
    })
}

impl Transaction {
    /// Opens a run.
    pub async fn insert_run(&mut self, run: &NewRun) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into runs (id, agent_id, initiator_id, purpose, ticket, scope, door, evidence,
                 token_hash, token_expires_at, key_thumbprint, audience, opened_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(run.id.to_string())
        .bind(run.agent.to_string())
        .bind(run.initiator.to_string())
        .bind(&run.purpose)
        .bind(&run.ticket)
        .bind(serde_json::to_string(&run.scope)?)
        .bind(run.door.as_str())
        .bind(serde_json::to_string(&run.evidence)?)
        .bind(&run.token_hash)
        .bind(run.token_expires_at.micros())
        .bind(&run.key_thumbprint)
        .bind(run.audience.map(Audience::as_str))
        .bind(now.micros())
        .bind(run.expires_at.micros())
        .execute(self.connection())
        .await?;
        self.record(EventName::RunOpened, &run.id.to_string(), Some(run.id), run)
            .await?;
        Ok(())
    }

    /// How many runs of an agent are open, within this transaction.
    pub async fn open_run_count(&mut self, agent: AgentId) -> Result<u64, StoreError> {
        let now = self.now();
        let row = sqlx::query(
            "select count(*) as n from runs
             where agent_id = $1 and revoked_at is null and expires_at > $2",
        )
        .bind(agent.to_string())
        .bind(now.micros())
        .fetch_one(self.connection())
        .await?;
        row.count("n")
    }

    /// Replaces a run's token, which from then on only says that it was replaced.
    ///
    /// # Errors
    /// [`StoreError::RunEnded`] when the run has ended, or another token took its place.
    pub async fn renew_token(
        &mut self,
        run: RunId,
        (old_hash, new_hash): (&str, &str),
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update runs set token_hash = $3, token_expires_at = $4
             where id = $1 and token_hash = $2 and revoked_at is null",
        )
        .bind(run.to_string())
        .bind(old_hash)
        .bind(new_hash)
        .bind(expires_at.micros())
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::RunEnded);
        }
        sqlx::query(
            "insert into renewed_tokens (token_hash, run_id, renewed_at) values ($1, $2, $3)",
        )
        .bind(old_hash)
        .bind(run.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "token_expires_at": expires_at });
        self.record(
            EventName::TokenRenewed,
            &run.to_string(),
            Some(run),
            &payload,
        )
        .await?;
        Ok(())
    }

    /// Makes sure, within this transaction, that a run is still open.
    ///
    /// # Errors
    /// [`StoreError::RunEnded`] when it is not.
    pub async fn require_open_run(&mut self, run: RunId) -> Result<(), StoreError> {
        let now = self.now();
        let row = sqlx::query(
            "select 1 from runs where id = $1 and revoked_at is null and expires_at > $2",
        )
        .bind(run.to_string())
        .bind(now.micros())
        .fetch_optional(self.connection())
        .await?;
        row.map(|_| ()).ok_or(StoreError::RunEnded)
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

    /// The run of which this is a token, by its SHA-256, hexadecimal, with that token's end: the
    /// present one, or one that its credentials were exchanged for.
    pub async fn run_by_token(&self, token_hash: &str) -> Result<Option<RunRecord>, StoreError> {
        let row = sqlx::query("select * from runs where token_hash = $1")
            .bind(token_hash)
            .fetch_optional(&self.reader)
            .await?;
        match row {
            Some(row) => read(&row).map(Some),
            None => self.run_by_exchanged_token(token_hash).await,
        }
    }

    /// The run that once had a token with this SHA-256, which a renewal replaced.
    pub async fn run_by_renewed_token(
        &self,
        token_hash: &str,
    ) -> Result<Option<RunRecord>, StoreError> {
        let row = sqlx::query(
            "select runs.* from runs join renewed_tokens on renewed_tokens.run_id = runs.id
             where renewed_tokens.token_hash = $1",
        )
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
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }
}
