//! Agents and their grants.

use domain::{AgentId, EventName, GrantId, PersonId, Privilege, ResourcePattern, Timestamp};
use serde::Serialize;
use sqlx::sqlite::SqliteRow;

use crate::{
    Store, StoreError, Transaction,
    row::{RowExt as _, collect},
};

/// A registered agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRecord {
    /// Its id.
    pub id: AgentId,
    /// Its unique name.
    pub name: String,
    /// The human who answers for it.
    pub owner: PersonId,
    /// What it is for.
    pub purpose: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Who registered it.
    pub registered_by: PersonId,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// Who revoked it.
    pub revoked_by: Option<PersonId>,
    /// Why it was revoked.
    pub revoke_reason: Option<String>,
}

impl AgentRecord {
    /// Whether it may act at this time.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// One privilege of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// Its id.
    pub id: GrantId,
    /// Whose it is.
    pub agent: AgentId,
    /// To do what.
    pub privilege: Privilege,
    /// On which tables.
    pub resource: ResourcePattern,
    /// Until when.
    pub until: Timestamp,
    /// Who gave it.
    pub granted_by: PersonId,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl GrantRecord {
    /// Whether it counts at this time.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.until
    }
}

/// An agent to be registered.
#[derive(Debug, Clone, Serialize)]
pub struct NewAgent {
    /// Its id.
    pub id: AgentId,
    /// Its unique name.
    pub name: String,
    /// The human who answers for it.
    pub owner: PersonId,
    /// What it is for.
    pub purpose: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Who registers it.
    pub registered_by: PersonId,
}

/// A grant to be given.
#[derive(Debug, Clone, Serialize)]
pub struct NewGrant {
    /// Its id.
    pub id: GrantId,
    /// To whom.
    pub agent: AgentId,
    /// To do what.
    pub privilege: Privilege,
    /// On which tables.
    pub resource: ResourcePattern,
    /// Until when.
    pub until: Timestamp,
    /// Who gives it.
    pub granted_by: PersonId,
}

fn read_agent(row: &SqliteRow) -> Result<AgentRecord, StoreError> {
    Ok(AgentRecord {
        id: row.parsed("id")?,
        name: row.text("name")?,
        owner: row.parsed("owner_id")?,
        purpose: row.text("purpose")?,
        expires_at: row.time("expires_at")?,
        registered_by: row.parsed("registered_by")?,
        created_at: row.time("created_at")?,
        revoked_at: row.optional_time("revoked_at")?,
        revoked_by: row.optional_parsed("revoked_by")?,
        revoke_reason: row.optional_text("revoke_reason")?,
    })
}

fn read_grant(row: &SqliteRow) -> Result<GrantRecord, StoreError> {
    Ok(GrantRecord {
        id: row.parsed("id")?,
        agent: row.parsed("agent_id")?,
        privilege: row.named("privilege", Privilege::from_name)?,
        resource: row.parsed("resource")?,
        until: row.time("until")?,
        granted_by: row.parsed("granted_by")?,
        created_at: row.time("created_at")?,
        revoked_at: row.optional_time("revoked_at")?,
    })
}

impl Transaction {
    /// Registers an agent.
    pub async fn insert_agent(&mut self, agent: &NewAgent) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into agents (id, name, owner_id, purpose, expires_at, registered_by, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(agent.id.to_string())
        .bind(&agent.name)
        .bind(agent.owner.to_string())
        .bind(&agent.purpose)
        .bind(agent.expires_at.micros())
        .bind(agent.registered_by.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        self.record(
            EventName::AgentRegistered,
            &agent.id.to_string(),
            None,
            agent,
        )
        .await?;
        Ok(())
    }

    /// Gives an agent a grant.
    pub async fn insert_grant(&mut self, grant: &NewGrant) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into grants (id, agent_id, privilege, resource, until, granted_by, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(grant.id.to_string())
        .bind(grant.agent.to_string())
        .bind(grant.privilege.as_str())
        .bind(grant.resource.to_string())
        .bind(grant.until.micros())
        .bind(grant.granted_by.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        self.record(EventName::GrantGiven, &grant.id.to_string(), None, grant)
            .await?;
        Ok(())
    }

    /// Ends an agent; says whether it was still there to end.
    pub async fn revoke_agent(
        &mut self,
        id: AgentId,
        by: PersonId,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update agents set revoked_at = $2, revoked_by = $3, revoke_reason = $4
             where id = $1 and revoked_at is null",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .bind(by.to_string())
        .bind(reason)
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "reason": reason });
        self.record(EventName::AgentRevoked, &id.to_string(), None, &payload)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends a grant; says whether it was still there to end.
    pub async fn revoke_grant(
        &mut self,
        id: GrantId,
        by: PersonId,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update grants set revoked_at = $2, revoked_by = $3
             where id = $1 and revoked_at is null",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .bind(by.to_string())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "reason": reason });
        self.record(EventName::GrantRevoked, &id.to_string(), None, &payload)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// The agent with this id.
    pub async fn agent(&self, id: AgentId) -> Result<Option<AgentRecord>, StoreError> {
        let row = sqlx::query("select * from agents where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_agent).transpose()
    }

    /// Every agent, by name.
    pub async fn agents(&self) -> Result<Vec<AgentRecord>, StoreError> {
        let rows = sqlx::query("select * from agents order by name")
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read_agent)
    }

    /// Every grant of an agent, also those that have ended, by age.
    pub async fn grants_of(&self, agent: AgentId) -> Result<Vec<GrantRecord>, StoreError> {
        let rows = sqlx::query("select * from grants where agent_id = $1 order by created_at, id")
            .bind(agent.to_string())
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read_grant)
    }

    /// Every grant of every agent that counts at this time.
    pub async fn active_grants(&self, now: Timestamp) -> Result<Vec<GrantRecord>, StoreError> {
        let rows = sqlx::query(
            "select grants.* from grants join agents on agents.id = grants.agent_id
             where grants.revoked_at is null and grants.until > $1
               and agents.revoked_at is null and agents.expires_at > $1
             order by agents.name, grants.created_at, grants.id",
        )
        .bind(now.micros())
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read_grant)
    }
}
