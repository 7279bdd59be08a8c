//! Agents as pages show them: what they may do, and what they did.

use domain::{AgentId, IntentState, PersonId, Privilege, Role, Scope, Sponsor, Timestamp};
use store::{AgentRecord, GrantRecord, PersonRecord, RunRecord};

use super::{ServiceError, Services};
use crate::context::Context;

/// An agent with everything that pages show of it.
#[derive(Debug, Clone)]
pub struct AgentView {
    /// The agent.
    pub agent: AgentRecord,
    /// Who answers for it.
    pub owner: PersonRecord,
    /// Every grant it ever had, each with when it was last used.
    pub grants: Vec<(GrantRecord, Option<Timestamp>)>,
    /// Its newest runs.
    pub runs: Vec<RunRecord>,
    /// How many of its intents came to each state.
    pub counts: Vec<(IntentState, u64)>,
    /// When it last asked.
    pub last_used: Option<Timestamp>,
    /// What its grants come to now; none before the catalog has been read.
    pub power: Option<EffectivePower>,
    /// Everybody named among its sponsors.
    pub sponsors: Vec<PersonRecord>,
}

/// What grants come to in the warehouse as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EffectivePower {
    /// Tables and views that there are.
    pub tables: usize,
    /// Of these, how many it may read.
    pub readable: usize,
    /// Of these, how many it may change.
    pub writable: usize,
    /// Tagged columns of the tables that it may read, which come back masked.
    pub masked: usize,
    /// Columns of the tables that it may read, which its grants leave out.
    pub excluded: usize,
}

/// How many runs an agent's page shows.
const RUNS_SHOWN: u32 = 200;

impl Services {
    /// Everybody's agents, by name: for people with any role.
    pub async fn agents(&self, context: &Context) -> Result<Vec<AgentView>, ServiceError> {
        context.authorise(&Role::ALL)?;
        let mut views = Vec::new();
        for agent in self.parts.store.agents().await? {
            views.push(self.view_agent(agent).await?);
        }
        Ok(views)
    }

    /// One agent.
    pub async fn agent(&self, context: &Context, id: AgentId) -> Result<AgentView, ServiceError> {
        context.authorise(&Role::ALL)?;
        self.view_agent(self.existing_agent(id).await?).await
    }

    async fn view_agent(&self, agent: AgentRecord) -> Result<AgentView, ServiceError> {
        let store = &self.parts.store;
        let runs = store.runs(Some(agent.id), None, RUNS_SHOWN).await?;
        let intents = store
            .intents_of_agent(agent.id, agent.created_at, Timestamp::from_micros(i64::MAX))
            .await?;
        let mut sponsors = Vec::new();
        for sponsor in &agent.sponsors {
            if let Sponsor::Person(person) = sponsor {
                sponsors.push(self.existing_person(*person).await?);
            }
        }
        let mut grants = Vec::new();
        for grant in store.grants_of(agent.id).await? {
            let last = intents
                .iter()
                .rev()
                .find(|intent| super::reviews::uses(intent, &grant));
            let last = last.map(|intent| intent.received_at);
            grants.push((grant, last));
        }
        Ok(AgentView {
            owner: self.existing_person(agent.owner).await?,
            counts: store.intent_counts(agent.id).await?,
            last_used: intents.last().map(|intent| intent.received_at),
            power: self.effective_power(&grants),
            sponsors,
            grants,
            runs,
            agent,
        })
    }

    fn effective_power(
        &self,
        grants: &[(GrantRecord, Option<Timestamp>)],
    ) -> Option<EffectivePower> {
        let catalog = self.catalog.current().ok()?;
        let now = self.now();
        let active = grants.iter().filter(|(grant, _)| grant.is_active(now));
        let scope: Scope = active.map(|(grant, _)| grant.power.clone()).collect();
        let mut power = EffectivePower::default();
        let views = catalog.views.keys().map(|name| (name, &[][..]));
        let tables = catalog.tables.iter();
        for (name, columns) in tables
            .map(|(name, table)| (name, &table.columns[..]))
            .chain(views)
        {
            power.tables += 1;
            power.writable += usize::from(scope.covers(Privilege::Write, name));
            if scope.covers(Privilege::Read, name) {
                power.readable += 1;
                for column in columns {
                    let is_out = scope.exclusions(name).any(|out| out.overlaps(&column.name));
                    power.excluded += usize::from(is_out);
                    power.masked += usize::from(!is_out && column.is_sensitive());
                }
            }
        }
        Some(power)
    }

    pub(super) async fn existing_agent(&self, id: AgentId) -> Result<AgentRecord, ServiceError> {
        let found = self.parts.store.agent(id).await?;
        found.ok_or(ServiceError::NotFound { what: "agent" })
    }

    /// The person with this id, who has signed in at least once.
    pub async fn existing_person(&self, id: PersonId) -> Result<PersonRecord, ServiceError> {
        let found = self.parts.store.person(id).await?;
        found.ok_or(ServiceError::NotFound { what: "person" })
    }
}
