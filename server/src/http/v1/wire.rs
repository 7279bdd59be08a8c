//! What travels: requests as agents write them, answers as they read them.

use std::collections::BTreeSet;

use domain::{
    ApprovalId, Ballot, ColumnName, Conditions, Finding, IntentId, IntentState, QuestionId,
    RiskLevel, Route, RunId,
};
use serde::{Deserialize, Serialize};
use store::QuestionRecord;

use crate::services::{IntentView, NewParameter, Problem, ResultColumn};

/// The body of `POST /intents`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentIn {
    /// GoogleSQL, one statement.
    pub sql: String,
    /// All named, or all by position.
    #[serde(default)]
    pub parameters: Vec<NewParameter>,
    /// Why; without it, the run's purpose counts.
    #[serde(default)]
    pub purpose: String,
    /// A cap below the configured one, in bytes.
    #[serde(default)]
    pub maximum_bytes_billed: Option<u64>,
    /// Columns to be read unmasked, each as `project.dataset.table.column`.
    #[serde(default)]
    pub unmask: BTreeSet<ColumnName>,
    /// Why they are needed unmasked; needed with `unmask`.
    #[serde(default)]
    pub unmask_reason: String,
}

/// The body of `POST /analyze`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeIn {
    /// GoogleSQL.
    pub sql: String,
}

/// An intent as it stands.
#[derive(Debug, Serialize)]
pub struct IntentOut {
    /// Its id.
    pub id: IntentId,
    /// The run that asked.
    pub run: RunId,
    /// Where it stands.
    pub state: IntentState,
    /// Why.
    pub purpose: String,
    /// RFC 3339.
    pub received_at: String,
    /// When the state last changed, RFC 3339.
    pub changed_at: String,
    /// How risky.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskLevel>,
    /// What was found in the SQL, and in the rows once there are any.
    pub findings: Vec<Finding>,
    /// What the dry run said it would process, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run_bytes: Option<u64>,
    /// What the policy said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionOut>,
    /// The request for approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalOut>,
    /// What approvers asked, and what was answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<QuestionOut>,
    /// Why it was blocked or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// The sealed result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<ResultOut>,
    /// Columns that it is to read unmasked.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub unmask: BTreeSet<ColumnName>,
    /// The stale or expired intent that this one asks for again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks_again: Option<IntentId>,
}

/// What the policy said.
#[derive(Debug, Serialize)]
pub struct DecisionOut {
    /// `run`, `approve` or `block`.
    pub route: Route,
    /// The policies that said so, in words.
    pub reasons: Vec<ReasonOut>,
    /// The version of the policy.
    pub policy_version: String,
}

/// One policy's words.
#[derive(Debug, Serialize)]
pub struct ReasonOut {
    /// Its id.
    pub policy: String,
    /// Its sentence.
    pub says: String,
}

/// The request for approval.
#[derive(Debug, Serialize)]
pub struct ApprovalOut {
    /// Its id.
    pub id: ApprovalId,
    /// Where people decide.
    pub page: String,
    /// How many must approve.
    pub needed: u64,
    /// What its voters restrict.
    #[serde(skip_serializing_if = "Conditions::is_empty")]
    pub conditions: Conditions,
    /// What was said so far.
    pub votes: Vec<VoteOut>,
    /// RFC 3339.
    pub expires_at: String,
}

/// One vote, without who cast it.
#[derive(Debug, Serialize)]
pub struct VoteOut {
    /// How.
    pub ballot: Ballot,
    /// Why.
    pub comment: String,
}

/// A question of an approver, without who asks it.
#[derive(Debug, Serialize)]
pub struct QuestionOut {
    /// Its id, which an answer names.
    pub id: QuestionId,
    /// What is asked.
    pub question: String,
    /// RFC 3339.
    pub asked_at: String,
    /// What was answered.
    pub answers: Vec<AnswerOut>,
}

/// An answer to a question.
#[derive(Debug, Serialize)]
pub struct AnswerOut {
    /// `agent`, or `person` for somebody behind it.
    pub by: &'static str,
    /// What was answered.
    pub answer: String,
    /// RFC 3339.
    pub answered_at: String,
}

/// The sealed result.
#[derive(Debug, Serialize)]
pub struct ResultOut {
    /// How many rows.
    pub rows: u64,
    /// Its columns.
    pub columns: Vec<ResultColumn>,
    /// How many rows a condition of the approval let out, where the result had more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_to: Option<u64>,
    /// SHA-256 of the pages, as the ledger has it.
    pub digest: String,
    /// Where the rows are.
    pub url: String,
}

impl IntentOut {
    /// The intent as agents read it; `public_url` has no slash at the end.
    pub fn new(view: IntentView, public_url: &str) -> Self {
        let findings = view.findings();
        let result = result_out(&view, public_url);
        let votes = view.votes.iter().map(|vote| VoteOut {
            ballot: vote.ballot,
            comment: vote.comment.clone(),
        });
        let votes: Vec<_> = votes.collect();
        let approval = view.approval.map(|approval| ApprovalOut {
            page: format!("{public_url}/approvals/{}", approval.id),
            id: approval.id,
            needed: approval.needed,
            conditions: approval.conditions,
            votes,
            expires_at: approval.expires_at.to_rfc3339(),
        });
        Self {
            id: view.intent.id,
            run: view.intent.run,
            state: view.intent.state,
            purpose: view.intent.purpose,
            received_at: view.intent.received_at.to_rfc3339(),
            changed_at: view.intent.changed_at.to_rfc3339(),
            risk: view.analysis.as_ref().map(|analysis| analysis.risk),
            findings,
            dry_run_bytes: view.dry_run.map(|facts| facts.bytes),
            decision: view.decision.map(|decision| DecisionOut {
                route: decision.route,
                policy_version: decision.policy_version.to_string(),
                reasons: decision.reasons.into_iter().map(reason_out).collect(),
            }),
            approval,
            questions: view.questions.into_iter().map(question_out).collect(),
            problem: view.problem,
            result,
            unmask: view.intent.unmask,
            asks_again: view.intent.asks_again,
        }
    }
}

fn question_out(question: QuestionRecord) -> QuestionOut {
    let answers = question.answers.into_iter().map(|answer| AnswerOut {
        by: answer.answered_by.map_or("agent", |_| "person"),
        answer: answer.answer,
        answered_at: answer.answered_at.to_rfc3339(),
    });
    QuestionOut {
        id: question.id,
        question: question.question,
        asked_at: question.asked_at.to_rfc3339(),
        answers: answers.collect(),
    }
}

fn reason_out(reason: crate::policy::Reason) -> ReasonOut {
    ReasonOut {
        policy: reason.policy,
        says: reason.says,
    }
}

fn result_out(view: &IntentView, public_url: &str) -> Option<ResultOut> {
    if view.intent.state != IntentState::Succeeded {
        return None;
    }
    let execution = view.execution.as_ref()?;
    Some(ResultOut {
        rows: execution.row_count?,
        columns: serde_json::from_str(execution.columns.as_deref()?).ok()?,
        cut_to: execution.cut_to,
        digest: execution.result_digest.clone()?,
        url: format!("{public_url}/api/v1/intents/{}/results", view.intent.id),
    })
}
