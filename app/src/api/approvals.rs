//! Requests for approval and the decisions on them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ApprovalId, Ballot, Finding, IntentId, IntentState, MaskRule, RiskLevel, RunId, TableName, Tag,
    Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AgentRef, Cost, PersonRef, PolicyReason, TokenClient, UiError, Vote};

/// Which requests to show; the address of the inbox says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxFilter {
    /// Of this risk.
    pub risk: Option<RiskLevel>,
    /// By the agent with this name.
    pub agent: Option<String>,
    /// In the name of the person with this e-mail address.
    pub person: Option<String>,
    /// That touch a column with this tag.
    pub tag: Option<Tag>,
    /// That this person may decide.
    pub mine: bool,
}

impl InboxFilter {
    /// Only what this person may decide.
    #[must_use]
    pub fn mine() -> Self {
        Self {
            mine: true,
            ..Self::default()
        }
    }

    /// Whether it lets a request through.
    #[must_use]
    pub fn fits(&self, row: &PendingRow) -> bool {
        self.risk.is_none_or(|risk| risk == row.risk)
            && self
                .agent
                .as_ref()
                .is_none_or(|agent| *agent == row.agent.name)
            && self
                .person
                .as_ref()
                .is_none_or(|person| *person == row.person.email)
            && self.tag.as_ref().is_none_or(|tag| row.tags.contains(tag))
            && !(self.mine && row.hindrance.is_some())
    }
}

/// What waits, and what was decided lately.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// What waits for a decision and fits the filter: the highest risk first, and of the same
    /// risk the newest.
    pub pending: Vec<PendingRow>,
    /// How much waits, whatever the filter.
    pub waiting: u32,
    /// What was decided lately, newest first.
    pub decided: Vec<DecidedRow>,
    /// What can be filtered by.
    pub choices: InboxChoices,
}

/// What occurs among the requests that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxChoices {
    /// Names of agents.
    pub agents: BTreeSet<String>,
    /// E-mail addresses of people with their names.
    pub people: BTreeMap<String, String>,
    /// Tags.
    pub tags: BTreeSet<Tag>,
}

impl Inbox {
    /// What fits the filter of all that waits, in its order.
    #[must_use]
    pub fn filtered(
        mut waiting: Vec<PendingRow>,
        decided: Vec<DecidedRow>,
        filter: &InboxFilter,
    ) -> Self {
        let mut choices = InboxChoices::default();
        for row in &waiting {
            choices.agents.insert(row.agent.name.clone());
            choices
                .people
                .insert(row.person.email.clone(), row.person.name.clone());
            choices.tags.extend(row.tags.iter().cloned());
        }
        let count = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
        waiting.retain(|row| filter.fits(row));
        waiting.sort_by(|a, b| b.risk.cmp(&a.risk).then(b.asked_at.cmp(&a.asked_at)));
        Self {
            pending: waiting,
            waiting: count,
            decided,
            choices,
        }
    }
}

/// One request that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRow {
    /// Which.
    pub approval: ApprovalId,
    /// How risky the intent is.
    pub risk: RiskLevel,
    /// Who asks.
    pub agent: AgentRef,
    /// In whose name.
    pub person: PersonRef,
    /// What for.
    pub purpose: String,
    /// Tables that it touches.
    pub tables: Vec<TableName>,
    /// Tags of the columns that it touches.
    pub tags: Vec<Tag>,
    /// What it costs; none when the dry run gave no number.
    pub cost: Option<Cost>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When the request ends by itself.
    pub expires_at: Timestamp,
    /// Votes so far.
    pub votes: u32,
    /// Votes that it needs.
    pub needed: u32,
    /// Why this person may not decide; none when they may.
    pub hindrance: Option<String>,
}

/// One request that was decided or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedRow {
    /// Which.
    pub approval: ApprovalId,
    /// How risky the intent is.
    pub risk: RiskLevel,
    /// Who asked.
    pub agent: AgentRef,
    /// In whose name.
    pub person: PersonRef,
    /// What for.
    pub purpose: String,
    /// Where the intent stands now.
    pub state: IntentState,
    /// Who decided; empty when the request expired or was withdrawn.
    pub decided_by: Vec<PersonRef>,
    /// When.
    pub decided_at: Timestamp,
}

/// Everything on the approval page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalPage {
    /// Which.
    pub approval: ApprovalId,
    /// The intent that it is about.
    pub intent: IntentId,
    /// The run that the intent belongs to; also its session.
    pub run: RunId,
    /// Where the intent stands.
    pub state: IntentState,
    /// How risky it is.
    pub risk: RiskLevel,
    /// Who asks.
    pub agent: AgentRef,
    /// In whose name.
    pub person: PersonRef,
    /// What for.
    pub purpose: String,
    /// The ticket of the run.
    pub ticket: Option<String>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When the request ends by itself.
    pub expires_at: Timestamp,
    /// The SQL as the agent asked.
    pub sql: String,
    /// Where its short table names are looked up, if not in the configured dataset.
    pub default_dataset: Option<String>,
    /// The SQL as it runs, with masked columns; none when it is not rewritten.
    pub masked_sql: Option<String>,
    /// What the analysis found; spans are byte offsets into `sql`.
    pub findings: Vec<Finding>,
    /// What it touches.
    pub tables: Vec<TouchedTable>,
    /// What comes back.
    pub outputs: Vec<OutputColumn>,
    /// What it costs; none when the dry run gave no number.
    pub cost: Option<Cost>,
    /// Why a human is asked.
    pub policies: Vec<PolicyReason>,
    /// Votes so far.
    pub votes: Vec<Vote>,
    /// Votes that it needs.
    pub needed: u32,
    /// Who else may decide.
    pub others: Vec<PersonRef>,
    /// What this agent asked before.
    pub history: History,
    /// The last such query that was approved.
    pub previous: Option<Previous>,
    /// Why this person may not decide, as a sentence; none when they may.
    pub hindrance: Option<String>,
    /// Whether this person may decide once they have proved anew who they are.
    pub step_up: bool,
    /// What came of it; none before a job was prepared.
    pub execution: Option<Execution>,
}

/// A table that the query touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchedTable {
    /// Its full name.
    pub table: TableName,
    /// Columns that the query uses.
    pub used: u32,
    /// Columns that it has.
    pub columns: u32,
    /// The used columns that have a tag.
    pub sensitive: Vec<SensitiveColumn>,
    /// Whether the query changes it.
    pub written: bool,
}

/// A tagged column that a query uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensitiveColumn {
    /// Its path within its table.
    pub path: String,
    /// What it holds.
    pub tag: Tag,
    /// What masks it where it is read; none when it is read as it is.
    pub rule: Option<MaskRule>,
}

/// A column of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// GoogleSQL's name of its type.
    pub data_type: String,
    /// Tags of what flows into it.
    pub tags: Vec<Tag>,
    /// The rule that masks it.
    pub rule: Option<MaskRule>,
    /// Whether what leaves is masked, or derived from masked values only.
    pub masked: bool,
}

/// Counts over everything that an agent asked before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Intents.
    pub asked: u32,
    /// Intents that ran.
    pub ran: u32,
    /// Intents that people denied.
    pub denied: u32,
    /// Intents that policy or analysis blocked.
    pub blocked: u32,
}

/// An earlier approved query of the same kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Its approval.
    pub approval: ApprovalId,
    /// Its SQL as asked.
    pub sql: String,
    /// When it was approved.
    pub decided_at: Timestamp,
}

/// A job and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// BigQuery's job id.
    pub job: String,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Rows of the sealed result.
    pub rows: Option<u64>,
    /// Cells that were masked.
    pub masked_cells: Option<u64>,
    /// Bytes that it processed.
    pub bytes: Option<u64>,
    /// Why it failed, as a sentence without values.
    pub failure: Option<String>,
}

/// Where an approval stands: what moves on an open page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalStatus {
    /// Where the intent stands.
    pub state: IntentState,
    /// Votes so far.
    pub votes: Vec<Vote>,
    /// Votes that it needs.
    pub needed: u32,
    /// What came of it.
    pub execution: Option<Execution>,
}

/// The desk for approvals.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait ApprovalDesk: Send + Sync {
    /// What waits and what was decided lately.
    async fn inbox(&self, filter: InboxFilter) -> Result<Inbox, UiError>;
    /// Everything of one approval.
    async fn approval(&self, approval: ApprovalId) -> Result<ApprovalPage, UiError>;
    /// What moves on an open approval page.
    async fn status(&self, approval: ApprovalId) -> Result<ApprovalStatus, UiError>;
    /// Casts this person's vote; `confirmation` is what they typed to approve what is critical.
    async fn decide(
        &self,
        approval: ApprovalId,
        ballot: Ballot,
        comment: String,
        confirmation: String,
    ) -> Result<(), UiError>;
}

/// What waits and what was decided lately.
#[server(endpoint = "inbox", client = TokenClient)]
pub async fn load_inbox(
    /// Which requests; all of them unless said.
    #[server(default)]
    filter: InboxFilter,
) -> Result<Inbox, UiError> {
    super::desks()?.approvals.inbox(filter).await
}

/// Everything of one approval.
#[server(endpoint = "approval")]
pub async fn load_approval(
    /// Which.
    approval: ApprovalId,
) -> Result<ApprovalPage, UiError> {
    super::desks()?.approvals.approval(approval).await
}

/// What moves on an open approval page.
#[server(endpoint = "approval_status", client = TokenClient)]
pub async fn load_approval_status(
    /// Which.
    approval: ApprovalId,
) -> Result<ApprovalStatus, UiError> {
    super::desks()?.approvals.status(approval).await
}

/// Casts a vote; the browser comes back to the approval's page.
#[server(endpoint = "decide")]
pub async fn decide(
    /// Which.
    approval: ApprovalId,
    /// What.
    ballot: Ballot,
    /// Why; may be empty.
    #[server(default)]
    comment: String,
    /// The agent's name, typed to approve what is critical.
    #[server(default)]
    confirmation: String,
) -> Result<(), UiError> {
    let page = format!("/approvals/{approval}");
    let done = super::desks()?
        .approvals
        .decide(approval, ballot, comment.clone(), confirmation)
        .await;
    super::form::answer(done.map(|()| page.clone()), &page, &[("comment", &comment)])
}
