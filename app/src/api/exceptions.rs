//! Exceptions that reviewers look at: the glass was broken.

use domain::{ApprovalId, ExceptionId, ExceptionVerdict, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AgentRef, PersonRef, UiError, terms::Broken};

/// One exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRow {
    /// Which.
    pub exception: ExceptionId,
    /// What nobody voted for.
    pub approval: ApprovalId,
    /// Whose query ran.
    pub agent: AgentRef,
    /// What for.
    pub purpose: String,
    /// When the glass was broken.
    pub opened_at: Timestamp,
    /// Who broke it, and why.
    pub broken: Vec<Broken>,
    /// What a reviewer says of it.
    pub verdict: Option<ExceptionJudged>,
    /// Why this person may not give a verdict; none when they may.
    pub hindrance: Option<String>,
}

/// A reviewer's verdict on an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionJudged {
    /// What.
    pub verdict: ExceptionVerdict,
    /// Why.
    pub reason: String,
    /// Who.
    pub person: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// The desk for exceptions.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait ExceptionDesk: Send + Sync {
    /// Those without a verdict first, then the newest.
    async fn exceptions(&self) -> Result<Vec<ExceptionRow>, UiError>;
    /// Gives a verdict.
    async fn judge(
        &self,
        exception: ExceptionId,
        verdict: ExceptionVerdict,
        reason: String,
    ) -> Result<(), UiError>;
}

/// Exceptions, those without a verdict first.
#[server(endpoint = "exceptions")]
pub async fn load_exceptions() -> Result<Vec<ExceptionRow>, UiError> {
    super::desks()?.exceptions.exceptions().await
}

/// Gives a verdict on an exception; the browser comes back to the list.
#[server(endpoint = "judge_exception")]
pub async fn judge_exception(
    /// Which.
    exception: ExceptionId,
    /// What.
    verdict: ExceptionVerdict,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), UiError> {
    let page = "/reviews";
    let done = async {
        let why = super::form::filled("reason", &reason, "Say why you think so.")?;
        let desk = super::desks()?.exceptions;
        desk.judge(exception, verdict, why).await
    };
    let done = done.await.map(|()| page.to_owned());
    super::form::answer(done, page, &[("reason", &reason)])
}
