//! What tools give.

use domain::IntentState;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use store::{ApprovalRecord, QuestionRecord};

use super::verdict::Found;
use crate::services::{IntentView, ResultColumn};

/// How a query stands.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Progress {
    /// Names the query in `wait`, `cancel` and `answer_question`.
    intent: String,
    /// Where it stands.
    status: Status,
    /// What to do now.
    next: String,
    /// The rows, once there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Page>,
    /// What was found in the rows, where nobody had tagged their columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Found>,
    /// Whom it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<Approval>,
}

/// Where a query stands that has not been refused.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// The rows are there.
    Succeeded,
    /// People are asked.
    PendingApproval,
    /// It runs, or is about to.
    Running,
}

/// Rows of a result, masked where columns are sensitive.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Page {
    /// The columns, in the order of the values of each row.
    columns: Vec<Column>,
    /// Each row as its values.
    rows: Vec<Vec<Value>>,
    /// The number of the first row here, from 0.
    first_row: u64,
    /// How many rows the whole result has.
    row_count: u64,
    /// Where to read on, by `first_row` of `wait`; absent with the last row.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_row: Option<u64>,
}

/// A column of a result.
#[derive(Debug, Serialize, JsonSchema)]
struct Column {
    /// As the query names it.
    name: String,
    /// GoogleSQL's name of the type.
    #[serde(rename = "type")]
    data_type: String,
    /// Whether its values are masked: compare them, but do not take them for the real ones.
    masked: bool,
}

/// A request for approval.
#[derive(Debug, Serialize, JsonSchema)]
struct Approval {
    /// Where people decide. Tell your user.
    page: String,
    /// How many people have to approve.
    needed: u64,
    /// Until when they can, RFC 3339.
    expires_at: String,
    /// What approvers asked.
    questions: Vec<Asked>,
}

/// A question of an approver.
#[derive(Debug, Serialize, JsonSchema)]
struct Asked {
    /// Names it in `answer_question`.
    id: String,
    /// What is asked.
    question: String,
    /// What was answered so far.
    answers: Vec<String>,
}

/// A query that was taken back.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Cancelled {
    /// Which.
    intent: String,
    /// `withdrawn` when people were still asked, `cancelled` when it was to run or ran.
    state: String,
}

impl Progress {
    /// A query whose rows are there.
    pub(super) fn succeeded(view: &IntentView, rows: Page) -> Self {
        let next = match rows.next_row {
            Some(row) => {
                format!("these are not all rows; for more call `wait` with first_row {row}")
            }
            None => "nothing: these are the last rows".to_owned(),
        };
        Self {
            intent: view.intent.id.to_string(),
            status: Status::Succeeded,
            next,
            result: Some(rows),
            findings: view.found_values().iter().map(Found::from).collect(),
            approval: None,
        }
    }

    /// A query that waits or runs; `public_url` has no slash at the end.
    pub(super) fn unfinished(view: IntentView, public_url: &str) -> Self {
        let questions = view.questions;
        let is_open = questions.iter().any(|question| question.answers.is_empty());
        let (status, next) = match view.intent.state {
            IntentState::PendingApproval if is_open => (
                Status::PendingApproval,
                "an approver asks something: answer by `answer_question`, then call `wait`",
            ),
            IntentState::PendingApproval => (
                Status::PendingApproval,
                "tell your user where people decide, then call `wait` with this intent until it \
                 is decided; do not submit the query again",
            ),
            _ => (Status::Running, "call `wait` with this intent"),
        };
        let asked = view
            .approval
            .map(|a| Approval::new(&a, questions, public_url));
        Self {
            intent: view.intent.id.to_string(),
            status,
            next: next.to_owned(),
            result: None,
            findings: Vec::new(),
            approval: asked.filter(|_| matches!(status, Status::PendingApproval)),
        }
    }
}

impl Approval {
    fn new(record: &ApprovalRecord, questions: Vec<QuestionRecord>, public_url: &str) -> Self {
        Self {
            page: format!("{public_url}/approvals/{}", record.id),
            needed: record.needed,
            expires_at: record.expires_at.to_rfc3339(),
            questions: questions.into_iter().map(Asked::from).collect(),
        }
    }
}

impl From<QuestionRecord> for Asked {
    fn from(record: QuestionRecord) -> Self {
        let answers = record.answers.into_iter().map(|answer| answer.answer);
        Self {
            id: record.id.to_string(),
            question: record.question,
            answers: answers.collect(),
        }
    }
}

impl Page {
    /// Rows from `first` on, of a result of `row_count` rows.
    pub(super) fn new(
        columns: &[ResultColumn],
        rows: Vec<Vec<Value>>,
        (first_row, row_count): (u64, u64),
    ) -> Self {
        let behind = first_row.saturating_add(rows.len() as u64);
        Self {
            columns: columns.iter().map(Column::from).collect(),
            first_row,
            row_count,
            next_row: (behind < row_count).then_some(behind),
            rows,
        }
    }
}

impl From<&ResultColumn> for Column {
    fn from(column: &ResultColumn) -> Self {
        Self {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            masked: column.masked,
        }
    }
}

impl Cancelled {
    pub(super) fn new(view: &IntentView) -> Self {
        Self {
            intent: view.intent.id.to_string(),
            state: view.intent.state.to_string(),
        }
    }
}
