//! The desk for exceptions.

use app::api::{
    UiError,
    exceptions::{ExceptionDesk, ExceptionJudged, ExceptionRow},
};
use async_trait::async_trait;
use domain::{ExceptionId, ExceptionVerdict};

use super::{
    Desk,
    errors::shown,
    names::{agent_ref, person_ref},
    terms::broken,
};
use crate::services::ExceptionView;

#[async_trait]
impl ExceptionDesk for Desk {
    async fn exceptions(&self) -> Result<Vec<ExceptionRow>, UiError> {
        let views = self.services.exceptions(&self.context).await;
        Ok(views.map_err(shown)?.iter().map(row).collect())
    }

    async fn judge(
        &self,
        exception: ExceptionId,
        verdict: ExceptionVerdict,
        reason: String,
    ) -> Result<(), UiError> {
        let services = &self.services;
        let decided = services.decide_exception(&self.context, exception, verdict, &reason);
        decided.await.map_err(shown)
    }
}

fn row(view: &ExceptionView) -> ExceptionRow {
    ExceptionRow {
        exception: view.exception.id,
        approval: view.exception.approval,
        agent: agent_ref(&view.agent),
        purpose: view.intent.intent.purpose.clone(),
        opened_at: view.exception.opened_at,
        broken: view.declared.iter().map(broken).collect(),
        verdict: verdict(view),
        hindrance: view.hindrance.map(str::to_owned),
    }
}

fn verdict(view: &ExceptionView) -> Option<ExceptionJudged> {
    Some(ExceptionJudged {
        verdict: view.exception.verdict?,
        reason: view.exception.reason.clone()?,
        person: person_ref(view.decided_by.as_ref()?),
        at: view.exception.decided_at?,
    })
}
