//! Agents registered: proposed by the owner, confirmed by an administrator who is not.

use domain::{
    AgentId, AgentState, Caps, EventName, GrantId, Power, Role, RunEnd, Sponsor, Timestamp,
    Workload,
};
use store::{AgentMove, AgentRecord, Ending, NewGrant, PersonRecord, StoreError, Target};

use super::{ServiceError, Services, fresh_uuid};
use crate::{
    context::{Context, Forbidden},
    proof::Issuers,
};

/// Who proposes, and who may do it: people who open runs, and administrators, whose own
/// agents another administrator confirms.
const OWNERS: [Role; 2] = [Role::Initiator, Role::Administrator];
/// The most jobs, and the most runs, that anybody may want at a time.
const AT_A_TIME_MAXIMUM: u32 = 1000;

/// An agent to be proposed by the person who will answer for it.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// Its unique name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What it may do, each until the agent's end or sooner.
    pub grants: Vec<(Power, Option<Timestamp>)>,
    /// The most that it may take.
    pub caps: Caps,
    /// Who opens runs besides the owner: e-mail addresses and names of groups.
    pub sponsors: Vec<String>,
    /// How it proves itself; none when a human is at the keyboard.
    pub workload: Option<Workload>,
    /// Whether its token alone is enough, without a proof of its key.
    pub allows_bearer: bool,
    /// The Google service account that its jobs run as.
    pub service_account: Option<String>,
}

impl Services {
    /// Proposes an agent with its grants. It can do nothing until it is confirmed.
    pub async fn propose_agent(
        &self,
        context: &Context,
        new: NewAgent,
    ) -> Result<AgentId, ServiceError> {
        let owner = context.authorise(&OWNERS)?.id;
        let now = context.now;
        self.check_life(&new, now)?;
        check_proof(&new, &self.parts.issuers)?;
        let agent = store::NewAgent {
            id: AgentId::new(fresh_uuid()),
            sponsors: self.sponsors(&new.sponsors).await?,
            name: new.name,
            owner,
            purpose: new.purpose,
            expires_at: new.expires_at,
            caps: self.caps(&new.caps)?,
            workload: new.workload,
            allows_bearer: new.allows_bearer,
            service_account: new.service_account,
        };
        let mut tx = self.parts.store.begin(&context.actor.name(), now).await?;
        tx.insert_agent(&agent).await.map_err(|error| match error {
            StoreError::AlreadyExists => {
                ServiceError::invalid("name", "an agent of this name exists; choose another")
            }
            other => other.into(),
        })?;
        for (power, until) in new.grants {
            let grant = NewGrant {
                id: GrantId::new(fresh_uuid()),
                agent: agent.id,
                power,
                until: until.unwrap_or(agent.expires_at).min(agent.expires_at),
                granted_by: owner,
            };
            tx.insert_grant(&grant).await?;
        }
        tx.commit().await?;
        Ok(agent.id)
    }

    fn check_life(&self, new: &NewAgent, now: Timestamp) -> Result<(), ServiceError> {
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
        if new
            .grants
            .iter()
            .any(|(_, until)| until.is_some_and(|until| until <= now))
        {
            let detail = "a grant's last day must be after today";
            return Err(ServiceError::invalid("grants", detail));
        }
        Ok(())
    }

    /// The caps as far as the program's own limits let them count.
    fn caps(&self, asked: &Caps) -> Result<Caps, ServiceError> {
        let fields = [
            ("bytes_per_query", asked.bytes_per_query),
            ("bytes_per_day", asked.bytes_per_day),
            ("rows", asked.rows),
            ("concurrent_jobs", asked.concurrent_jobs.into()),
            ("open_runs", asked.open_runs.into()),
        ];
        if let Some((field, _)) = fields.into_iter().find(|(_, value)| *value == 0) {
            return Err(ServiceError::invalid(field, "choose at least 1"));
        }
        let dearest = self.parts.warehouse_config.maximum_bytes_billed;
        Ok(Caps {
            bytes_per_query: asked.bytes_per_query.min(dearest),
            bytes_per_day: asked.bytes_per_day.min(i64::MAX.unsigned_abs()),
            rows: asked.rows.min(self.parts.limits.results_rows_maximum),
            concurrent_jobs: asked.concurrent_jobs.min(AT_A_TIME_MAXIMUM),
            open_runs: asked.open_runs.min(AT_A_TIME_MAXIMUM),
        })
    }

    async fn sponsors(&self, named: &[String]) -> Result<Vec<Sponsor>, ServiceError> {
        let mut sponsors = Vec::new();
        for name in named {
            sponsors.push(if name.contains('@') {
                Sponsor::Person(self.person_by_email(name).await?.id)
            } else {
                Sponsor::Group(name.clone())
            });
        }
        sponsors.sort();
        sponsors.dedup();
        Ok(sponsors)
    }

    async fn person_by_email(&self, email: &str) -> Result<PersonRecord, ServiceError> {
        let people = self.parts.store.people().await?;
        let mut same = people
            .into_iter()
            .filter(|person| person.email.eq_ignore_ascii_case(email));
        match (same.next(), same.next()) {
            (Some(person), None) => Ok(person),
            (Some(_), Some(_)) => Err(ServiceError::invalid(
                "sponsors",
                "several people have this e-mail address; name a group of theirs instead",
            )),
            (None, _) => Err(ServiceError::invalid(
                "sponsors",
                "nobody with this e-mail address has signed in yet; they must sign in once first",
            )),
        }
    }

    /// Confirms a proposed agent: from now on it may act.
    pub async fn confirm_agent(&self, context: &Context, id: AgentId) -> Result<(), ServiceError> {
        let agent = self.existing_agent(id).await?;
        if let Err(error) = not_the_owner(context, &agent) {
            self.record_refused_confirmation(context, id, error.code())
                .await?;
            return Err(error);
        }
        self.activate_agent(context, &agent, AgentState::Proposed)
            .await
    }

    /// Lets a suspended agent act again. Its ended runs stay ended.
    pub async fn resume_agent(&self, context: &Context, id: AgentId) -> Result<(), ServiceError> {
        let agent = self.existing_agent(id).await?;
        not_the_owner(context, &agent)?;
        self.activate_agent(context, &agent, AgentState::Suspended)
            .await
    }

    /// Stops an agent for the time being; its open runs end at once.
    pub async fn suspend_agent(
        &self,
        context: &Context,
        id: AgentId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let agent = self.existing_agent(id).await?;
        self.stop_agent(context, &agent, AgentState::Suspended, reason)
            .await
    }

    /// Ends an agent for good, also one that was only proposed; its open runs end at once.
    pub async fn revoke_agent(
        &self,
        context: &Context,
        id: AgentId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let agent = self.existing_agent(id).await?;
        if agent.state == AgentState::Revoked {
            return Err(ServiceError::conflict(
                "already_revoked",
                "the agent was revoked before",
            ));
        }
        self.stop_agent(context, &agent, AgentState::Revoked, reason)
            .await
    }

    async fn stop_agent(
        &self,
        context: &Context,
        agent: &AgentRecord,
        to: AgentState,
        reason: &str,
    ) -> Result<(), ServiceError> {
        if !may_revoke_agent(context, agent) {
            return Err(Forbidden {
                needed: Role::Administrator,
            }
            .into());
        }
        let by = Some(context.person()?.id);
        let from = agent.state_at(context.now);
        let because = match to {
            AgentState::Suspended => RunEnd::AgentSuspended,
            _ => RunEnd::AgentRevoked,
        };
        let mut tx = self.begin(context).await?;
        let step = AgentMove {
            from,
            to,
            by,
            reason,
        };
        tx.move_agent(agent.id, step).await?;
        let ending = Ending {
            because,
            by,
            reason,
        };
        let ended = tx.end_runs(&Target::Agent(agent.id), ending).await?;
        tx.commit().await?;
        self.after_ending(&ended);
        Ok(())
    }

    /// Makes an agent active that stands where it may become so.
    async fn activate_agent(
        &self,
        context: &Context,
        agent: &AgentRecord,
        from: AgentState,
    ) -> Result<(), ServiceError> {
        if agent.state_at(context.now) != from {
            let detail = format!(
                "this agent is `{}`; that is done with one that is `{from}`",
                agent.state_at(context.now)
            );
            return Err(ServiceError::conflict("move_not_allowed", detail));
        }
        let step = AgentMove {
            from,
            to: AgentState::Active,
            by: Some(context.person()?.id),
            reason: "",
        };
        let mut tx = self.begin(context).await?;
        tx.move_agent(agent.id, step).await?;
        Ok(tx.commit().await?)
    }

    /// Notes the end of every agent whose time is over. Requests check the time themselves;
    /// this is for the record.
    pub async fn expire_agents(&self, context: &Context) -> Result<(), ServiceError> {
        for agent in self.parts.store.overdue_agents(context.now).await? {
            let step = AgentMove {
                from: agent.state,
                to: AgentState::Expired,
                by: None,
                reason: "",
            };
            let mut tx = self.begin(context).await?;
            match tx.move_agent(agent.id, step).await {
                Ok(()) => tx.commit().await?,
                // Revoked at this very moment: that counts.
                Err(StoreError::AgentMoved { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }

    async fn record_refused_confirmation(
        &self,
        context: &Context,
        agent: AgentId,
        code: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.begin(context).await?;
        let payload = serde_json::json!({ "code": code });
        let event = EventName::ConfirmationRefused;
        tx.record(event, &agent.to_string(), None, &payload).await?;
        Ok(tx.commit().await?)
    }
}

/// How it proves itself must be more than a name that anybody could take.
fn check_proof(new: &NewAgent, issuers: &Issuers) -> Result<(), ServiceError> {
    if let Some(workload) = &new.workload {
        let checked = issuers.check_rule(&workload.issuer, &workload.claims);
        checked.map_err(|fault| ServiceError::invalid(fault.field(), fault.to_string()))?;
    }
    let is_account = |account: &str| {
        let (name, domain) = account.split_once('@').unwrap_or_default();
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !name.is_empty()
            && name.chars().all(is_name)
            && domain.ends_with(".iam.gserviceaccount.com")
    };
    match &new.service_account {
        Some(account) if !is_account(account) => Err(ServiceError::invalid(
            "service_account",
            "write it as name@project.iam.gserviceaccount.com",
        )),
        _ => Ok(()),
    }
}

/// The administrator who decides on this agent: nobody decides on their own.
fn not_the_owner(context: &Context, agent: &AgentRecord) -> Result<(), ServiceError> {
    let administrator = context.authorise(&[Role::Administrator])?;
    if administrator.id == agent.owner {
        return Err(ServiceError::refused(
            "own_agent",
            "you answer for this agent: another administrator confirms it",
        ));
    }
    Ok(())
}

/// Whether this person may confirm or resume this agent.
#[must_use]
pub fn may_confirm_agent(context: &Context, agent: &AgentRecord) -> bool {
    not_the_owner(context, agent).is_ok()
}

/// Whether this person may suspend or end this agent: its owner and administrators may.
#[must_use]
pub fn may_revoke_agent(context: &Context, agent: &AgentRecord) -> bool {
    let is_owner = context
        .person()
        .is_ok_and(|person| person.id == agent.owner);
    is_owner || context.authorise(&[Role::Administrator]).is_ok()
}
