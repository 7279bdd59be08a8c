//! Registered agents and what they may do.

use domain::{AgentId, GrantId, Privilege, ResourcePattern, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AgentRef, GrantLine, PersonRef, UiError, sessions::SessionRow};

/// The longest that an agent may live without being registered again, in days.
pub const LONGEST_LIFE_DAYS: i64 = 92;

/// Whether an agent may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentState {
    /// It may.
    Active,
    /// Its time is over.
    Expired,
    /// A person ended it.
    Revoked,
}

/// One agent in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRow {
    /// Which.
    pub agent: AgentRef,
    /// Who answers for it.
    pub owner: PersonRef,
    /// What it is for.
    pub purpose: String,
    /// Whether it may act.
    pub state: AgentState,
    /// When its time is over.
    pub expires_at: Timestamp,
    /// Grants that it holds now.
    pub grants: u32,
    /// Runs so far.
    pub runs: u32,
    /// When it last asked.
    pub last_used: Option<Timestamp>,
}

/// Everything on an agent's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentPage {
    /// As in the list.
    pub header: AgentRow,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// How it ended, when a person ended it.
    pub revocation: Option<Revocation>,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// Its runs, newest first.
    pub runs: Vec<SessionRow>,
    /// Whether this person may revoke it.
    pub may_revoke: bool,
    /// Whether this person may open a run with it.
    pub may_open: bool,
}

/// A grant with its evidence of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Which.
    pub grant: GrantId,
    /// What it allows to do.
    pub privilege: Privilege,
    /// On which tables.
    pub resource: ResourcePattern,
    /// Until when.
    pub until: Timestamp,
    /// When it was last needed.
    pub last_used: Option<Timestamp>,
    /// Whether it ended before its time.
    pub revoked: bool,
}

/// How a thing was ended by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Who.
    pub person: PersonRef,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// An agent to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAgent {
    /// Its name, unique among active agents.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// E-mail address of a person who signed in before.
    pub owner: String,
    /// When its time is over; at most [`LONGEST_LIFE_DAYS`] ahead.
    pub expires_at: Timestamp,
    /// What it may do.
    pub grants: Vec<GrantLine>,
}

/// The desk for agents.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait AgentDesk: Send + Sync {
    /// Every agent that this person may see.
    async fn agents(&self) -> Result<Vec<AgentRow>, UiError>;
    /// Everything of one agent.
    async fn agent(&self, agent: AgentId) -> Result<AgentPage, UiError>;
    /// Registers an agent.
    async fn register(&self, agent: NewAgent) -> Result<AgentId, UiError>;
    /// Ends an agent and its open runs.
    async fn revoke(&self, agent: AgentId, reason: String) -> Result<(), UiError>;
}

/// Every agent that this person may see.
#[server(endpoint = "agents")]
pub async fn load_agents() -> Result<Vec<AgentRow>, UiError> {
    super::desks()?.agents.agents().await
}

/// Everything of one agent.
#[server(endpoint = "agent")]
pub async fn load_agent(
    /// Which.
    agent: AgentId,
) -> Result<AgentPage, UiError> {
    super::desks()?.agents.agent(agent).await
}

/// Registers an agent; the browser goes to its page.
#[server(endpoint = "register_agent")]
pub async fn register_agent(
    /// Its name.
    #[server(default)]
    name: String,
    /// What for.
    #[server(default)]
    purpose: String,
    /// E-mail address of who answers for it.
    #[server(default)]
    owner: String,
    /// The day on which its time is over, as `2026-11-22`.
    #[server(default)]
    expires: String,
    /// One a line, as `read demo.shop.*`.
    #[server(default)]
    grants: String,
) -> Result<(), UiError> {
    let typed = [
        ("name", name.as_str()),
        ("purpose", &purpose),
        ("owner", &owner),
        ("expires", &expires),
        ("grants", &grants),
    ];
    let done = register(&name, &purpose, &owner, &expires, &grants).await;
    super::form::answer(
        done.map(|agent| format!("/agents/{agent}")),
        "/agents/new",
        &typed,
    )
}

#[cfg(feature = "ssr")]
async fn register(
    name: &str,
    purpose: &str,
    owner: &str,
    expires: &str,
    grants: &str,
) -> Result<AgentId, UiError> {
    use super::form::{date, filled, grant_lines};
    let agent = NewAgent {
        name: filled("name", name, "Give the agent a name.")?,
        purpose: filled("purpose", purpose, "Say what the agent is for.")?,
        owner: filled("owner", owner, "Name the person who answers for it.")?,
        expires_at: date("expires", expires)?,
        grants: grant_lines("grants", grants)?,
    };
    super::desks()?.agents.register(agent).await
}

/// Ends an agent; the browser comes back to its page.
#[server(endpoint = "revoke_agent")]
pub async fn revoke_agent(
    /// Which.
    agent: AgentId,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), UiError> {
    let page = format!("/agents/{agent}");
    let done = async {
        let reason = super::form::filled("reason", &reason, "Say why it ends.")?;
        super::desks()?.agents.revoke(agent, reason).await
    };
    super::form::answer(
        done.await.map(|()| page.clone()),
        &page,
        &[("reason", &reason)],
    )
}
