//! Agents: registered by administrators, owned by humans, mortal.

use domain::{
    AgentId, GrantId, IntentState, PersonId, Privilege, ResourcePattern, Role, Timestamp,
};
use store::{AgentRecord, GrantRecord, NewGrant, PersonRecord, RunRecord};

use super::{ServiceError, Services, fresh_uuid};
use crate::context::{Context, Forbidden};

/// One privilege on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// To do what.
    pub privilege: Privilege,
    /// On which tables.
    pub resource: ResourcePattern,
}

/// An agent to be registered.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// Its unique name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// E-mail address of the person who answers for it.
    pub owner: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What it may do.
    pub grants: Vec<Power>,
}

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
}

/// How many runs an agent's page shows.
const RUNS_SHOWN: u32 = 200;

impl Services {
    /// Registers an agent with its grants.
    pub async fn register_agent(
        &self,
        context: &Context,
        new: NewAgent,
    ) -> Result<AgentId, ServiceError> {
        let administrator = context.authorise(&[Role::Administrator])?;
        let now = context.now;
        self.check_new_agent(&new, now)?;
        let owner = self.person_by_email(&new.owner).await?;
        let agent = store::NewAgent {
            id: AgentId::new(fresh_uuid()),
            name: new.name,
            owner: owner.id,
            purpose: new.purpose,
            expires_at: new.expires_at,
            registered_by: administrator.id,
        };
        let mut tx = self.parts.store.begin(&context.actor.name(), now).await?;
        tx.insert_agent(&agent).await.map_err(|error| match error {
            store::StoreError::AlreadyExists => {
                ServiceError::invalid("name", "an agent of this name exists; choose another")
            }
            other => other.into(),
        })?;
        for power in new.grants {
            let grant = NewGrant {
                id: GrantId::new(fresh_uuid()),
                agent: agent.id,
                privilege: power.privilege,
                resource: power.resource,
                until: agent.expires_at,
                granted_by: administrator.id,
            };
            tx.insert_grant(&grant).await?;
        }
        tx.commit().await?;
        Ok(agent.id)
    }

    fn check_new_agent(&self, new: &NewAgent, now: Timestamp) -> Result<(), ServiceError> {
        let days = self.parts.limits.agent_days_maximum;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if new.name.is_empty() || new.name.len() > 63 || !new.name.chars().all(is_plain) {
            let detail = "use 1 to 63 letters, digits, `-`, `_` or `.`";
            return Err(ServiceError::invalid("name", detail));
        }
        if new.expires_at <= now || new.expires_at > now.plus_days(i64::from(days)) {
            let detail = format!("choose a day after today and at most {days} days ahead");
            return Err(ServiceError::invalid("expires", detail));
        }
        if new.grants.is_empty() {
            let detail = "grant at least one privilege, such as `read demo.shop.*`";
            return Err(ServiceError::invalid("grants", detail));
        }
        Ok(())
    }

    async fn person_by_email(&self, email: &str) -> Result<PersonRecord, ServiceError> {
        let people = self.parts.store.people().await?;
        let mut same = people
            .into_iter()
            .filter(|person| person.email.eq_ignore_ascii_case(email));
        match (same.next(), same.next()) {
            (Some(person), None) => Ok(person),
            (Some(_), Some(_)) => Err(ServiceError::invalid(
                "owner",
                "several people have this e-mail address; ask them to sign in with one account",
            )),
            (None, _) => Err(ServiceError::invalid(
                "owner",
                "nobody with this e-mail address has signed in yet; they must sign in once first",
            )),
        }
    }

    /// Ends an agent. Its runs' tokens stop counting at once.
    pub async fn revoke_agent(
        &self,
        context: &Context,
        id: AgentId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let person = context.person()?;
        let agent = self.existing_agent(id).await?;
        if !may_revoke_agent(context, &agent) {
            return Err(Forbidden {
                needed: Role::Administrator,
            }
            .into());
        }
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        if !tx.revoke_agent(id, person.id, reason).await? {
            return Err(ServiceError::conflict(
                "already_revoked",
                "the agent was revoked before",
            ));
        }
        Ok(tx.commit().await?)
    }

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
            grants,
            runs,
            agent,
        })
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

/// Whether this person may end this agent: its owner and administrators may.
#[must_use]
pub fn may_revoke_agent(context: &Context, agent: &AgentRecord) -> bool {
    let is_owner = context
        .person()
        .is_ok_and(|person| person.id == agent.owner);
    is_owner || context.authorise(&[Role::Administrator]).is_ok()
}
