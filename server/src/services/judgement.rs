//! Judging a received intent, and moving it where the judgement says.

use domain::{ApprovalId, EventName, IntentId, IntentState, RiskLevel, Route};
use serde::Serialize;
use store::{Assessed, IntentRecord, MailKind, NewApproval, RunRecord};

use super::{Assessment, Notice, Problem, ServiceError, Services, fresh_uuid};
use crate::context::Context;

#[derive(Serialize)]
struct AssessedEntry<'a> {
    understood: bool,
    risk: RiskLevel,
    findings: Vec<&'a str>,
    tables: Vec<&'a str>,
    bytes: Option<u64>,
    digest: domain::Digest,
}

impl Services {
    /// Judges a received intent and moves it on.
    pub(super) async fn judge(&self, context: &Context, id: IntentId) -> Result<(), ServiceError> {
        let intent = self.existing_intent(id).await?;
        let run = self.existing_run(intent.run).await?;
        match self.assess(&intent, &run).await {
            Ok(mut assessment) => {
                self.limit_pending(&mut assessment, &run).await?;
                self.decide_intent(context, &intent, &run, &assessment)
                    .await?;
            }
            Err(ServiceError::Warehouse(error)) => {
                let problem = Problem::new("warehouse_unavailable", error.to_string());
                self.fail_unjudged(context, &intent, &problem).await?;
            }
            Err(other) => return Err(other),
        }
        self.announce(Notice::Intent(id));
        Ok(())
    }

    /// One run must not flood those who decide.
    async fn limit_pending(
        &self,
        assessment: &mut Assessment,
        run: &RunRecord,
    ) -> Result<(), ServiceError> {
        if assessment.decision.route != Route::Approve {
            return Ok(());
        }
        let limit = self.parts.limits.pending_per_run;
        let intents = self.parts.store.intents_of_run(run.id).await?;
        let waiting = intents
            .iter()
            .filter(|intent| intent.state == IntentState::PendingApproval);
        if waiting.count() >= limit as usize {
            let detail = format!(
                "{limit} queries of this run wait for approval already; cancel one, or wait \
                 until they are decided"
            );
            assessment.decision.route = Route::Block;
            assessment.problem = Some(Problem::new("too_many_pending", detail));
        }
        Ok(())
    }

    async fn fail_unjudged(
        &self,
        context: &Context,
        intent: &IntentRecord,
        problem: &Problem,
    ) -> Result<(), ServiceError> {
        let problem = serde_json::to_string(problem)?;
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), self.now())
            .await?;
        tx.move_intent(
            (intent.id, intent.run),
            IntentState::Received,
            IntentState::Failed,
            Some(&problem),
        )
        .await?;
        Ok(tx.commit().await?)
    }

    async fn decide_intent(
        &self,
        context: &Context,
        intent: &IntentRecord,
        run: &RunRecord,
        assessment: &Assessment,
    ) -> Result<(), ServiceError> {
        let (analysis, decision) = (&assessment.analysis, &assessment.decision);
        let id = (intent.id, intent.run);
        let subject = intent.id.to_string();
        let problem = assessment.problem.as_ref().map(serde_json::to_string);
        let problem = problem.transpose()?;
        let to = match decision.route {
            Route::Run => IntentState::Approved,
            Route::Approve => IntentState::PendingApproval,
            Route::Block => IntentState::Blocked,
        };
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), self.now())
            .await?;
        let dry_run = assessment.dry_run.as_ref().map(serde_json::to_string);
        let assessed = Assessed {
            analysis: serde_json::to_string(analysis)?,
            dry_run: dry_run.transpose()?,
            decision: serde_json::to_string(decision)?,
            risk: analysis.risk,
        };
        tx.assess_intent(intent.id, &assessed).await?;
        let entry = assessed_entry(assessment);
        tx.record(EventName::IntentAssessed, &subject, Some(run.id), &entry)
            .await?;
        tx.record(EventName::IntentDecided, &subject, Some(run.id), decision)
            .await?;
        if to == IntentState::PendingApproval {
            tx.insert_approval(&self.new_approval(intent, run, assessment))
                .await?;
            tx.owe_mail(MailKind::ApprovalWaiting, intent.id).await?;
        }
        tx.move_intent(id, IntentState::Received, to, problem.as_deref())
            .await?;
        tx.commit().await?;
        if to == IntentState::PendingApproval {
            self.announce(Notice::Inbox);
        }
        Ok(())
    }

    fn new_approval(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        assessment: &Assessment,
    ) -> NewApproval {
        let decision = &assessment.decision;
        let expires_at = self.now().plus_seconds(decision.expires_after_seconds);
        NewApproval {
            id: ApprovalId::new(fresh_uuid()),
            intent: intent.id,
            intent_digest: assessment.digest.to_string(),
            needed: u64::from(decision.count.max(1)),
            approvers: decision.approvers.clone(),
            // An approval that outlives its run could never be used.
            expires_at: expires_at.min(run.expires_at),
        }
    }
}

fn assessed_entry(assessment: &Assessment) -> AssessedEntry<'_> {
    let analysis = &assessment.analysis;
    let tables = analysis.reads().into_iter().chain(analysis.writes());
    AssessedEntry {
        understood: analysis.understood,
        risk: analysis.risk,
        findings: analysis.findings().map(|f| f.code.as_str()).collect(),
        tables: tables.map(domain::TableName::as_str).collect(),
        bytes: assessment.dry_run.as_ref().map(|facts| facts.bytes),
        digest: assessment.digest,
    }
}
