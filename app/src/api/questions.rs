//! Questions about a request for approval.

use domain::{ApprovalId, QuestionId, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{PersonRef, TokenClient, UiError};

/// The questions about one request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questions {
    /// In the order in which they were asked.
    pub asked: Vec<Question>,
    /// Whether this person may ask.
    pub may_ask: bool,
    /// Whether this person may answer.
    pub may_answer: bool,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Which.
    pub question: QuestionId,
    /// Who asks.
    pub person: PersonRef,
    /// What.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// What was answered.
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who answered; none for the agent.
    pub person: Option<PersonRef>,
    /// What.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// The desk for questions.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait QuestionDesk: Send + Sync {
    /// The questions about one request.
    async fn questions(&self, approval: ApprovalId) -> Result<Questions, UiError>;
    /// Asks one.
    async fn ask(&self, approval: ApprovalId, text: String) -> Result<(), UiError>;
    /// Answers one.
    async fn answer(
        &self,
        approval: ApprovalId,
        question: QuestionId,
        text: String,
    ) -> Result<(), UiError>;
}

/// The questions about one request.
#[server(endpoint = "questions", client = TokenClient)]
pub async fn load_questions(
    /// Which.
    approval: ApprovalId,
) -> Result<Questions, UiError> {
    super::desks()?.questions.questions(approval).await
}

/// Asks about a request; the browser comes back to its page.
#[server(endpoint = "ask_question")]
pub async fn ask_question(
    /// Which.
    approval: ApprovalId,
    /// What to ask.
    #[server(default)]
    question: String,
) -> Result<(), UiError> {
    let page = format!("/approvals/{approval}#questions");
    let questions = super::desks()?.questions;
    let asked = questions.ask(approval, question.clone());
    let done = asked.await.map(|()| page.clone());
    super::form::answer(done, &page, &[("question", &question)])
}

/// Answers a question; the browser comes back to the request's page.
#[server(endpoint = "answer_question")]
pub async fn answer_question(
    /// About which request.
    approval: ApprovalId,
    /// Which question.
    question: QuestionId,
    /// What to answer.
    #[server(default)]
    answer: String,
) -> Result<(), UiError> {
    let page = format!("/approvals/{approval}#questions");
    let questions = super::desks()?.questions;
    let answered = questions.answer(approval, question, answer.clone());
    let done = answered.await.map(|()| page.clone());
    super::form::answer(done, &page, &[("answer", &answer)])
}
