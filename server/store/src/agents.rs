//! Agents, and the one place where their state changes.

use domain::{AgentId, AgentState, Caps, EventName, PersonId, Sponsor, Timestamp, Workload};
use serde::Serialize;

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// Who did something to an agent, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Who; none when Countersign did it by itself.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// Why; may be empty.
    pub reason: String,
}

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
    /// When it was proposed.
    pub created_at: Timestamp,
    /// Where it stood at its last move; time may have gone on since.
    pub state: AgentState,
    /// The most that it may take.
    pub caps: Caps,
    /// Who may open runs with it besides its owner.
    pub sponsors: Vec<Sponsor>,
    /// How it proves itself; none when a human is at the keyboard.
    pub workload: Option<Workload>,
    /// Whether its token alone is enough, without a proof of its key.
    pub allows_bearer: bool,
    /// The service account that its jobs run as.
    pub service_account: Option<String>,
    /// The confirmation, once given.
    pub confirmed: Option<Deed>,
    /// The suspension, while it lasts.
    pub suspended: Option<Deed>,
    /// The revocation.
    pub revoked: Option<Deed>,
}

impl AgentRecord {
    /// Where it stands at this time.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> AgentState {
        if now >= self.expires_at && !self.state.is_final() {
            AgentState::Expired
        } else {
            self.state
        }
    }

    /// Whether it may act at this time.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.state_at(now) == AgentState::Active
    }
}

/// An agent to be proposed.
#[derive(Debug, Clone, Serialize)]
pub struct NewAgent {
    /// Its id.
    pub id: AgentId,
    /// Its unique name.
    pub name: String,
    /// The human who proposes it and will answer for it.
    pub owner: PersonId,
    /// What it is for.
    pub purpose: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The most that it may take.
    pub caps: Caps,
    /// Who may open runs with it besides its owner.
    pub sponsors: Vec<Sponsor>,
    /// How it proves itself.
    pub workload: Option<Workload>,
    /// Whether its token alone is enough.
    pub allows_bearer: bool,
    /// The service account that its jobs run as.
    pub service_account: Option<String>,
}

/// A move of an agent from one state to another.
#[derive(Debug, Clone, Copy)]
pub struct AgentMove<'a> {
    /// Where the caller saw it.
    pub from: AgentState,
    /// Where it goes.
    pub to: AgentState,
    /// By whom; none for Countersign itself.
    pub by: Option<PersonId>,
    /// Why; may be empty.
    pub reason: &'a str,
}

#[derive(Serialize)]
struct Moved<'a> {
    from: AgentState,
    to: AgentState,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
}

fn read_deed(
    row: &Row,
    (by, at, reason): (&'static str, &'static str, Option<&'static str>),
) -> Result<Option<Deed>, StoreError> {
    let Some(at) = row.optional_time(at)? else {
        return Ok(None);
    };
    let reason = reason.map(|column| row.optional_text(column)).transpose()?;
    Ok(Some(Deed {
        by: row.optional_parsed(by)?,
        at,
        reason: reason.flatten().unwrap_or_default(),
    }))
}

fn read_caps(row: &Row) -> Result<Caps, StoreError> {
    let small = |column| {
        u32::try_from(row.integer(column)?).map_err(|_| StoreError::Inconsistent { column })
    };
    Ok(Caps {
        bytes_per_query: row.count("bytes_per_query")?,
        bytes_per_day: row.count("bytes_per_day")?,
        rows: row.count("rows_per_result")?,
        concurrent_jobs: small("concurrent_jobs")?,
        open_runs: small("open_runs")?,
    })
}

fn read(row: &Row) -> Result<AgentRecord, StoreError> {
    Ok(AgentRecord {
        id: row.parsed("id")?,
        name: row.text("name")?,
        owner: row.parsed("owner_id")?,
        purpose: row.text("purpose")?,
        expires_at: row.time("expires_at")?,
        created_at: row.time("created_at")?,
        state: row.parsed("state")?,
        caps: read_caps(row)?,
        sponsors: row.json("sponsors")?,
        workload: row.optional_json("workload")?,
        allows_bearer: row.integer("allows_bearer")? == 1,
        service_account: row.optional_text("service_account")?,
        confirmed: read_deed(row, ("confirmed_by", "confirmed_at", None))?,
        suspended: read_deed(
            row,
            ("suspended_by", "suspended_at", Some("suspend_reason")),
        )?,
        revoked: read_deed(row, ("revoked_by", "revoked_at", Some("revoke_reason")))?,
    })
}

impl Transaction {
    /// Proposes an agent.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when the name is taken.
    pub async fn insert_agent(&mut self, agent: &NewAgent) -> Result<(), StoreError> {
        let now = self.now();
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        sqlx::query(
            "insert into agents (id, name, owner_id, purpose, expires_at, registered_by, created_at,
                 bytes_per_query, bytes_per_day, rows_per_result, concurrent_jobs, open_runs,
                 sponsors, workload, allows_bearer, service_account)
             values ($1, $2, $3, $4, $5, $3, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(agent.id.to_string())
        .bind(&agent.name)
        .bind(agent.owner.to_string())
        .bind(&agent.purpose)
        .bind(agent.expires_at.micros())
        .bind(now.micros())
        .bind(number(agent.caps.bytes_per_query))
        .bind(number(agent.caps.bytes_per_day))
        .bind(number(agent.caps.rows))
        .bind(i64::from(agent.caps.concurrent_jobs))
        .bind(i64::from(agent.caps.open_runs))
        .bind(serde_json::to_string(&agent.sponsors)?)
        .bind(agent.workload.as_ref().map(serde_json::to_string).transpose()?)
        .bind(i64::from(agent.allows_bearer))
        .bind(&agent.service_account)
        .execute(self.connection())
        .await?;
        self.record(EventName::AgentProposed, &agent.id.to_string(), None, agent)
            .await?;
        Ok(())
    }

    /// Moves an agent from one state to another, if it still stands there.
    ///
    /// # Errors
    /// [`StoreError::AgentTransition`] when the move does not exist,
    /// [`StoreError::AgentMoved`] when somebody else moved it first.
    pub async fn move_agent(
        &mut self,
        id: AgentId,
        AgentMove {
            from,
            to,
            by,
            reason,
        }: AgentMove<'_>,
    ) -> Result<(), StoreError> {
        let to = from.move_to(to)?;
        let event = match (from, to) {
            (AgentState::Proposed, AgentState::Active) => EventName::AgentConfirmed,
            (_, AgentState::Active) => EventName::AgentResumed,
            (_, AgentState::Suspended) => EventName::AgentSuspended,
            (_, AgentState::Expired) => EventName::AgentExpired,
            (_, AgentState::Revoked | AgentState::Proposed) => EventName::AgentRevoked,
        };
        let now = self.now();
        let done = sqlx::query(
            "update agents set state = $3,
                 confirmed_by = case when $2 = 'proposed' and $3 = 'active' then $4 else confirmed_by end,
                 confirmed_at = case when $2 = 'proposed' and $3 = 'active' then $5 else confirmed_at end,
                 suspended_by = case $3 when 'suspended' then $4 when 'active' then null else suspended_by end,
                 suspended_at = case $3 when 'suspended' then $5 when 'active' then null else suspended_at end,
                 suspend_reason = case $3 when 'suspended' then $6 when 'active' then null else suspend_reason end,
                 revoked_by = case $3 when 'revoked' then $4 else revoked_by end,
                 revoked_at = case $3 when 'revoked' then $5 else revoked_at end,
                 revoke_reason = case $3 when 'revoked' then $6 else revoke_reason end
             where id = $1 and state = $2",
        )
            .bind(id.to_string())
            .bind(from.as_str())
            .bind(to.as_str())
            .bind(by.map(|by| by.to_string()))
            .bind(now.micros())
            .bind(reason)
            .execute(self.connection())
            .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::AgentMoved { expected: from });
        }
        let payload = Moved { from, to, reason };
        self.record(event, &id.to_string(), None, &payload).await?;
        Ok(())
    }
}

impl Store {
    /// The agent with this id.
    pub async fn agent(&self, id: AgentId) -> Result<Option<AgentRecord>, StoreError> {
        let row = sqlx::query("select * from agents where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Every agent, by name.
    pub async fn agents(&self) -> Result<Vec<AgentRecord>, StoreError> {
        let rows = sqlx::query("select * from agents order by name")
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read)
    }

    /// Agents whose time is over and whose state does not say so yet.
    pub async fn overdue_agents(&self, now: Timestamp) -> Result<Vec<AgentRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from agents
             where expires_at <= $1 and state in ('proposed', 'active', 'suspended')
             order by expires_at limit 100",
        )
        .bind(now.micros())
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }
}
