//! The desk for agents.

use app::api::{
    UiError,
    agents::{AgentDesk, AgentPage, AgentRow, AgentState, Grant, NewAgent, Revocation},
};
use async_trait::async_trait;
use domain::{AgentId, Role, Timestamp};
use store::AgentRecord;

use super::{
    Desk, count,
    errors::shown,
    names::{agent_ref, person_ref, power},
};
use crate::services::{self, AgentView, may_revoke_agent};

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
        let is_active = view.agent.is_active(self.context.now);
        let is_owner = self.context.authorise(&[Role::Initiator]);
        Ok(AgentPage {
            header: row(&view, self.context.now),
            registered_at: view.agent.created_at,
            revocation: self.revocation(&view.agent).await?,
            grants: grants(&view),
            runs,
            may_revoke: is_active && may_revoke_agent(&self.context, &view.agent),
            may_open: is_active && is_owner.is_ok_and(|person| person.id == view.owner.id),
        })
    }

    async fn register(&self, agent: NewAgent) -> Result<AgentId, UiError> {
        let new = services::NewAgent {
            name: agent.name,
            purpose: agent.purpose,
            owner: agent.owner,
            expires_at: agent.expires_at,
            grants: agent.grants.into_iter().map(power).collect(),
        };
        let registered = self.services.register_agent(&self.context, new).await;
        registered.map_err(shown)
    }

    async fn revoke(&self, agent: AgentId, reason: String) -> Result<(), UiError> {
        let revoked = self
            .services
            .revoke_agent(&self.context, agent, &reason)
            .await;
        revoked.map_err(shown)
    }
}

impl Desk {
    async fn revocation(&self, agent: &AgentRecord) -> Result<Option<Revocation>, UiError> {
        let (Some(at), Some(by)) = (agent.revoked_at, agent.revoked_by) else {
            return Ok(None);
        };
        let person = self.services.existing_person(by).await.map_err(shown)?;
        Ok(Some(Revocation {
            person: person_ref(&person),
            at,
            reason: agent.revoke_reason.clone().unwrap_or_default(),
        }))
    }
}

fn row(view: &AgentView, now: Timestamp) -> AgentRow {
    let state = if view.agent.revoked_at.is_some() {
        AgentState::Revoked
    } else if view.agent.is_active(now) {
        AgentState::Active
    } else {
        AgentState::Expired
    };
    let held = view.grants.iter().filter(|(grant, _)| grant.is_active(now));
    AgentRow {
        agent: agent_ref(&view.agent),
        owner: person_ref(&view.owner),
        purpose: view.agent.purpose.clone(),
        state,
        expires_at: view.agent.expires_at,
        grants: count(held.count()),
        runs: count(view.runs.len()),
        last_used: view.last_used,
    }
}

fn grants(view: &AgentView) -> Vec<Grant> {
    let grants = view.grants.iter().map(|(grant, last_used)| Grant {
        grant: grant.id,
        privilege: grant.privilege,
        resource: grant.resource.clone(),
        until: grant.until,
        last_used: *last_used,
        revoked: grant.revoked_at.is_some(),
    });
    grants.collect()
}
