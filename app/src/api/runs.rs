//! Runs: one execution of an agent in a person's name.

use domain::{AgentId, ApprovalId, IntentId, IntentState, Power, RiskLevel, RunId, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    AgentRef, TokenClient, UiError,
    sessions::{Fact, SessionRow},
};

/// What the form for a new run offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunForm {
    /// Agents that this person may open a run with.
    pub agents: Vec<RunChoice>,
    /// How long a run lives unless said, in minutes.
    pub usual_minutes: u32,
    /// How long a run may live, in minutes.
    pub longest_minutes: u32,
}

/// An agent to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunChoice {
    /// Which.
    pub agent: AgentRef,
    /// What it is for.
    pub purpose: String,
    /// What it may do: the widest scope of a run.
    pub grants: Vec<Power>,
}

/// What a person says of a run that is to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTerms {
    /// What for.
    pub purpose: String,
    /// The ticket.
    pub ticket: Option<String>,
    /// What it may touch; empty means everything that the agent may.
    pub scope: Vec<Power>,
    /// How long it lives.
    pub minutes: u32,
}

/// Everything on a run's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPage {
    /// Who, what, why, and the counts.
    pub header: SessionRow,
    /// What it may touch.
    pub scope: Vec<Power>,
    /// The token, handed out once: only on the first view after opening, and only to
    /// the person who opened the run.
    pub token: Option<String>,
    /// When the token that is in use has to have been renewed.
    pub token_ends_at: Timestamp,
    /// What proved the person when the run was opened, in reading order.
    pub evidence: Vec<Fact>,
    /// Where agents reach the program, without a slash at the end.
    pub api_url: String,
    /// The project that BigQuery's clients have to name.
    pub project: String,
    /// Whether this person may hand a file of credentials to such clients.
    pub may_hand_out: bool,
    /// What the agent asked, newest first.
    pub intents: Vec<IntentRow>,
    /// Whether this person may revoke it.
    pub may_revoke: bool,
}

/// One intent in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentRow {
    /// Which.
    pub intent: IntentId,
    /// Where it stands.
    pub state: IntentState,
    /// How risky it is; none before it was assessed.
    pub risk: Option<RiskLevel>,
    /// What for.
    pub purpose: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The request for approval, when there is one.
    pub approval: Option<ApprovalId>,
    /// Rows of the sealed result.
    pub rows: Option<u64>,
}

/// A run of one's own that is open, or was lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRun {
    /// Who, what, why, and the counts.
    pub header: SessionRow,
    /// What it may touch.
    pub scope: Vec<Power>,
    /// When its token has to have been renewed.
    pub token_ends_at: Timestamp,
}

/// The desk for runs.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait RunDesk: Send + Sync {
    /// What the form for a new run offers.
    async fn form(&self) -> Result<RunForm, UiError>;
    /// The runs in this person's name, newest first.
    async fn own(&self) -> Result<Vec<OwnRun>, UiError>;
    /// Opens a run in this person's name.
    async fn open(&self, agent: AgentId, terms: RunTerms) -> Result<RunId, UiError>;
    /// Everything of one run.
    async fn run(&self, run: RunId) -> Result<RunPage, UiError>;
    /// Ends a run.
    async fn revoke(&self, run: RunId, reason: String) -> Result<(), UiError>;
}

/// What the form for a new run offers.
#[server(endpoint = "run_form")]
pub async fn load_run_form() -> Result<RunForm, UiError> {
    super::desks()?.runs.form().await
}

/// The runs in this person's name, newest first.
#[server(endpoint = "own_runs", client = TokenClient)]
pub async fn load_own_runs() -> Result<Vec<OwnRun>, UiError> {
    super::desks()?.runs.own().await
}

/// Everything of one run. The token comes with the first call only.
#[server(endpoint = "run")]
pub async fn load_run(
    /// Which.
    run: RunId,
) -> Result<RunPage, UiError> {
    super::desks()?.runs.run(run).await
}

/// Opens a run; the browser goes to its page, which shows the token once.
#[server(endpoint = "open_run")]
pub async fn open_run(
    /// Which.
    agent: AgentId,
    /// What for.
    #[server(default)]
    purpose: String,
    /// The ticket; may be empty.
    #[server(default)]
    ticket: String,
    /// One a line; empty means everything that the agent may.
    #[server(default)]
    scope: String,
    /// How long it lives.
    #[server(default)]
    minutes: String,
) -> Result<(), UiError> {
    let done = async {
        let terms = RunTerms::read(&purpose, &ticket, &scope, &minutes)?;
        super::desks()?.runs.open(agent, terms).await
    };
    let typed = [
        ("purpose", purpose.as_str()),
        ("ticket", &ticket),
        ("scope", &scope),
        ("minutes", &minutes),
    ];
    let back = format!("/runs/new?agent={agent}");
    let page = done.await.map(|run| format!("/runs/{run}"));
    super::form::answer(page, &back, &typed)
}

#[cfg(feature = "ssr")]
impl RunTerms {
    /// Reads them as they were typed.
    pub(super) fn read(
        purpose: &str,
        ticket: &str,
        scope: &str,
        minutes: &str,
    ) -> Result<Self, UiError> {
        use super::form::{filled, powers};
        let scope = if scope.trim().is_empty() {
            Vec::new()
        } else {
            powers("scope", scope)?
        };
        Ok(Self {
            purpose: filled("purpose", purpose, "Say what the run is for.")?,
            ticket: Some(ticket.trim().to_owned()).filter(|ticket| !ticket.is_empty()),
            scope,
            minutes: minutes
                .trim()
                .parse()
                .map_err(|_| UiError::invalid("minutes", "Give a whole number of minutes."))?,
        })
    }
}

/// Ends a run; the browser comes back to its page.
#[server(endpoint = "revoke_run")]
pub async fn revoke_run(
    /// Which.
    run: RunId,
    /// Why.
    #[server(default)]
    reason: String,
    /// Whether it was asked on the list of one's own runs, and goes back there.
    #[server(default)]
    listed: bool,
) -> Result<(), UiError> {
    let page = if listed {
        "/runs".to_owned()
    } else {
        format!("/runs/{run}")
    };
    let done = async {
        let reason = super::form::filled("reason", &reason, "Say why it ends.")?;
        super::desks()?.runs.revoke(run, reason).await
    };
    super::form::answer(
        done.await.map(|()| page.clone()),
        &page,
        &[("reason", &reason)],
    )
}
