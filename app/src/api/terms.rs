//! On what an approval rests besides its votes: columns unmasked, conditions, what became
//! stale, and exceptions.

use domain::{ApprovalId, ColumnName, Conditions, IntentState, RiskLevel, RunId, Timestamp};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::{Decodes as _, Encodes as _, codec::JsonEncoding};
use serde::{Deserialize, Serialize};

use super::{AgentRef, PersonRef, UiError, approvals::OutputColumn};

/// On what an approval rests besides its votes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Which approval.
    pub approval: ApprovalId,
    /// Where the intent stands.
    pub state: IntentState,
    /// Columns that are to be read unmasked.
    pub unmask: Vec<ColumnName>,
    /// Why, in the agent's words; empty when there are none.
    pub unmask_reason: String,
    /// What its voters restrict so far.
    pub conditions: Conditions,
    /// Columns that an approver may want masked.
    pub maskable: Vec<ColumnName>,
    /// Why nobody can ask for aggregates only; none when one can.
    pub not_aggregates: Option<String>,
    /// Whether this person may add conditions.
    pub may_restrict: bool,
    /// Why it did not run, when something changed or time was over.
    pub ended: Option<String>,
    /// Whether this person may ask for it again.
    pub may_ask_again: bool,
    /// Exceptions from the usual votes.
    pub glass: Glass,
}

/// Exceptions from the usual votes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glass {
    /// Who broke the glass so far.
    pub broken: Vec<Broken>,
    /// Whether this person may.
    pub may: bool,
    /// Whether they may once they have proved anew who they are.
    pub step_up: bool,
}

/// One person's word that it cannot wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// Who.
    pub person: PersonRef,
    /// Why.
    pub reason: String,
    /// The ticket of the emergency.
    pub ticket: String,
    /// When.
    pub at: Timestamp,
}

/// What would run under some conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionsPage {
    /// Which approval.
    pub approval: ApprovalId,
    /// Who asks.
    pub agent: AgentRef,
    /// What for.
    pub purpose: String,
    /// How risky it is.
    pub risk: RiskLevel,
    /// What this person wants to restrict.
    pub own: Conditions,
    /// What all voters restrict, this person included.
    pub together: Conditions,
    /// The SQL that runs without them.
    pub before: String,
    /// The SQL that would run.
    pub masked_sql: String,
    /// What comes back.
    pub outputs: Vec<OutputColumn>,
    /// Names exactly what would be approved.
    pub digest: String,
    /// Whether this person has to prove anew who they are first.
    pub step_up: bool,
}

/// The desk for what an approval rests on.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait TermsDesk: Send + Sync {
    /// On what an approval rests.
    async fn terms(&self, approval: ApprovalId) -> Result<Terms, UiError>;
    /// What would run under this person's conditions.
    async fn preview(
        &self,
        approval: ApprovalId,
        own: Conditions,
    ) -> Result<ConditionsPage, UiError>;
    /// Approves with conditions, as they were previewed.
    async fn approve(&self, approval: ApprovalId, with: Restricted) -> Result<(), UiError>;
    /// Asks again for what became stale; gives the page to go to.
    async fn ask_again(&self, approval: ApprovalId) -> Result<NextPage, UiError>;
    /// Breaks the glass.
    async fn break_glass(
        &self,
        approval: ApprovalId,
        reason: String,
        ticket: String,
    ) -> Result<(), UiError>;
}

/// An approval with conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restricted {
    /// What the person wants to restrict.
    pub own: Conditions,
    /// Names what they saw would run.
    pub digest: String,
    /// Why; may be empty.
    pub comment: String,
    /// The agent's name, typed where it is critical.
    pub confirmation: String,
}

/// Where a new request leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextPage {
    /// People are asked again.
    Approval(ApprovalId),
    /// Nobody need be asked, or it was blocked: its session tells.
    Session(RunId),
}

/// On what an approval rests.
#[server(endpoint = "terms")]
pub async fn load_terms(
    /// Which.
    approval: ApprovalId,
) -> Result<Terms, UiError> {
    super::desks()?.terms.terms(approval).await
}

/// What would run under some conditions.
#[server(endpoint = "conditions")]
pub async fn load_conditions(
    /// Which approval.
    approval: ApprovalId,
    /// The conditions as JSON.
    conditions: String,
) -> Result<ConditionsPage, UiError> {
    let own = read(&conditions)?;
    super::desks()?.terms.preview(approval, own).await
}

/// Approves with conditions that were looked at; the browser goes to the approval's page.
#[server(endpoint = "approve_with_conditions")]
pub async fn approve_with_conditions(
    /// Which approval.
    approval: ApprovalId,
    /// The conditions as they were previewed, as JSON.
    conditions: String,
    /// Names what the preview showed.
    digest: String,
    /// Why; may be empty.
    #[server(default)]
    comment: String,
    /// The agent's name, typed where it is critical.
    #[server(default)]
    confirmation: String,
) -> Result<(), UiError> {
    let page = format!("/approvals/{approval}");
    let done = async {
        let with = Restricted {
            own: read(&conditions)?,
            digest,
            comment: comment.trim().to_owned(),
            confirmation,
        };
        super::desks()?.terms.approve(approval, with).await
    };
    super::form::answer(
        done.await.map(|()| page.clone()),
        &page,
        &[("comment", &comment)],
    )
}

/// Asks again for what became stale; the browser goes to the new request.
#[server(endpoint = "ask_again")]
pub async fn ask_again(
    /// Which approval.
    approval: ApprovalId,
) -> Result<(), UiError> {
    let asked = super::desks()?.terms.ask_again(approval).await;
    let next = asked.map(|next| match next {
        NextPage::Approval(new) => format!("/approvals/{new}"),
        NextPage::Session(run) => format!("/sessions/{run}"),
    });
    super::form::answer(next, &format!("/approvals/{approval}"), &[])
}

/// Breaks the glass; the browser comes back to the approval's page.
#[server(endpoint = "break_glass")]
pub async fn break_glass(
    /// Which approval.
    approval: ApprovalId,
    /// Why it cannot wait.
    #[server(default)]
    reason: String,
    /// The ticket of the emergency.
    #[server(default)]
    ticket: String,
) -> Result<(), UiError> {
    let page = format!("/approvals/{approval}");
    let typed = [("reason", reason.clone()), ("ticket", ticket.clone())];
    let desk = super::desks()?.terms;
    let done = desk.break_glass(approval, reason, ticket).await;
    let typed = typed
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    super::form::answer(done.map(|()| page.clone()), &page, &typed)
}

/// Conditions as a field of a form carries them, so that what was previewed is what is sent.
#[cfg(feature = "ssr")]
#[must_use]
pub fn written(conditions: &Conditions) -> String {
    let json = JsonEncoding::encode(conditions).ok();
    let text = json.and_then(|json| String::from_utf8(json.to_vec()).ok());
    text.unwrap_or_default()
}

#[cfg(feature = "ssr")]
fn read(conditions: &str) -> Result<Conditions, UiError> {
    JsonEncoding::decode(conditions.to_owned().into_bytes().into())
        .map_err(|_| UiError::invalid("row_cap", "These conditions cannot be read. Choose anew."))
}
