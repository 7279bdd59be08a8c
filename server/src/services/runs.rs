//! Runs: opened by a human, proved by a token, narrow and short.

use domain::{AgentId, IntentState, Role, RunId, Timestamp};
use store::{AgentRecord, GrantRecord, IntentRecord, PersonRecord, RunRecord, ScopeEntry};

use super::{Power, RunToken, ServiceError, Services, fresh_uuid};
use crate::context::{Actor, Context, Forbidden, RunActor};

/// A run to be opened.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// With which agent.
    pub agent: AgentId,
    /// Why.
    pub purpose: String,
    /// Where that is written down; empty when nowhere.
    pub ticket: String,
    /// What it may touch; empty means everything that the agent may.
    pub scope: Vec<Power>,
    /// How long it lives.
    pub minutes: u32,
}

/// A run with everything that pages show of it.
#[derive(Debug, Clone)]
pub struct RunView {
    /// The run.
    pub run: RunRecord,
    /// Its agent.
    pub agent: AgentRecord,
    /// In whose name.
    pub initiator: PersonRecord,
    /// What the agent asked, in order.
    pub intents: Vec<IntentRecord>,
}

impl RunView {
    /// How many of its intents stand in one of these states.
    #[must_use]
    pub fn count(&self, states: &[IntentState]) -> usize {
        let stands = |intent: &&IntentRecord| states.contains(&intent.state);
        self.intents.iter().filter(stands).count()
    }
}

const TOKEN_UNKNOWN: ServiceError = ServiceError::Token {
    code: "token_unknown",
    detail: "this run token is not known; open a run in the portal and use its token",
};

impl Services {
    /// Agents with which this person may open a run, with the grants that count now: their
    /// own ones.
    pub async fn openable_agents(
        &self,
        context: &Context,
    ) -> Result<Vec<(AgentRecord, Vec<GrantRecord>)>, ServiceError> {
        let person = context.authorise(&[Role::Initiator])?;
        let mut openable = Vec::new();
        for agent in self.parts.store.agents().await? {
            if agent.owner == person.id && agent.is_active(context.now) {
                let grants = self.active_grants_of(agent.id, context.now).await?;
                openable.push((agent, grants));
            }
        }
        Ok(openable)
    }

    /// Opens a run in the person's name. Its token waits for one view of the run's page.
    pub async fn open_run(&self, context: &Context, new: NewRun) -> Result<RunId, ServiceError> {
        let person = context.authorise(&[Role::Initiator])?;
        let now = context.now;
        let agent = self.existing_agent(new.agent).await?;
        if agent.owner != person.id {
            return Err(ServiceError::refused(
                "not_your_agent",
                "only the agent's owner opens runs with it",
            ));
        }
        if !agent.is_active(now) {
            return Err(ServiceError::invalid(
                "agent",
                "this agent has expired or was revoked; an administrator can register a new one",
            ));
        }
        let longest = self.parts.limits.run_minutes_maximum;
        if new.minutes == 0 || new.minutes > longest {
            let detail = format!("choose between 1 and {longest} minutes");
            return Err(ServiceError::invalid("minutes", detail));
        }
        let token = RunToken::generate();
        let run = store::NewRun {
            id: RunId::new(fresh_uuid()),
            agent: agent.id,
            initiator: person.id,
            purpose: new.purpose,
            ticket: new.ticket,
            scope: self.scope_within_grants(&agent, new.scope, now).await?,
            token_hash: token.hash(),
            expires_at: agent
                .expires_at
                .min(now.plus_seconds(i64::from(new.minutes) * 60)),
        };
        let mut tx = self.parts.store.begin(&context.actor.name(), now).await?;
        tx.insert_run(&run).await?;
        tx.commit().await?;
        self.fresh_tokens.put(run.id, token, now);
        Ok(run.id)
    }

    async fn scope_within_grants(
        &self,
        agent: &AgentRecord,
        wanted: Vec<Power>,
        now: Timestamp,
    ) -> Result<Vec<ScopeEntry>, ServiceError> {
        let grants = self.active_grants_of(agent.id, now).await?;
        if wanted.is_empty() {
            return Ok(grants.iter().map(entry_of).collect());
        }
        let within = |power: &Power| {
            grants.iter().any(|grant| {
                grant.privilege == power.privilege && grant.resource.contains(&power.resource)
            })
        };
        if let Some(outside) = wanted.iter().find(|power| !within(power)) {
            let detail = format!(
                "`{} {}` is not within the agent's grants",
                outside.privilege.as_str(),
                outside.resource
            );
            return Err(ServiceError::invalid("scope", detail));
        }
        let entry = |power: Power| ScopeEntry {
            privilege: power.privilege,
            resource: power.resource,
        };
        Ok(wanted.into_iter().map(entry).collect())
    }

    pub(super) async fn active_grants_of(
        &self,
        agent: AgentId,
        now: Timestamp,
    ) -> Result<Vec<GrantRecord>, ServiceError> {
        let mut grants = self.parts.store.grants_of(agent).await?;
        grants.retain(|grant| grant.is_active(now));
        Ok(grants)
    }

    /// The run's token, on the first call after opening and only to who opened it.
    pub async fn take_run_token(
        &self,
        context: &Context,
        id: RunId,
    ) -> Result<Option<RunToken>, ServiceError> {
        let person = context.person()?;
        let run = self.existing_run(id).await?;
        if run.initiator != person.id {
            return Ok(None);
        }
        Ok(self.fresh_tokens.take(id, context.now))
    }

    /// Proves a token: the run must be open, and its agent neither expired nor revoked.
    pub async fn authenticate(
        &self,
        token: &RunToken,
        now: Timestamp,
    ) -> Result<RunActor, ServiceError> {
        let run = self.parts.store.run_by_token(&token.hash()).await?;
        let run = run.ok_or(TOKEN_UNKNOWN)?;
        self.check_run(&run, now).await?;
        Ok(RunActor {
            run: run.id,
            agent: run.agent,
            initiator: run.initiator,
        })
    }

    /// The run that a token names, whether or not it still counts.
    pub async fn run_of_token(&self, token: &RunToken) -> Result<Option<RunId>, ServiceError> {
        let run = self.parts.store.run_by_token(&token.hash()).await?;
        Ok(run.map(|run| run.id))
    }

    /// Whether the run may still act, and why not.
    pub(super) async fn check_run(
        &self,
        run: &RunRecord,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let refuse = |code, detail| Err(ServiceError::Token { code, detail });
        if run.revoked_at.is_some() {
            return refuse(
                "run_revoked",
                "this run was ended; open a new one in the portal",
            );
        }
        if !run.is_active(now) {
            return refuse(
                "run_expired",
                "this run's time is over; open a new one in the portal",
            );
        }
        let agent = self.existing_agent(run.agent).await?;
        if agent.revoked_at.is_some() {
            return refuse("agent_revoked", "this agent was revoked; ask its owner");
        }
        if !agent.is_active(now) {
            return refuse(
                "agent_expired",
                "this agent's time is over; ask an administrator",
            );
        }
        self.require_good_standing([run.initiator, agent.owner])
            .await
    }

    /// Ends a run: its initiator and administrators may, and the agent itself.
    pub async fn revoke_run(
        &self,
        context: &Context,
        id: RunId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let run = self.existing_run(id).await?;
        if !may_revoke_run(context, &run) {
            return Err(Forbidden {
                needed: Role::Administrator,
            }
            .into());
        }
        let by = context.person().ok().map(|person| person.id);
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        if !tx.revoke_run(id, by, reason).await? {
            return Err(ServiceError::conflict(
                "already_ended",
                "the run was ended before",
            ));
        }
        tx.commit().await?;
        self.work.notify_one();
        Ok(())
    }

    /// The newest runs, of everybody for people who oversee, else the person's own.
    pub async fn runs(&self, context: &Context, limit: u32) -> Result<Vec<RunView>, ServiceError> {
        let person = context.authorise(&Role::ALL)?;
        let own = (!may_see_all(context)).then_some(person.id);
        let mut views = Vec::new();
        for run in self.parts.store.runs(None, own, limit).await? {
            views.push(self.view_run(run).await?);
        }
        Ok(views)
    }

    /// One run; to people who may not see it, it does not exist.
    pub async fn run(&self, context: &Context, id: RunId) -> Result<RunView, ServiceError> {
        let run = self.existing_run(id).await?;
        let is_own = match &context.actor {
            Actor::Person(person) => person.id == run.initiator,
            Actor::Run(actor) => actor.run == run.id,
            Actor::System | Actor::Anonymous => false,
        };
        if is_own || may_see_all(context) {
            self.view_run(run).await
        } else {
            Err(ServiceError::NotFound { what: "run" })
        }
    }

    pub(super) async fn view_run(&self, run: RunRecord) -> Result<RunView, ServiceError> {
        Ok(RunView {
            agent: self.existing_agent(run.agent).await?,
            initiator: self.existing_person(run.initiator).await?,
            intents: self.parts.store.intents_of_run(run.id).await?,
            run,
        })
    }

    pub(super) async fn existing_run(&self, id: RunId) -> Result<RunRecord, ServiceError> {
        let found = self.parts.store.run(id).await?;
        found.ok_or(ServiceError::NotFound { what: "run" })
    }
}

fn entry_of(grant: &GrantRecord) -> ScopeEntry {
    ScopeEntry {
        privilege: grant.privilege,
        resource: grant.resource.clone(),
    }
}

/// Whether the actor may end this run.
#[must_use]
pub fn may_revoke_run(context: &Context, run: &RunRecord) -> bool {
    match &context.actor {
        Actor::Person(person) => {
            person.id == run.initiator || person.roles.contains(&Role::Administrator)
        }
        Actor::Run(actor) => actor.run == run.id,
        Actor::System | Actor::Anonymous => false,
    }
}

/// Whether the person oversees everybody's runs.
fn may_see_all(context: &Context) -> bool {
    let overseers = [
        Role::Approver,
        Role::Reviewer,
        Role::Auditor,
        Role::Administrator,
    ];
    context.authorise(&overseers).is_ok()
}
