//! Grants: what an agent may do, until when.

use domain::{AgentId, EventName, GrantId, PersonId, Power, Privilege, Timestamp};
use serde::Serialize;

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// One privilege of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// Its id.
    pub id: GrantId,
    /// Whose it is.
    pub agent: AgentId,
    /// To do what, on what.
    pub power: Power,
    /// Until when.
    pub until: Timestamp,
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

/// A grant to be given.
#[derive(Debug, Clone, Serialize)]
pub struct NewGrant {
    /// Its id.
    pub id: GrantId,
    /// To whom.
    pub agent: AgentId,
    /// To do what, on what.
    #[serde(flatten)]
    pub power: Power,
    /// Until when.
    pub until: Timestamp,
    /// Who asks for it; it counts once the agent is confirmed.
    pub granted_by: PersonId,
}

fn read(row: &Row) -> Result<GrantRecord, StoreError> {
    Ok(GrantRecord {
        id: row.parsed("id")?,
        agent: row.parsed("agent_id")?,
        power: Power {
            privilege: row.named("privilege", Privilege::from_name)?,
            resource: row.parsed("resource")?,
            except: row.json("except_columns")?,
        },
        until: row.time("until")?,
        created_at: row.time("created_at")?,
        revoked_at: row.optional_time("revoked_at")?,
    })
}

impl Transaction {
    /// Gives an agent a grant.
    pub async fn insert_grant(&mut self, grant: &NewGrant) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into grants (id, agent_id, privilege, resource, except_columns, until,
                 granted_by, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(grant.id.to_string())
        .bind(grant.agent.to_string())
        .bind(grant.power.privilege.as_str())
        .bind(grant.power.resource.to_string())
        .bind(serde_json::to_string(&grant.power.except)?)
        .bind(grant.until.micros())
        .bind(grant.granted_by.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        self.record(EventName::GrantGiven, &grant.id.to_string(), None, grant)
            .await?;
        Ok(())
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
    /// Every grant of an agent, also those that have ended, by age.
    pub async fn grants_of(&self, agent: AgentId) -> Result<Vec<GrantRecord>, StoreError> {
        let rows = sqlx::query("select * from grants where agent_id = $1 order by created_at, id")
            .bind(agent.to_string())
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read)
    }

    /// Every grant of every confirmed agent that counts at this time.
    pub async fn active_grants(&self, now: Timestamp) -> Result<Vec<GrantRecord>, StoreError> {
        let rows = sqlx::query(
            "select grants.* from grants join agents on agents.id = grants.agent_id
             where grants.revoked_at is null and grants.until > $1
               and agents.state in ('active', 'suspended') and agents.expires_at > $1
             order by agents.name, grants.created_at, grants.id",
        )
        .bind(now.micros())
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }
}
