//! The desk for agents.

use app::api::{
    UiError,
    agents::{
        AgentActions, AgentChange, AgentDesk, AgentPage, AgentRow, Deed, EffectivePower, Grant,
        NewAgent,
    },
};
use async_trait::async_trait;
use domain::{AgentId, AgentState, Role, Sponsor, Timestamp};
use store::AgentRecord;

use super::{
    Desk, count,
    errors::shown,
    names::{agent_ref, person_ref},
};
use crate::services::{self, AgentView, is_sponsor, may_confirm_agent, may_revoke_agent};

#[async_trait]
impl AgentDesk for Desk {
    async fn agents(&self) -> Result<Vec<AgentRow>, UiError> {
        let views = self.services.agents(&self.context).await.map_err(shown)?;
        Ok(views
            .iter()
            .map(|view| row(view, self.context.now))
            .collect())
    }

    async fn agent(&self, agent: AgentId) -> Result<AgentPage, UiError> {
        let view = self
            .services
            .agent(&self.context, agent)
            .await
            .map_err(shown)?;
        let mut runs = Vec::new();
        for run in self
            .services
            .runs(&self.context, 200)
            .await
            .map_err(shown)?
        {
            if run.agent.id == agent {
                runs.push(self.session_row(&run));
            }
        }
        let record = &view.agent;
        Ok(AgentPage {
            header: row(&view, self.context.now),
            proposed_at: record.created_at,
            confirmed: self.deed(record.confirmed.as_ref()).await?,
            suspended: self.deed(record.suspended.as_ref()).await?,
            revoked: self.deed(record.revoked.as_ref()).await?,
            grants: grants(&view),
            caps: record.caps,
            sponsors: sponsors(&view),
            workload: record.workload.clone(),
            allows_bearer: record.allows_bearer,
            service_account: record.service_account.clone(),
            runs,
            may: self.actions(record),
        })
    }

    async fn propose(&self, agent: NewAgent) -> Result<AgentId, UiError> {
        let new = services::NewAgent {
            name: agent.name,
            purpose: agent.purpose,
            expires_at: agent.expires_at,
            grants: agent.grants,
            caps: agent.caps,
            sponsors: agent.sponsors,
            workload: agent.workload,
            allows_bearer: agent.allows_bearer,
            service_account: agent.service_account,
        };
        let proposed = self.services.propose_agent(&self.context, new).await;
        proposed.map_err(shown)
    }

    async fn change(&self, agent: AgentId, change: AgentChange) -> Result<(), UiError> {
        let (services, context) = (&self.services, &self.context);
        let changed = match change {
            AgentChange::Confirm => services.confirm_agent(context, agent).await,
            AgentChange::Resume => services.resume_agent(context, agent).await,
            AgentChange::Suspend(reason) => services.suspend_agent(context, agent, &reason).await,
            AgentChange::Revoke(reason) => services.revoke_agent(context, agent, &reason).await,
        };
        changed.map_err(shown)
    }
}

impl Desk {
    async fn deed(&self, deed: Option<&store::Deed>) -> Result<Option<Deed>, UiError> {
        let Some(deed) = deed else { return Ok(None) };
        let person = match deed.by {
            Some(by) => {
                let person = self.services.existing_person(by).await.map_err(shown)?;
                Some(person_ref(&person))
            }
            None => None,
        };
        Ok(Some(Deed {
            person,
            at: deed.at,
            reason: deed.reason.clone(),
        }))
    }

    fn actions(&self, agent: &AgentRecord) -> AgentActions {
        let state = agent.state_at(self.context.now);
        let opens = self.context.authorise(&[Role::Initiator]);
        let confirms = may_confirm_agent(&self.context, agent);
        let ends = may_revoke_agent(&self.context, agent);
        AgentActions {
            open: state == AgentState::Active
                && agent.allows_bearer
                && opens.is_ok_and(|person| is_sponsor(person, agent)),
            confirm: state == AgentState::Proposed && confirms,
            suspend: state == AgentState::Active && ends,
            resume: state == AgentState::Suspended && confirms,
            revoke: !state.is_final() && ends,
        }
    }
}

fn row(view: &AgentView, now: Timestamp) -> AgentRow {
    let held = view.grants.iter().filter(|(grant, _)| grant.is_active(now));
    AgentRow {
        agent: agent_ref(&view.agent),
        owner: person_ref(&view.owner),
        purpose: view.agent.purpose.clone(),
        state: view.agent.state_at(now),
        expires_at: view.agent.expires_at,
        grants: count(held.count()),
        power: view.power.map(|power| EffectivePower {
            tables: count(power.tables),
            readable: count(power.readable),
            writable: count(power.writable),
            masked: count(power.masked),
            excluded: count(power.excluded),
        }),
        runs: count(view.runs.len()),
        last_used: view.last_used,
    }
}

fn grants(view: &AgentView) -> Vec<Grant> {
    let grants = view.grants.iter().map(|(grant, last_used)| Grant {
        grant: grant.id,
        power: grant.power.clone(),
        until: grant.until,
        last_used: *last_used,
        revoked: grant.revoked_at.is_some(),
    });
    grants.collect()
}

fn sponsors(view: &AgentView) -> Vec<String> {
    let name = |sponsor: &Sponsor| match sponsor {
        Sponsor::Person(id) => {
            let person = view.sponsors.iter().find(|person| person.id == *id);
            person.map_or_else(|| id.to_string(), |person| person.email.clone())
        }
        Sponsor::Group(group) => format!("everybody in {group}"),
    };
    view.agent.sponsors.iter().map(name).collect()
}
