//! The desk for runs.

use app::api::{
    GrantLine, UiError,
    runs::{IntentRow, NewRun, RunChoice, RunDesk, RunForm, RunPage},
};
use async_trait::async_trait;
use domain::RunId;

use super::{
    Desk,
    errors::shown,
    names::{agent_ref, power, scope},
};
use crate::services::{self, IntentView, may_revoke_run};

/// How long a run lives unless said.
const USUAL_MINUTES: u32 = 60;

#[async_trait]
impl RunDesk for Desk {
    async fn form(&self) -> Result<RunForm, UiError> {
        let agents = self.services.openable_agents(&self.context).await;
        let choice = |(agent, grants): (store::AgentRecord, Vec<store::GrantRecord>)| RunChoice {
            agent: agent_ref(&agent),
            purpose: agent.purpose,
            grants: grants
                .into_iter()
                .map(|grant| GrantLine {
                    privilege: grant.privilege,
                    resource: grant.resource,
                })
                .collect(),
        };
        let longest_minutes = self.services.limits().run_minutes_maximum;
        Ok(RunForm {
            agents: agents.map_err(shown)?.into_iter().map(choice).collect(),
            usual_minutes: USUAL_MINUTES.min(longest_minutes),
            longest_minutes,
        })
    }

    async fn open(&self, run: NewRun) -> Result<RunId, UiError> {
        let new = services::NewRun {
            agent: run.agent,
            purpose: run.purpose,
            ticket: run.ticket.unwrap_or_default(),
            scope: run.scope.into_iter().map(power).collect(),
            minutes: run.minutes,
        };
        let opened = self.services.open_run(&self.context, new).await;
        opened.map_err(shown)
    }

    async fn run(&self, run: RunId) -> Result<RunPage, UiError> {
        let view = self.services.run(&self.context, run).await.map_err(shown)?;
        let token = self.services.take_run_token(&self.context, run).await;
        let intents = self.services.intents_of_run(&self.context, run).await;
        let is_active = view.run.is_active(self.context.now);
        Ok(RunPage {
            scope: scope(&view.run),
            token: token.map_err(shown)?.map(|token| token.reveal().to_owned()),
            api_url: self.services.public_url().to_owned(),
            intents: intents
                .map_err(shown)?
                .iter()
                .rev()
                .map(intent_row)
                .collect(),
            may_revoke: is_active && may_revoke_run(&self.context, &view.run),
            header: self.session_row(&view),
        })
    }

    async fn revoke(&self, run: RunId, reason: String) -> Result<(), UiError> {
        let revoked = self.services.revoke_run(&self.context, run, &reason).await;
        revoked.map_err(shown)
    }
}

fn intent_row(view: &IntentView) -> IntentRow {
    IntentRow {
        intent: view.intent.id,
        state: view.intent.state,
        risk: view.risk(),
        purpose: view.intent.purpose.clone(),
        asked_at: view.intent.received_at,
        approval: view.approval.as_ref().map(|approval| approval.id),
        rows: view
            .execution
            .as_ref()
            .and_then(|execution| execution.row_count),
    }
}
