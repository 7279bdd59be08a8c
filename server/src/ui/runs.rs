//! The desk for runs.

use app::api::{
    UiError,
    runs::{IntentRow, OwnRun, RunChoice, RunDesk, RunForm, RunPage, RunTerms},
    sessions::Fact,
};
use async_trait::async_trait;
use domain::{AgentId, Audience, Door, RunId};
use store::{RunEvidence, RunRecord};

use super::{Desk, errors::shown, names::agent_ref};
use crate::services::{self, IntentView, may_hand_out, may_revoke_run};

/// How long a run lives unless said.
pub(super) const USUAL_MINUTES: u32 = 60;
/// How many of their own runs people see at once.
const OWN_RUNS: u32 = 100;

#[async_trait]
impl RunDesk for Desk {
    async fn form(&self) -> Result<RunForm, UiError> {
        let agents = self.services.openable_agents(&self.context).await;
        let choice = |(agent, grants): (store::AgentRecord, Vec<store::GrantRecord>)| RunChoice {
            agent: agent_ref(&agent),
            purpose: agent.purpose,
            grants: grants.into_iter().map(|grant| grant.power).collect(),
        };
        let longest_minutes = self.services.limits().run_minutes_maximum;
        Ok(RunForm {
            agents: agents.map_err(shown)?.into_iter().map(choice).collect(),
            usual_minutes: USUAL_MINUTES.min(longest_minutes),
            longest_minutes,
        })
    }

    async fn open(&self, agent: AgentId, terms: RunTerms) -> Result<RunId, UiError> {
        let new = services::NewRun {
            agent,
            purpose: terms.purpose,
            ticket: terms.ticket.unwrap_or_default(),
            scope: terms.scope.into_iter().collect(),
            minutes: terms.minutes,
            door: Door::Portal,
            key_thumbprint: None,
            audience: None,
            code_hash: None,
            session: None,
            proof: None,
        };
        let opened = self.services.open_run(&self.context, new).await;
        Ok(self.services.show_once(opened.map_err(shown)?))
    }

    async fn own(&self) -> Result<Vec<OwnRun>, UiError> {
        let views = self.services.own_runs(&self.context, OWN_RUNS).await;
        let own = |view: &services::RunView| OwnRun {
            header: self.session_row(view),
            scope: view.run.scope.powers().to_vec(),
            token_ends_at: view.run.token_expires_at,
        };
        Ok(views.map_err(shown)?.iter().map(own).collect())
    }

    async fn run(&self, run: RunId) -> Result<RunPage, UiError> {
        let view = self.services.run(&self.context, run).await.map_err(shown)?;
        let token = self.services.take_run_token(&self.context, run).await;
        let intents = self.services.intents_of_run(&self.context, run).await;
        let is_active = view.run.is_active(self.context.now);
        Ok(RunPage {
            scope: view.run.scope.powers().to_vec(),
            token_ends_at: view.run.token_expires_at,
            evidence: evidence(&view.run),
            token: token.map_err(shown)?.map(|token| token.reveal().to_owned()),
            api_url: self.services.public_url().to_owned(),
            project: self.services.project().to_owned(),
            may_hand_out: is_active && may_hand_out(&self.context, &view.run),
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

fn evidence(run: &RunRecord) -> Vec<Fact> {
    let evidence = run.evidence.as_ref();
    let mut facts = evidence.map_or_else(Vec::new, |evidence| evidence_facts(evidence, run.door));
    if let Some(audience) = run.audience {
        facts.push(Fact {
            name: "Its token counts".to_owned(),
            value: match audience {
                Audience::Api => "at the API and for BigQuery's clients",
                Audience::Mcp => "for MCP",
            }
            .to_owned(),
        });
    }
    facts
}

/// What proved the person when the run was opened.
pub(super) fn evidence_facts(evidence: &RunEvidence, door: Door) -> Vec<Fact> {
    let door = match door {
        Door::Portal => "in the portal",
        Door::Device => "by confirming a device code",
        Door::Exchange => "by exchanging a token",
    };
    let unsaid = || "not said".to_owned();
    let facts = [
        ("Opened", door.to_owned()),
        ("Identity provider", evidence.issuer.clone()),
        ("Subject", evidence.subject.clone()),
        (
            "Its session",
            evidence.session.clone().unwrap_or_else(unsaid),
        ),
        ("Authenticated", evidence.authenticated_at.to_rfc3339()),
        ("Strength", evidence.strength.clone().unwrap_or_else(unsaid)),
        ("Digest of groups", evidence.groups_digest.to_string()),
    ];
    let facts = facts.into_iter().map(|(name, value)| Fact {
        name: name.to_owned(),
        value,
    });
    facts.collect()
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
