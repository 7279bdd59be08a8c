//! Ends runs and everything that hangs on them, in the caller's transaction: what waits for
//! approval is withdrawn, what may run or runs is cancelled. Each end is an entry of its own.

use std::str::FromStr;

use domain::{AgentId, AgentState, EventName, IntentId, IntentState, PersonId, RunEnd, RunId};

use crate::{
    AgentMove, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// Whose runs end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// This one.
    Run(RunId),
    /// All of an agent.
    Agent(AgentId),
    /// All in a person's name, and all of the agents that the person answers for.
    Person(PersonId),
    /// All of the people, and of the workloads, that an identity provider vouches for.
    Issuer(String),
}

/// Why they end.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// The code that the runs' agents are told.
    pub because: RunEnd,
    /// Who ends them; none for Countersign or the agent itself.
    pub by: Option<PersonId>,
    /// In their words.
    pub reason: &'a str,
}

/// What ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    /// The runs.
    pub runs: Vec<RunId>,
    /// The intents that were withdrawn or cancelled with them.
    pub intents: Vec<IntentId>,
}

impl Ended {
    /// Adds what ended besides.
    pub fn extend(&mut self, other: Self) {
        self.runs.extend(other.runs);
        self.intents.extend(other.intents);
    }
}

impl Transaction {
    /// Ends every open run of the target. Nothing in them runs or is released from the
    /// commit on.
    pub async fn end_runs(
        &mut self,
        target: &Target,
        ending: Ending<'_>,
    ) -> Result<Ended, StoreError> {
        let mut ended = Ended::default();
        for run in self.open_runs(target).await? {
            self.end_run(run, ending).await?;
            ended.intents.extend(self.end_intents(run, ending).await?);
            ended.runs.push(run);
        }
        Ok(ended)
    }

    /// Suspends the agents that a lost person answers for, or that a lost issuer vouches for:
    /// an administrator decides what becomes of them. Their runs are [`Self::end_runs`]' part.
    pub async fn suspend_agents(
        &mut self,
        target: &Target,
        ending: Ending<'_>,
    ) -> Result<(), StoreError> {
        let (person, issuer) = names(target);
        let rows = sqlx::query(
            "select agents.id from agents join people on people.id = agents.owner_id
             where agents.state = 'active'
               and (people.id = $1 or people.issuer = $2 or agents.workload_issuer = $2)
             order by agents.id",
        )
        .bind(person)
        .bind(issuer)
        .fetch_all(self.connection())
        .await?;
        for agent in collect(&rows, id)? {
            let step = AgentMove {
                from: AgentState::Active,
                to: AgentState::Suspended,
                by: ending.by,
                reason: ending.reason,
            };
            self.move_agent(agent, step).await?;
        }
        Ok(())
    }

    async fn open_runs(&mut self, target: &Target) -> Result<Vec<RunId>, StoreError> {
        let now = self.now();
        let (person, issuer) = names(target);
        let (run, agent) = match target {
            Target::Run(run) => (Some(run.to_string()), None),
            Target::Agent(agent) => (None, Some(agent.to_string())),
            Target::Person(_) | Target::Issuer(_) => (None, None),
        };
        let rows = sqlx::query(
            "select runs.id from runs
             join agents on agents.id = runs.agent_id
             join people as initiators on initiators.id = runs.initiator_id
             join people as owners on owners.id = agents.owner_id
             where runs.revoked_at is null and runs.expires_at > $1
               and (runs.id = $2 or runs.agent_id = $3
                 or initiators.id = $4 or owners.id = $4
                 or initiators.issuer = $5 or owners.issuer = $5
                 or agents.workload_issuer = $5)
             order by runs.opened_at, runs.id",
        )
        .bind(now.micros())
        .bind(run)
        .bind(agent)
        .bind(person)
        .bind(issuer)
        .fetch_all(self.connection())
        .await?;
        collect(&rows, id)
    }

    async fn end_run(&mut self, run: RunId, ending: Ending<'_>) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "update runs set revoked_at = $2, revoked_by = $3, ended_because = $4, end_reason = $5
             where id = $1",
        )
        .bind(run.to_string())
        .bind(now.micros())
        .bind(ending.by.map(|by| by.to_string()))
        .bind(ending.because.as_str())
        .bind(ending.reason)
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "because": ending.because, "reason": ending.reason });
        self.record(EventName::RunRevoked, &run.to_string(), Some(run), &payload)
            .await?;
        Ok(())
    }

    /// What is `received` is left to whoever judges it, who finds the run ended.
    async fn end_intents(
        &mut self,
        run: RunId,
        ending: Ending<'_>,
    ) -> Result<Vec<IntentId>, StoreError> {
        let rows = sqlx::query(
            "select id, state from intents
             where run_id = $1 and state in ('pending_approval', 'approved', 'prepared', 'running')
             order by received_at, id",
        )
        .bind(run.to_string())
        .fetch_all(self.connection())
        .await?;
        let problem = serde_json::json!({
            "code": ending.because,
            "detail": ending.because.advice(),
        });
        let problem = problem.to_string();
        let mut ended = Vec::new();
        for row in &rows {
            let intent: IntentId = id(row)?;
            let from: IntentState = row.parsed("state")?;
            let to = match from {
                IntentState::PendingApproval => IntentState::Withdrawn,
                _ => IntentState::Cancelled,
            };
            self.move_intent((intent, run), from, to, Some(&problem))
                .await?;
            self.close_approval(intent).await?;
            ended.push(intent);
        }
        Ok(ended)
    }
}

fn names(target: &Target) -> (Option<String>, Option<&str>) {
    match target {
        Target::Person(person) => (Some(person.to_string()), None),
        Target::Issuer(issuer) => (None, Some(issuer)),
        Target::Run(_) | Target::Agent(_) => (None, None),
    }
}

fn id<T: FromStr>(row: &Row) -> Result<T, StoreError> {
    row.parsed("id")
}
