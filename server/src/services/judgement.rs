//! Judging a received intent, and moving it where the judgement says.

use std::collections::BTreeSet;

use domain::{
    ApprovalId, ColumnName, Conditions, EventName, Ground, IntentId, IntentState, RiskLevel, Route,
};
use serde::Serialize;
use store::{
    Assessed, IntentRecord, NewApproval, Notification, NotificationKind, RunRecord,
    StandingApprovalRecord, Transaction,
};

use super::{
    Assessment, Notice, Problem, ServiceError, Services, approvers, fresh_uuid,
    standing_approvals::use_one,
};
use crate::{context::Context, failpoints::Failpoint};

#[derive(Serialize)]
struct AssessedEntry<'a> {
    understood: bool,
    risk: RiskLevel,
    findings: Vec<&'a str>,
    tables: Vec<&'a str>,
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    unmasked: &'a BTreeSet<ColumnName>,
    digest: domain::Digest,
}

impl Services {
    /// Judges a received intent and moves it on.
    pub(super) async fn judge(&self, context: &Context, id: IntentId) -> Result<(), ServiceError> {
        let intent = self.existing_intent(id).await?;
        let run = self.existing_run(intent.run).await?;
        match self.assess(&intent, &run, &Conditions::default()).await {
            Ok(assessment) => {
                self.decide_intent(context, &intent, &run, assessment)
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
        mut assessment: Assessment,
    ) -> Result<(), ServiceError> {
        let standing = self
            .standing_approvals_for(intent, run, &assessment)
            .await?;
        self.block_impossible(&mut assessment, run).await?;
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), self.now())
            .await?;
        let to = self
            .destination(&mut tx, (intent, run), &standing, &mut assessment)
            .await?;
        keep_assessment(&mut tx, intent, &assessment).await?;
        approvers::alert(&mut tx, intent, &assessment).await?;
        if assessment.decision.route == Route::Approve {
            let ground = match to {
                IntentState::Approved => Ground::Standing,
                _ => Ground::Votes,
            };
            let new = self.new_approval((intent, run), &assessment, ground);
            tx.insert_approval(&new).await?;
            if to == IntentState::PendingApproval {
                tx.notify(&Notification::new(NotificationKind::ApprovalWaiting).about(intent.id))
                    .await?;
            } else {
                tx.close_approval(intent.id).await?;
            }
        }
        let problem = assessment.problem.as_ref().map(serde_json::to_string);
        let id = (intent.id, intent.run);
        tx.move_intent(
            id,
            IntentState::Received,
            to,
            problem.transpose()?.as_deref(),
        )
        .await?;
        tx.commit().await?;
        Failpoint::Decided.reached();
        if to == IntentState::PendingApproval {
            self.announce(Notice::Inbox);
        }
        Ok(())
    }

    /// Where an intent goes. Within the transaction: of two at once, the second sees the first.
    async fn destination(
        &self,
        tx: &mut Transaction,
        (intent, run): (&IntentRecord, &RunRecord),
        standing: &[StandingApprovalRecord],
        assessment: &mut Assessment,
    ) -> Result<IntentState, ServiceError> {
        let mut problem = self.over_limit(tx, assessment, run).await?;
        if problem.is_none() && assessment.decision.route == Route::Approve {
            if let Some(used) = use_one(tx, standing, intent).await? {
                assessment.decision.reasons.push(used);
                return Ok(IntentState::Approved);
            }
            problem = self.over_asked(tx, run).await?;
        }
        if let Some(problem) = problem {
            assessment.decision.route = Route::Block;
            assessment.problem = Some(problem);
        }
        Ok(match assessment.decision.route {
            Route::Run => IntentState::Approved,
            Route::Approve => IntentState::PendingApproval,
            Route::Block => IntentState::Blocked,
        })
    }

    fn new_approval(
        &self,
        (intent, run): (&IntentRecord, &RunRecord),
        assessment: &Assessment,
        ground: Ground,
    ) -> NewApproval {
        let decision = &assessment.decision;
        let expires_at = self.now().plus_seconds(decision.expires_after_seconds);
        NewApproval {
            id: ApprovalId::new(fresh_uuid()),
            intent: intent.id,
            intent_digest: assessment.binding.digest().to_string(),
            requirements: decision.requirements.clone(),
            ground,
            // An approval that outlives its run could never be used.
            expires_at: expires_at.min(run.expires_at),
        }
    }
}

async fn keep_assessment(
    tx: &mut Transaction,
    intent: &IntentRecord,
    assessment: &Assessment,
) -> Result<(), ServiceError> {
    tx.assess_intent(intent.id, &assessed(assessment)?).await?;
    let (subject, run) = (intent.id.to_string(), Some(intent.run));
    let entry = assessed_entry(intent, assessment);
    tx.record(EventName::IntentAssessed, &subject, run, &entry)
        .await?;
    tx.record(
        EventName::IntentDecided,
        &subject,
        run,
        &assessment.decision,
    )
    .await?;
    Ok(())
}

/// What is kept of an assessment with its intent.
pub(super) fn assessed(assessment: &Assessment) -> Result<Assessed, serde_json::Error> {
    let dry_run = assessment.dry_run.as_ref().map(serde_json::to_string);
    Ok(Assessed {
        analysis: serde_json::to_string(&assessment.analysis)?,
        dry_run: dry_run.transpose()?,
        decision: serde_json::to_string(&assessment.decision)?,
        risk: assessment.analysis.risk,
        facts: serde_json::to_string(&assessment.facts)?,
        binding: serde_json::to_string(&assessment.binding)?,
    })
}

fn assessed_entry<'a>(intent: &'a IntentRecord, assessment: &'a Assessment) -> AssessedEntry<'a> {
    let analysis = &assessment.analysis;
    let tables = analysis.reads().into_iter().chain(analysis.writes());
    AssessedEntry {
        understood: analysis.understood,
        risk: analysis.risk,
        findings: analysis.findings().map(|f| f.code.as_str()).collect(),
        tables: tables.map(domain::TableName::as_str).collect(),
        bytes: assessment.dry_run.as_ref().map(|facts| facts.bytes),
        unmasked: &intent.unmask,
        digest: assessment.binding.digest(),
    }
}
