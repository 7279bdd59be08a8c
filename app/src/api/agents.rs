//! Registered agents and what they may do.

use domain::{AgentId, AgentState, Caps, GrantId, Power, Timestamp, Workload};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AgentRef, PersonRef, UiError, sessions::SessionRow};

/// The longest that an agent may live without being proposed anew, in days.
pub const LONGEST_LIFE_DAYS: i64 = 92;

/// Bytes of a GiB, in which forms ask.
pub const GIBIBYTE: u64 = 1 << 30;

/// What an agent may take unless its owner says otherwise.
pub const USUAL_CAPS: Caps = Caps {
    bytes_per_query: 10 * GIBIBYTE,
    bytes_per_day: 100 * GIBIBYTE,
    rows: 100_000,
    concurrent_jobs: 4,
    open_runs: 10,
};

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
    /// What they come to; none before the warehouse's tables are known.
    pub power: Option<EffectivePower>,
    /// Runs so far.
    pub runs: u32,
    /// When it last asked.
    pub last_used: Option<Timestamp>,
}

/// What an agent's grants come to in the warehouse as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectivePower {
    /// Tables and views that there are.
    pub tables: u32,
    /// Of these, how many it may read.
    pub readable: u32,
    /// Of these, how many it may change.
    pub writable: u32,
    /// Tagged columns among what it may read: they come back masked.
    pub masked: u32,
    /// Columns that its grants leave out.
    pub excluded: u32,
}

/// Everything on an agent's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentPage {
    /// As in the list.
    pub header: AgentRow,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// Who confirmed it.
    pub confirmed: Option<Deed>,
    /// Who suspended it, while that lasts.
    pub suspended: Option<Deed>,
    /// Who ended it.
    pub revoked: Option<Deed>,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// The most that it may take.
    pub caps: Caps,
    /// Who opens runs besides the owner: addresses and groups.
    pub sponsors: Vec<String>,
    /// How it proves itself; none when a person is at the keyboard.
    pub workload: Option<Workload>,
    /// Whether its token alone is enough.
    pub allows_bearer: bool,
    /// The Google service account that its jobs run as.
    pub service_account: Option<String>,
    /// Its runs, newest first.
    pub runs: Vec<SessionRow>,
    /// What this person may do with it.
    pub may: AgentActions,
}

/// What somebody may do with an agent as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a button that is there or not"
)]
pub struct AgentActions {
    /// Open a run with it.
    pub open: bool,
    /// Confirm the proposal.
    pub confirm: bool,
    /// Stop it for the time being.
    pub suspend: bool,
    /// Let it act again.
    pub resume: bool,
    /// End it for good.
    pub revoke: bool,
}

/// One grant of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Which.
    pub grant: GrantId,
    /// What, on what, without what.
    pub power: Power,
    /// Until when.
    pub until: Timestamp,
    /// When it was last needed.
    pub last_used: Option<Timestamp>,
    /// Whether it ended before its time.
    pub revoked: bool,
}

/// Who did something to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// Who; none when the program did it by itself.
    pub person: Option<PersonRef>,
    /// When.
    pub at: Timestamp,
    /// Why; may be empty.
    pub reason: String,
}

/// An agent to be proposed by the person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAgent {
    /// Its name, unique.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// When its time is over; at most [`LONGEST_LIFE_DAYS`] ahead.
    pub expires_at: Timestamp,
    /// What it may do, and until when where that is sooner.
    pub grants: Vec<(Power, Option<Timestamp>)>,
    /// The most that it may take.
    pub caps: Caps,
    /// Who opens runs besides the owner: addresses and groups.
    pub sponsors: Vec<String>,
    /// How it proves itself.
    pub workload: Option<Workload>,
    /// Whether its token alone is enough.
    pub allows_bearer: bool,
    /// The Google service account that its jobs run as.
    pub service_account: Option<String>,
}

/// The form of a new agent, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentForm {
    /// Its name.
    pub name: String,
    /// What for.
    pub purpose: String,
    /// The day on which its time is over, as `2026-11-22`.
    pub expires: String,
    /// One a line, as `read demo.shop.* except ssn until 2026-12-31`.
    pub grants: String,
    /// In GiB.
    pub bytes_per_query: String,
    /// In GiB.
    pub bytes_per_day: String,
    /// Rows of one result.
    pub rows: String,
    /// Jobs at a time.
    pub concurrent_jobs: String,
    /// Runs at a time.
    pub open_runs: String,
    /// Addresses and groups, one a line.
    pub sponsors: String,
    /// `bearer`, or anything else for tokens that are bound to a key.
    pub token: String,
    /// The issuer of its own tokens; blank when a person is at the keyboard.
    pub issuer: String,
    /// Claims of those tokens, one a line, as `repository_id = 123456`.
    pub claims: String,
    /// A Google service account; blank for the program's own.
    pub service_account: String,
}

/// What is done to an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentChange {
    /// An administrator confirms the proposal.
    Confirm,
    /// It stops for the time being, and why.
    Suspend(String),
    /// It may act again.
    Resume,
    /// It ends for good, and why.
    Revoke(String),
}

/// The desk for agents.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait AgentDesk: Send + Sync {
    /// Every agent that this person may see.
    async fn agents(&self) -> Result<Vec<AgentRow>, UiError>;
    /// Everything of one agent.
    async fn agent(&self, agent: AgentId) -> Result<AgentPage, UiError>;
    /// Proposes an agent.
    async fn propose(&self, agent: NewAgent) -> Result<AgentId, UiError>;
    /// Does something to an agent as it stands.
    async fn change(&self, agent: AgentId, change: AgentChange) -> Result<(), UiError>;
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

/// Proposes an agent; the browser goes to its page.
#[server(endpoint = "propose_agent")]
pub async fn propose_agent(
    /// As it was typed.
    #[server(flatten)]
    form: AgentForm,
) -> Result<(), UiError> {
    let done = propose(&form).await;
    super::form::answer(
        done.map(|agent| format!("/agents/{agent}")),
        "/agents/new",
        &form.typed(),
    )
}

impl AgentForm {
    /// Every field with what was typed into it.
    #[must_use]
    pub fn typed(&self) -> [(&'static str, &str); 14] {
        [
            ("name", &self.name),
            ("purpose", &self.purpose),
            ("expires", &self.expires),
            ("grants", &self.grants),
            ("bytes_per_query", &self.bytes_per_query),
            ("bytes_per_day", &self.bytes_per_day),
            ("rows", &self.rows),
            ("concurrent_jobs", &self.concurrent_jobs),
            ("open_runs", &self.open_runs),
            ("sponsors", &self.sponsors),
            ("token", &self.token),
            ("issuer", &self.issuer),
            ("claims", &self.claims),
            ("service_account", &self.service_account),
        ]
    }
}

#[cfg(feature = "ssr")]
async fn propose(form: &AgentForm) -> Result<AgentId, UiError> {
    use super::form::{date, filled, grants};
    let agent = NewAgent {
        name: filled("name", &form.name, "Give the agent a name.")?,
        purpose: filled("purpose", &form.purpose, "Say what the agent is for.")?,
        expires_at: date("expires", &form.expires)?,
        grants: grants("grants", &form.grants)?,
        caps: caps(form)?,
        sponsors: words(&form.sponsors),
        workload: workload(form)?,
        allows_bearer: form.token == "bearer",
        service_account: words(&form.service_account).into_iter().next(),
    };
    super::desks()?.agents.propose(agent).await
}

#[cfg(feature = "ssr")]
fn caps(form: &AgentForm) -> Result<Caps, UiError> {
    use super::form::number;
    let gibibytes = |field, typed: &str, usual: u64| {
        number(field, typed, usual / GIBIBYTE).map(|count| count.saturating_mul(GIBIBYTE))
    };
    let small = |field, typed: &str, usual: u32| {
        let count = number(field, typed, u64::from(usual))?;
        Ok::<_, UiError>(u32::try_from(count).unwrap_or(u32::MAX))
    };
    let usual = USUAL_CAPS;
    let (query, day) = (&form.bytes_per_query, &form.bytes_per_day);
    Ok(Caps {
        bytes_per_query: gibibytes("bytes_per_query", query, usual.bytes_per_query)?,
        bytes_per_day: gibibytes("bytes_per_day", day, usual.bytes_per_day)?,
        rows: number("rows", &form.rows, usual.rows)?,
        concurrent_jobs: small(
            "concurrent_jobs",
            &form.concurrent_jobs,
            usual.concurrent_jobs,
        )?,
        open_runs: small("open_runs", &form.open_runs, usual.open_runs)?,
    })
}

#[cfg(feature = "ssr")]
fn workload(form: &AgentForm) -> Result<Option<Workload>, UiError> {
    let issuer = form.issuer.trim();
    if issuer.is_empty() {
        return Ok(None);
    }
    let lines = form.claims.lines().filter(|line| !line.trim().is_empty());
    let claims: Option<_> = lines
        .map(|line| {
            let (name, value) = line.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect();
    let claims = claims
        .ok_or_else(|| UiError::invalid("claims", "Write each as name = value, one a line."))?;
    Ok(Some(Workload {
        issuer: issuer.to_owned(),
        claims,
    }))
}

/// What stands in a field, one a line or with commas between.
#[cfg(feature = "ssr")]
fn words(text: &str) -> Vec<String> {
    let words = text.split(['\n', ',']).map(str::trim);
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Confirms a proposed agent; the browser comes back to its page.
#[server(endpoint = "confirm_agent")]
pub async fn confirm_agent(
    /// Which.
    agent: AgentId,
) -> Result<(), UiError> {
    change(agent, Ok(AgentChange::Confirm), "").await
}

/// Lets a suspended agent act again; the browser comes back to its page.
#[server(endpoint = "resume_agent")]
pub async fn resume_agent(
    /// Which.
    agent: AgentId,
) -> Result<(), UiError> {
    change(agent, Ok(AgentChange::Resume), "").await
}

/// Stops an agent for the time being; the browser comes back to its page.
#[server(endpoint = "suspend_agent")]
pub async fn suspend_agent(
    /// Which.
    agent: AgentId,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), UiError> {
    let why = super::form::filled("reason", &reason, "Say why it stops.");
    change(agent, why.map(AgentChange::Suspend), &reason).await
}

/// Ends an agent for good; the browser comes back to its page.
#[server(endpoint = "revoke_agent")]
pub async fn revoke_agent(
    /// Which.
    agent: AgentId,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), UiError> {
    let why = super::form::filled("reason", &reason, "Say why it ends.");
    change(agent, why.map(AgentChange::Revoke), &reason).await
}

#[cfg(feature = "ssr")]
async fn change(
    agent: AgentId,
    change: Result<AgentChange, UiError>,
    reason: &str,
) -> Result<(), UiError> {
    let page = format!("/agents/{agent}");
    let done = async { super::desks()?.agents.change(agent, change?).await };
    super::form::answer(
        done.await.map(|()| page.clone()),
        &page,
        &[("reason", reason)],
    )
}
