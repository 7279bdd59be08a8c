//! The desk for what an approval rests on besides its votes.

use app::api::{
    UiError,
    approvals::OutputColumn,
    terms::{Broken, ConditionsPage, Glass, NextPage, Restricted, Terms, TermsDesk},
};
use async_trait::async_trait;
use domain::{ApprovalId, Ballot, Conditions, IntentState};
use store::{BreakGlassRecord, PersonRecord};

use super::{
    Desk,
    errors::{sentence, shown},
    names::{agent_ref, person_ref},
};
use crate::services::{
    ApprovalView, BreakGlass, CastVote, GlassHindrance, Hindrance, ResultColumn, may_ask_again,
};

#[async_trait]
impl TermsDesk for Desk {
    async fn terms(&self, approval: ApprovalId) -> Result<Terms, UiError> {
        let view = self.services.approval(&self.context, approval).await;
        let view = view.map_err(shown)?;
        let intent = &view.intent.intent;
        let maskable = self.services.maskable_columns(&view).map_err(shown)?;
        let problem = view.intent.problem.as_ref();
        let has_ended = matches!(intent.state, IntentState::Stale | IntentState::Expired);
        Ok(Terms {
            approval,
            state: intent.state,
            unmask: intent.unmask.iter().cloned().collect(),
            unmask_reason: intent.unmask_reason.clone(),
            conditions: view.approval.conditions.clone(),
            maskable: maskable.into_iter().collect(),
            not_aggregates: self.services.not_aggregates(&view),
            may_restrict: view.hindrance.is_none_or(Hindrance::can_be_overcome),
            ended: problem
                .filter(|_| has_ended)
                .map(|problem| sentence(&problem.detail)),
            may_ask_again: may_ask_again(&self.context, &view.intent),
            glass: self.glass(&view).await?,
        })
    }

    async fn preview(
        &self,
        approval: ApprovalId,
        own: Conditions,
    ) -> Result<ConditionsPage, UiError> {
        let services = &self.services;
        let preview = services.preview_conditions(&self.context, approval, own.clone());
        let preview = preview.await.map_err(shown)?;
        let view = &preview.approval;
        let analysis = view.intent.analysis.as_ref();
        let before = analysis.and_then(|analysis| analysis.masked_sql.clone());
        Ok(ConditionsPage {
            approval,
            agent: agent_ref(&view.agent),
            purpose: view.intent.intent.purpose.clone(),
            risk: view.risk(),
            own,
            together: preview.conditions,
            before: before.unwrap_or_default(),
            masked_sql: preview.masked_sql,
            outputs: preview.columns.into_iter().map(output).collect(),
            digest: preview.digest.to_string(),
            step_up: view.hindrance == Some(Hindrance::StepUp),
        })
    }

    async fn approve(&self, approval: ApprovalId, with: Restricted) -> Result<(), UiError> {
        let cast = CastVote {
            ballot: Ballot::Approve,
            comment: &with.comment,
            confirmation: &with.confirmation,
        };
        let narrowed = (with.own, with.digest.as_str());
        let voted = self
            .services
            .approve_with_conditions(&self.context, approval, cast, narrowed);
        voted.await.map(drop).map_err(shown)
    }

    async fn ask_again(&self, approval: ApprovalId) -> Result<NextPage, UiError> {
        let view = self.services.approval(&self.context, approval).await;
        let intent = view.map_err(shown)?.intent.intent.id;
        let new = self.services.ask_again(&self.context, intent).await;
        let new = new.map_err(shown)?;
        let waiting = new.approval.as_ref();
        Ok(waiting.map_or(NextPage::Session(new.run.id), |approval| {
            NextPage::Approval(approval.id)
        }))
    }

    async fn break_glass(
        &self,
        approval: ApprovalId,
        reason: String,
        ticket: String,
    ) -> Result<(), UiError> {
        let said = BreakGlass {
            reason: &reason,
            ticket: &ticket,
        };
        let broken = self.services.break_glass(&self.context, approval, said);
        broken.await.map(drop).map_err(shown)
    }
}

impl Desk {
    async fn glass(&self, view: &ApprovalView) -> Result<Glass, UiError> {
        let services = &self.services;
        let broken = services.glass_broken(view).await.map_err(shown)?;
        let hindrance = services.glass_hindrance(&self.context, view).await;
        let hindrance = hindrance.map_err(shown)?;
        Ok(Glass {
            broken: broken.iter().map(self::broken).collect(),
            may: hindrance.is_none(),
            step_up: hindrance == Some(GlassHindrance::StepUp),
        })
    }
}

/// One person's word that it cannot wait.
pub(super) fn broken((said, person): &(BreakGlassRecord, PersonRecord)) -> Broken {
    Broken {
        person: person_ref(person),
        reason: said.reason.clone(),
        ticket: said.ticket.clone(),
        at: said.declared_at,
    }
}

fn output(column: ResultColumn) -> OutputColumn {
    OutputColumn {
        name: column.name,
        data_type: column.data_type,
        tags: column.tags,
        rule: column.rule,
        masked: column.masked,
    }
}
