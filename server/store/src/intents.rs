//! Intents, and the one place where their state changes.

use std::collections::BTreeSet;

use domain::{AgentId, ColumnName, EventName, IntentId, IntentState, RiskLevel, RunId, Timestamp};
use serde::Serialize;

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// An intent with what is known of it so far. JSON texts belong to the services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentRecord {
    /// Its id.
    pub id: IntentId,
    /// The run that asks.
    pub run: RunId,
    /// The agent's key for this request.
    pub idempotency_key: String,
    /// Digest of the whole request, to tell a repetition from a reuse of its key.
    pub request_digest: String,
    /// The SQL as asked.
    pub sql: String,
    /// JSON array of parameters.
    pub parameters: String,
    /// Why, in the agent's words.
    pub purpose: String,
    /// The cap, in bytes.
    pub maximum_bytes_billed: u64,
    /// Where short table names are looked up, if not in the configured dataset.
    pub default_dataset: Option<String>,
    /// Where it stands.
    pub state: IntentState,
    /// When it came.
    pub received_at: Timestamp,
    /// When its state last changed.
    pub changed_at: Timestamp,
    /// JSON, once assessed.
    pub analysis: Option<String>,
    /// JSON, once dry-run.
    pub dry_run: Option<String>,
    /// JSON, once decided.
    pub decision: Option<String>,
    /// JSON `{code, detail}`: why it was blocked or failed.
    pub problem: Option<String>,
    /// JSON: a digest for each input that decides what would run, once assessed.
    pub binding: Option<String>,
    /// Columns that are to be read unmasked.
    pub unmask: BTreeSet<ColumnName>,
    /// Why they are.
    pub unmask_reason: String,
    /// The earlier intent that this one asks for again.
    pub asks_again: Option<IntentId>,
}

/// An intent to be taken in.
#[derive(Debug, Clone)]
pub struct NewIntent {
    /// Its id.
    pub id: IntentId,
    /// The run that asks.
    pub run: RunId,
    /// The agent's key for this request.
    pub idempotency_key: String,
    /// Digest of the whole request.
    pub request_digest: String,
    /// The SQL as asked.
    pub sql: String,
    /// JSON array of parameters.
    pub parameters: String,
    /// Why, in the agent's words.
    pub purpose: String,
    /// The cap, in bytes.
    pub maximum_bytes_billed: u64,
    /// Where short table names are looked up, if not in the configured dataset.
    pub default_dataset: Option<String>,
    /// Columns that are to be read unmasked.
    pub unmask: BTreeSet<ColumnName>,
    /// Why they are; empty when there are none.
    pub unmask_reason: String,
    /// The earlier intent that this one asks for again.
    pub asks_again: Option<IntentId>,
}

/// What the assessment and the policy said, as JSON texts.
#[derive(Debug, Clone)]
pub struct Assessed {
    /// The analysis.
    pub analysis: String,
    /// The dry run, when there was one.
    pub dry_run: Option<String>,
    /// The decision.
    pub decision: String,
    /// The level.
    pub risk: RiskLevel,
    /// A digest for each input that decides what would run.
    pub binding: String,
    /// What policies were told.
    pub facts: String,
}

#[derive(Serialize)]
struct Received<'a> {
    request_digest: &'a str,
    purpose: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_dataset: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    unmask: &'a BTreeSet<ColumnName>,
    #[serde(skip_serializing_if = "str::is_empty")]
    unmask_reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    asks_again: Option<IntentId>,
}

#[derive(Serialize)]
struct Moved<'a> {
    from: IntentState,
    to: IntentState,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

fn read(row: &Row) -> Result<IntentRecord, StoreError> {
    Ok(IntentRecord {
        id: row.parsed("id")?,
        run: row.parsed("run_id")?,
        idempotency_key: row.text("idempotency_key")?,
        request_digest: row.text("request_digest")?,
        sql: row.text("sql")?,
        parameters: row.text("parameters")?,
        purpose: row.text("purpose")?,
        maximum_bytes_billed: row.count("maximum_bytes_billed")?,
        default_dataset: row.optional_text("default_dataset")?,
        state: row.parsed("state")?,
        received_at: row.time("received_at")?,
        changed_at: row.time("changed_at")?,
        analysis: row.optional_text("analysis")?,
        dry_run: row.optional_text("dry_run")?,
        decision: row.optional_text("decision")?,
        problem: row.optional_text("problem")?,
        binding: row.optional_text("binding")?,
        unmask: row.json("unmask")?,
        unmask_reason: row.text("unmask_reason")?,
        asks_again: row.optional_parsed("asks_again")?,
    })
}

impl Transaction {
    /// Takes an intent in.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when the run has used the idempotency key before.
    pub async fn insert_intent(&mut self, intent: &NewIntent) -> Result<(), StoreError> {
        let now = self.now();
        let cap = i64::try_from(intent.maximum_bytes_billed).unwrap_or(i64::MAX);
        sqlx::query(
            "insert into intents (id, run_id, idempotency_key, request_digest, sql, parameters,
                 purpose, maximum_bytes_billed, state, received_at, changed_at, unmask,
                 unmask_reason, asks_again, default_dataset)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'received', $9, $9, $10, $11, $12, $13)",
        )
        .bind(intent.id.to_string())
        .bind(intent.run.to_string())
        .bind(&intent.idempotency_key)
        .bind(&intent.request_digest)
        .bind(&intent.sql)
        .bind(&intent.parameters)
        .bind(&intent.purpose)
        .bind(cap)
        .bind(now.micros())
        .bind(serde_json::to_string(&intent.unmask)?)
        .bind(&intent.unmask_reason)
        .bind(intent.asks_again.map(|id| id.to_string()))
        .bind(&intent.default_dataset)
        .execute(self.connection())
        .await?;
        let payload = Received {
            request_digest: &intent.request_digest,
            purpose: &intent.purpose,
            default_dataset: intent.default_dataset.as_deref(),
            unmask: &intent.unmask,
            unmask_reason: &intent.unmask_reason,
            asks_again: intent.asks_again,
        };
        self.record(
            EventName::IntentReceived,
            &intent.id.to_string(),
            Some(intent.run),
            &payload,
        )
        .await?;
        Ok(())
    }

    /// Keeps what the assessment and the policy said. The caller records it.
    pub async fn assess_intent(
        &mut self,
        id: IntentId,
        assessed: &Assessed,
    ) -> Result<(), StoreError> {
        self.put_assessment(id, IntentState::Received, assessed)
            .await
    }

    /// The same for an intent that stands in another state.
    pub(crate) async fn put_assessment(
        &mut self,
        id: IntentId,
        state: IntentState,
        assessed: &Assessed,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update intents set analysis = $2, dry_run = $3, decision = $4, risk = $5, binding = $6,
                 facts = $8
             where id = $1 and state = $7",
        )
        .bind(id.to_string())
        .bind(&assessed.analysis)
        .bind(&assessed.dry_run)
        .bind(&assessed.decision)
        .bind(assessed.risk.as_str())
        .bind(&assessed.binding)
        .bind(state.as_str())
        .bind(&assessed.facts)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Moves an intent from one state to another, if it still stands there.
    ///
    /// # Errors
    /// [`StoreError::Transition`] when the move does not exist, [`StoreError::Moved`] when
    /// somebody else moved it first.
    pub async fn move_intent(
        &mut self,
        (id, run): (IntentId, RunId),
        from: IntentState,
        to: IntentState,
        problem: Option<&str>,
    ) -> Result<(), StoreError> {
        let to = from.move_to(to)?;
        let now = self.now();
        let done = sqlx::query(
            "update intents set state = $3, changed_at = $4, problem = coalesce($5, problem)
             where id = $1 and state = $2",
        )
        .bind(id.to_string())
        .bind(from.as_str())
        .bind(to.as_str())
        .bind(now.micros())
        .bind(problem)
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::Moved { expected: from });
        }
        self.record(
            EventName::IntentMoved,
            &id.to_string(),
            Some(run),
            &Moved { from, to, problem },
        )
        .await?;
        Ok(())
    }
}

impl Transaction {
    /// How many intents of a run stand in a state, within this transaction.
    pub async fn intents_of_run_in(
        &mut self,
        run: RunId,
        state: IntentState,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query("select count(*) as n from intents where run_id = $1 and state = $2")
            .bind(run.to_string())
            .bind(state.as_str())
            .fetch_one(self.connection())
            .await?;
        row.count("n")
    }

    /// How many jobs an agent has, prepared or running, within this transaction; on demand
    /// with those that are let run and not yet prepared.
    pub async fn jobs_of_agent(
        &mut self,
        agent: AgentId,
        with_approved: bool,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(
            // The few intents that are under way, not the many that the agent ever had.
            "select count(*) as n from intents
             where intents.state in ('approved', 'prepared', 'running')
               and (intents.state <> 'approved' or $2)
               and exists (select 1 from runs
                 where runs.id = intents.run_id and runs.agent_id = $1)",
        )
        .bind(agent.to_string())
        .bind(with_approved)
        .fetch_one(self.connection())
        .await?;
        row.count("n")
    }

    /// Makes sure, within this transaction, that an intent stands in a state.
    ///
    /// # Errors
    /// [`StoreError::Moved`] when it does not.
    pub async fn require_state(
        &mut self,
        id: IntentId,
        state: IntentState,
    ) -> Result<(), StoreError> {
        let row = sqlx::query("select 1 from intents where id = $1 and state = $2")
            .bind(id.to_string())
            .bind(state.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|_| ()).ok_or(StoreError::Moved { expected: state })
    }
}

impl Store {
    /// The intent with this id.
    pub async fn intent(&self, id: IntentId) -> Result<Option<IntentRecord>, StoreError> {
        let row = sqlx::query("select * from intents where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The intent that a run submitted under this idempotency key.
    pub async fn intent_by_key(
        &self,
        run: RunId,
        key: &str,
    ) -> Result<Option<IntentRecord>, StoreError> {
        let row = sqlx::query("select * from intents where run_id = $1 and idempotency_key = $2")
            .bind(run.to_string())
            .bind(key)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// A run's intents in the order in which they came.
    pub async fn intents_of_run(&self, run: RunId) -> Result<Vec<IntentRecord>, StoreError> {
        let rows = sqlx::query("select * from intents where run_id = $1 order by received_at, id")
            .bind(run.to_string())
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read)
    }

    /// Intents that wait for somebody to carry them out, the longest waiting first: those that
    /// were received before a point in time and not judged, may run while fewer jobs of their
    /// agent do than may, or have an execution that nobody holds.
    pub async fn executable_intents(
        &self,
        received_before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<IntentId>, StoreError> {
        let rows = sqlx::query(
            "with busy as (
                 select runs.agent_id, count(*) as jobs from intents
                 join runs on runs.id = intents.run_id
                 where intents.state in ('prepared', 'running') group by runs.agent_id)
             select intents.id as id from intents
             join runs on runs.id = intents.run_id
             join agents on agents.id = runs.agent_id
             left join busy on busy.agent_id = runs.agent_id
             left join executions on executions.intent_id = intents.id
             where intents.state in ('received', 'approved', 'prepared', 'running')
               and ((intents.state = 'approved'
                   and coalesce(busy.jobs, 0) < agents.concurrent_jobs)
                 or (intents.state = 'received' and intents.changed_at < $1)
                 or (intents.state in ('prepared', 'running')
                   and executions.leased_until <= $2))
             order by intents.changed_at, intents.id limit $3",
        )
        .bind(received_before.micros())
        .bind(now.micros())
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, |row| row.parsed("id"))
    }

    /// Whether fewer jobs of an agent are prepared or running than may be.
    pub async fn has_room(&self, agent: AgentId) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select 1 from agents where id = $1 and concurrent_jobs > (
                 select count(*) from intents where intents.state in ('prepared', 'running')
                   and exists (select 1 from runs
                     where runs.id = intents.run_id and runs.agent_id = agents.id))",
        )
        .bind(agent.to_string())
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.is_some())
    }

    /// How many intents of an agent came to each state.
    pub async fn intent_counts(
        &self,
        agent: AgentId,
    ) -> Result<Vec<(IntentState, u64)>, StoreError> {
        let rows = sqlx::query(
            "select intents.state, count(*) as n from intents
             join runs on runs.id = intents.run_id where runs.agent_id = $1
             group by intents.state order by intents.state",
        )
        .bind(agent.to_string())
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| Ok((row.parsed("state")?, row.count("n")?)))
            .collect()
    }

    /// An agent's intents within a period, oldest first.
    pub async fn intents_of_agent(
        &self,
        agent: AgentId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<IntentRecord>, StoreError> {
        let rows = sqlx::query(
            "select intents.* from intents join runs on runs.id = intents.run_id
             where runs.agent_id = $1 and intents.received_at >= $2 and intents.received_at < $3
             order by intents.received_at, intents.id",
        )
        .bind(agent.to_string())
        .bind(from.micros())
        .bind(to.micros())
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }
}
