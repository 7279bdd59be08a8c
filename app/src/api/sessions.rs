//! Sessions: everything that happened in a run, and its replay.

use domain::{Finding, IntentId, MaskRule, Power, RiskLevel, RunId, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AgentRef, LedgerRef, PersonRef, PolicyReason, RunState, UiError, Vote};

/// What narrows the list of sessions; empty fields narrow nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionFilter {
    /// An agent's name.
    pub agent: Option<String>,
    /// A person's e-mail address.
    pub person: Option<String>,
    /// Where the run stands.
    pub state: Option<RunState>,
    /// Only runs that were opened before this one, for the next page.
    pub before: Option<RunId>,
}

/// A page of sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionList {
    /// Newest first.
    pub sessions: Vec<SessionRow>,
    /// Whether older ones follow.
    pub more: bool,
    /// Agents to filter by.
    pub agents: Vec<AgentRef>,
    /// People to filter by.
    pub people: Vec<PersonRef>,
}

/// One session in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Which run.
    pub run: RunId,
    /// Whose.
    pub agent: AgentRef,
    /// In whose name.
    pub person: PersonRef,
    /// What for.
    pub purpose: String,
    /// The ticket.
    pub ticket: Option<String>,
    /// Where the run stands.
    pub state: RunState,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ended or ends.
    pub ends_at: Timestamp,
    /// The gravest risk in it.
    pub risk: Option<RiskLevel>,
    /// Intents.
    pub asked: u32,
    /// Intents that ran.
    pub ran: u32,
    /// Intents that were blocked or denied.
    pub refused: u32,
    /// Intents that wait for a human.
    pub waiting: u32,
}

/// A session with everything that happened in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who, what, why, and the counts.
    pub header: SessionRow,
    /// What the run may touch.
    pub scope: Vec<Power>,
    /// What happened, in order.
    pub events: Vec<SessionEvent>,
}

/// What kind of thing happened; each has its own shape on the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The run was opened.
    Opened,
    /// The agent asked.
    Intent,
    /// The statement was analysed.
    Analysis,
    /// BigQuery's dry run answered.
    DryRun,
    /// Policy decided.
    Decision,
    /// A person voted.
    Vote,
    /// A job was prepared, started or ended.
    Job,
    /// The result was sealed.
    Result,
    /// The result was handed out.
    Released,
    /// Something was refused.
    Refused,
    /// The run ended or was revoked.
    Revoked,
    /// Anything else that the ledger tells of this run.
    Note,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEvent {
    /// Its place in the session, from 1.
    pub sequence: u32,
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub kind: EventKind,
    /// What happened, as a short sentence.
    pub title: String,
    /// The intent that it is about.
    pub intent: Option<IntentId>,
    /// Everything there is to see.
    pub detail: Vec<Detail>,
    /// Its proof.
    pub ledger: Option<LedgerRef>,
}

/// One block of an event's detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Detail {
    /// A sentence.
    Text {
        /// The sentence.
        text: String,
    },
    /// SQL with what was found in it.
    Sql {
        /// What it is: `As asked`, `As run`.
        label: String,
        /// The text.
        sql: String,
        /// Spans are byte offsets into `sql`.
        findings: Vec<Finding>,
    },
    /// What was found in rows.
    Findings {
        /// By column.
        findings: Vec<Finding>,
    },
    /// Facts with their names, such as a job's.
    Facts {
        /// In reading order.
        facts: Vec<Fact>,
    },
    /// Policies that spoke.
    Policies {
        /// In the order in which they spoke.
        policies: Vec<PolicyReason>,
    },
    /// A vote.
    Vote {
        /// The vote.
        vote: Vote,
    },
    /// Rows as they were delivered.
    Rows {
        /// The table.
        table: RowTable,
    },
}

/// A fact with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// Its value, ready to show.
    pub value: String,
}

/// Rows as they were delivered, masked as they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowTable {
    /// The columns.
    pub columns: Vec<RowColumn>,
    /// The first rows; a missing value is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows there are in all.
    pub total: u64,
}

/// A column of delivered rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowColumn {
    /// Its name.
    pub name: String,
    /// Whether its cells are masked.
    pub masked: bool,
    /// The rule that masked them, when one rule did.
    pub rule: Option<MaskRule>,
    /// Whether people let its tagged values out as they are.
    pub unmasked: bool,
}

/// The desk for sessions.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait SessionDesk: Send + Sync {
    /// A page of sessions.
    async fn sessions(&self, filter: SessionFilter) -> Result<SessionList, UiError>;
    /// One session with its events.
    async fn session(&self, run: RunId) -> Result<Session, UiError>;
}

/// A page of sessions.
#[server(endpoint = "sessions")]
pub async fn load_sessions(
    /// What narrows the list.
    #[server(default)]
    filter: SessionFilter,
) -> Result<SessionList, UiError> {
    super::desks()?.sessions.sessions(filter).await
}

/// One session with its events.
#[server(endpoint = "session")]
pub async fn load_session(
    /// Which.
    run: RunId,
) -> Result<Session, UiError> {
    super::desks()?.sessions.session(run).await
}
