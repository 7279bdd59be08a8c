//! Runs opened: by whom, with which agent, within what.

use domain::{AgentId, Audience, Door, EventName, Role, RunId, Scope, Sponsor, Timestamp};
use store::{AgentRecord, GrantRecord, RunEvidence, TokenEvidence, Transaction};

use super::{RefreshToken, RunToken, ServiceError, Services, assessment::sha256, fresh_uuid};
use crate::context::{Context, Person};

/// How long a token counts before it has to be renewed, in seconds.
pub(super) const TOKEN_SECONDS: i64 = 600;

/// The code of the conflict with whoever used an authorization code first.
pub(super) const CODE_USED: &str = "code_used";

/// A run to be opened.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// With which agent.
    pub agent: AgentId,
    /// Why.
    pub purpose: String,
    /// Where that is written down; empty when nowhere.
    pub ticket: String,
    /// What it is to touch; empty means everything that the agent may.
    pub scope: Scope,
    /// How long it lives.
    pub minutes: u32,
    /// By which way it is opened.
    pub door: Door,
    /// The key that its token is to be bound to (RFC 7638 thumbprint); none for a bearer's.
    pub key_thumbprint: Option<String>,
    /// The one door where its tokens count; none for every door.
    pub audience: Option<Audience>,
    /// SHA-256 of the authorization code that it uses up, where it is opened by one.
    pub code_hash: Option<String>,
    /// The session at the identity provider, where a token of it named one.
    pub session: Option<String>,
    /// The token of the identity provider that proved the person, where one did.
    pub proof: Option<TokenEvidence>,
}

/// A run that was opened, with the one copy of its token.
#[derive(Debug)]
pub struct OpenedRun {
    /// Which.
    pub run: RunId,
    /// To be handed out once.
    pub token: RunToken,
    /// When the token has to have been renewed.
    pub token_expires_at: Timestamp,
    /// By which its client gets the next token, where it was opened by an authorization code.
    pub refresh_token: Option<RefreshToken>,
    /// What it may touch: what was asked, as far as the agent and the person may.
    pub scope: Scope,
}

impl Services {
    /// Agents with which this person may open a run in the portal, with the grants that count
    /// now. One whose tokens are bound to its key opens its runs itself.
    pub async fn openable_agents(
        &self,
        context: &Context,
    ) -> Result<Vec<(AgentRecord, Vec<GrantRecord>)>, ServiceError> {
        let person = context.authorise(&[Role::Initiator])?;
        let mut openable = Vec::new();
        for agent in self.parts.store.agents().await? {
            let is_open = agent.is_active(context.now) && agent.allows_bearer;
            if is_open && is_sponsor(person, &agent) {
                let grants = self.active_grants_of(agent.id, context.now).await?;
                openable.push((agent, grants));
            }
        }
        Ok(openable)
    }

    /// Opens a run in the person's name. What is refused for who asks, and not for how, is
    /// recorded too.
    pub async fn open_run(
        &self,
        context: &Context,
        new: NewRun,
    ) -> Result<OpenedRun, ServiceError> {
        let agent = new.agent;
        let opened = self.try_opening(context, new).await;
        if let Err(
            error @ (ServiceError::Forbidden(_)
            | ServiceError::Refused { .. }
            | ServiceError::Conflict { .. }),
        ) = &opened
        {
            let mut tx = self.begin(context).await?;
            let payload = serde_json::json!({ "code": error.code() });
            let subject = agent.to_string();
            tx.record(EventName::RunRefused, &subject, None, &payload)
                .await?;
            tx.commit().await?;
        }
        opened
    }

    async fn try_opening(&self, context: &Context, new: NewRun) -> Result<OpenedRun, ServiceError> {
        let person = context.authorise(&[Role::Initiator])?;
        let now = context.now;
        let agent = self.existing_agent(new.agent).await?;
        if !is_sponsor(person, &agent) {
            return Err(ServiceError::refused(
                "not_a_sponsor",
                "only the agent's owner and its sponsors open runs with it",
            ));
        }
        check_agent(&agent, new.key_thumbprint.is_some(), now)?;
        self.require_good_standing([person.id, agent.owner]).await?;
        self.check_minutes(new.minutes)?;
        let token = RunToken::generate();
        let end = now.plus_seconds(i64::from(new.minutes) * 60);
        let expires_at = agent.expires_at.min(end);
        let run = store::NewRun {
            id: RunId::new(fresh_uuid()),
            agent: agent.id,
            initiator: person.id,
            purpose: new.purpose,
            ticket: new.ticket,
            scope: self.run_scope(&agent, person, &new.scope, now).await?,
            door: new.door,
            evidence: self.evidence(person, new.session, new.proof).await?,
            token_hash: token.hash(),
            token_expires_at: expires_at.min(now.plus_seconds(TOKEN_SECONDS)),
            key_thumbprint: new.key_thumbprint,
            audience: new.audience,
            expires_at,
        };
        let mut tx = self.begin(context).await?;
        if tx.open_run_count(agent.id).await? >= u64::from(agent.caps.open_runs) {
            let detail = format!(
                "{} runs of this agent are open, as many as it may have; end one first",
                agent.caps.open_runs
            );
            return Err(ServiceError::conflict("open_runs_cap", detail));
        }
        tx.insert_run(&run).await?;
        let refresh_token = match &new.code_hash {
            Some(code) => Some(use_code(&mut tx, code, &run).await?),
            None => None,
        };
        tx.commit().await?;
        Ok(OpenedRun {
            run: run.id,
            token,
            token_expires_at: run.token_expires_at,
            refresh_token,
            scope: run.scope,
        })
    }

    pub(super) fn check_minutes(&self, minutes: u32) -> Result<(), ServiceError> {
        let longest = self.parts.limits.run_minutes_maximum;
        if minutes == 0 || minutes > longest {
            let detail = format!("choose between 1 and {longest} minutes");
            return Err(ServiceError::invalid("minutes", detail));
        }
        Ok(())
    }

    /// What was asked, as far as the agent's grants and the person's own rights go. A line
    /// of which nothing remains is refused by name.
    pub(super) async fn run_scope(
        &self,
        agent: &AgentRecord,
        person: &Person,
        asked: &Scope,
        now: Timestamp,
    ) -> Result<Scope, ServiceError> {
        let granted = self.granted(agent.id, now).await?;
        let rights = self.rights_of(person.groups.iter());
        let allowed = granted.intersection(&rights);
        let asked = if asked.is_empty() { &granted } else { asked };
        for power in asked.powers() {
            let alone: Scope = [power.clone()].into_iter().collect();
            let beyond = if alone.intersection(&granted).is_empty() {
                "the agent's grants"
            } else if alone.intersection(&allowed).is_empty() && asked != &granted {
                "your own rights"
            } else {
                continue;
            };
            let detail = format!("`{power}` is not within {beyond}");
            return Err(ServiceError::invalid("scope", detail));
        }
        let scope = asked.intersection(&allowed);
        if scope.is_empty() {
            return Err(ServiceError::refused(
                "scope_empty",
                "nothing that this agent may do is within your own rights",
            ));
        }
        Ok(scope)
    }

    /// What an agent's grants allow now.
    pub(super) async fn granted(
        &self,
        agent: AgentId,
        now: Timestamp,
    ) -> Result<Scope, ServiceError> {
        let grants = self.active_grants_of(agent, now).await?;
        Ok(grants.into_iter().map(|grant| grant.power).collect())
    }

    /// What people in these groups may do themselves, by configuration.
    pub(super) fn rights_of<'a>(&self, groups: impl Iterator<Item = &'a String>) -> Scope {
        self.parts
            .rights
            .scope_of(groups, &self.parts.warehouse_config)
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

    async fn evidence(
        &self,
        person: &Person,
        session: Option<String>,
        token: Option<TokenEvidence>,
    ) -> Result<RunEvidence, ServiceError> {
        let known = self.existing_person(person.id).await?;
        let store = &self.parts.store;
        let mut sessions = store.browser_sessions(Some(person.id), self.now()).await?;
        sessions.retain(|session| session.sign_in == person.sign_in);
        let groups: String = person
            .groups
            .iter()
            .flat_map(|group| [group, "\n"])
            .collect();
        Ok(RunEvidence {
            issuer: known.issuer,
            subject: known.subject,
            session: session.or_else(|| sessions.pop()?.sid),
            authenticated_at: person.signed_in_at,
            strength: person.acr.clone(),
            groups_digest: sha256(groups.as_bytes()),
            token,
        })
    }

    /// Keeps a token for the one view of its run's page by the person who opened it; that
    /// run.
    #[must_use]
    pub fn show_once(&self, opened: OpenedRun) -> RunId {
        self.fresh_tokens.put(opened.run, opened.token, self.now());
        opened.run
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
}

/// Whether this person may open runs with this agent: its owner, and whom its record names.
#[must_use]
pub fn is_sponsor(person: &Person, agent: &AgentRecord) -> bool {
    let is_named = |sponsor: &Sponsor| match sponsor {
        Sponsor::Person(named) => *named == person.id,
        Sponsor::Group(group) => person.groups.contains(group),
    };
    agent.owner == person.id || agent.sponsors.iter().any(is_named)
}

/// Uses an authorization code up for the run that it opens.
async fn use_code(
    tx: &mut Transaction,
    code_hash: &str,
    run: &store::NewRun,
) -> Result<RefreshToken, ServiceError> {
    if !tx.use_authorization_code(code_hash, run.id).await? {
        return Err(ServiceError::conflict(
            CODE_USED,
            "this code was used before, or its minute is over",
        ));
    }
    let refresh_token = RefreshToken::generate();
    let hashes = (refresh_token.hash(), &run.token_hash);
    tx.insert_refresh_token(run.id, (&hashes.0, hashes.1))
        .await?;
    Ok(refresh_token)
}

fn check_agent(agent: &AgentRecord, has_key: bool, now: Timestamp) -> Result<(), ServiceError> {
    if !agent.is_active(now) {
        let detail = format!(
            "this agent is `{}`; runs are opened with one that is `active`",
            agent.state_at(now)
        );
        return Err(ServiceError::conflict("agent_not_active", detail));
    }
    if !has_key && !agent.allows_bearer {
        return Err(ServiceError::refused(
            "key_needed",
            "this agent's tokens are bound to its key: it opens runs by token exchange or \
             device code with a DPoP proof",
        ));
    }
    Ok(())
}
