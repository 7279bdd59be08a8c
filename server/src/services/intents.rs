//! Intents: taken in, judged, decided; read, awaited, taken back.

use std::time::Duration;

use domain::{
    AgentId, ApprovalId, EventName, IntentId, IntentState, PersonId, RiskLevel, Role, Route,
};
use serde::{Deserialize, Serialize};
use store::{
    ApprovalRecord, Assessed, ExecutionRecord, IntentRecord, MailKind, NewApproval, NewIntent,
    RunRecord, StoreError, VoteRecord,
};

use super::{
    Assessment, DryRunFacts, Notice, Problem, ServiceError, Services, assessment::sha256,
    fresh_uuid, may_revoke_run,
};
use crate::{
    context::{Context, Forbidden, RunActor},
    policy::Decision,
    warehouse::Parameter,
};

/// A query parameter as an agent gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewParameter {
    /// None for a parameter by position.
    #[serde(default)]
    pub name: Option<String>,
    /// GoogleSQL's name of the type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// A scalar, null, or an array of them.
    pub value: serde_json::Value,
}

impl From<NewParameter> for Parameter {
    fn from(new: NewParameter) -> Self {
        Self {
            name: new.name,
            data_type: new.data_type,
            value: new.value,
        }
    }
}

/// A request to run SQL.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The agent's key: the same key is the same request.
    pub idempotency_key: String,
    /// GoogleSQL.
    pub sql: String,
    /// All named, or all by position.
    pub parameters: Vec<NewParameter>,
    /// Why, in the agent's words; empty means the run's purpose.
    pub purpose: String,
    /// A cap below the configured one, in bytes.
    pub maximum_bytes_billed: Option<u64>,
}

/// An intent with everything that is known of it.
#[derive(Debug, Clone)]
pub struct IntentView {
    /// The intent.
    pub intent: IntentRecord,
    /// The run that asks.
    pub run: RunRecord,
    /// What the text says, once assessed.
    pub analysis: Option<analysis::Analysis>,
    /// What BigQuery says, once asked.
    pub dry_run: Option<DryRunFacts>,
    /// What the policy says, once asked.
    pub decision: Option<Decision>,
    /// Why it was blocked or failed.
    pub problem: Option<Problem>,
    /// The request for approval, when there is one.
    pub approval: Option<ApprovalRecord>,
    /// The votes on it.
    pub votes: Vec<VoteRecord>,
    /// The job and its result, once prepared.
    pub execution: Option<ExecutionRecord>,
}

impl IntentView {
    /// The risk level, once assessed.
    #[must_use]
    pub fn risk(&self) -> Option<RiskLevel> {
        self.analysis.as_ref().map(|analysis| analysis.risk)
    }
}

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
    /// Takes an intent in, judges it and decides on it. The same key again gives the same
    /// intent again.
    pub async fn submit_intent(
        &self,
        context: &Context,
        submission: Submission,
    ) -> Result<IntentView, ServiceError> {
        let actor = acting_run(context)?;
        let new = self.new_intent(actor, submission).await?;
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        match tx.insert_intent(&new).await {
            Ok(()) => tx.commit().await?,
            Err(StoreError::AlreadyExists) => {
                drop(tx);
                return self.repeated_intent(&new).await;
            }
            Err(other) => return Err(other.into()),
        }
        // A crash from here on leaves a `received` intent, which the executor judges later.
        self.judge(&context.as_system(), new.id).await?;
        self.view_intent(self.existing_intent(new.id).await?).await
    }

    /// What the analysis alone says of some SQL. Nothing is kept and nothing runs.
    pub fn analyse(
        &self,
        context: &Context,
        sql: &str,
    ) -> Result<analysis::Analysis, ServiceError> {
        acting_run(context)?;
        let catalog = self.catalog.current()?;
        Ok(analysis::analyse(sql, &catalog))
    }

    async fn new_intent(
        &self,
        actor: &RunActor,
        submission: Submission,
    ) -> Result<NewIntent, ServiceError> {
        check_submission(&submission, self.parts.limits.sql_bytes)?;
        let cap = self.parts.warehouse_config.maximum_bytes_billed;
        let maximum_bytes_billed = submission.maximum_bytes_billed.unwrap_or(cap).min(cap);
        let run = self.existing_run(actor.run).await?;
        let purpose = Some(submission.purpose)
            .filter(|purpose| !purpose.is_empty())
            .unwrap_or(run.purpose);
        let parameters = serde_json::to_string(&submission.parameters)?;
        let request = (&submission.sql, &parameters, &purpose, maximum_bytes_billed);
        Ok(NewIntent {
            id: IntentId::new(fresh_uuid()),
            run: actor.run,
            idempotency_key: submission.idempotency_key,
            request_digest: sha256(&serde_json::to_vec(&request)?).to_string(),
            sql: submission.sql,
            parameters,
            purpose,
            maximum_bytes_billed,
        })
    }

    async fn repeated_intent(&self, new: &NewIntent) -> Result<IntentView, ServiceError> {
        let known = self
            .parts
            .store
            .intent_by_key(new.run, &new.idempotency_key)
            .await?
            .ok_or(ServiceError::NotFound { what: "intent" })?;
        if known.request_digest == new.request_digest {
            self.view_intent(known).await
        } else {
            Err(ServiceError::conflict(
                "idempotency_key_reused",
                "this Idempotency-Key came with another request before; use a new key",
            ))
        }
    }

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

    /// An intent, for the run that submitted it or a person who may see the run.
    pub async fn intent(
        &self,
        context: &Context,
        id: IntentId,
    ) -> Result<IntentView, ServiceError> {
        let intent = self.existing_intent(id).await?;
        let hidden = ServiceError::NotFound { what: "intent" };
        self.run(context, intent.run).await.map_err(|_| hidden)?;
        self.view_intent(intent).await
    }

    /// A run's intents in the order in which they came.
    pub async fn intents_of_run(
        &self,
        context: &Context,
        run: domain::RunId,
    ) -> Result<Vec<IntentView>, ServiceError> {
        let mut views = Vec::new();
        for intent in self.run(context, run).await?.intents {
            views.push(self.view_intent(intent).await?);
        }
        Ok(views)
    }

    /// Waits until the intent has come to its end, or until the time is over.
    pub async fn await_intent(
        &self,
        context: &Context,
        id: IntentId,
        patience: Duration,
    ) -> Result<IntentView, ServiceError> {
        // Subscribed before the first look, so that no change falls in between.
        let mut notices = self.subscribe();
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let view = self.intent(context, id).await?;
            if view.intent.state.is_final() {
                return Ok(view);
            }
            let change = async {
                loop {
                    match notices.recv().await {
                        Ok(Notice::Intent(changed)) if changed != id => {}
                        _ => return,
                    }
                }
            };
            if tokio::time::timeout_at(deadline, change).await.is_err() {
                return Ok(view);
            }
        }
    }

    /// Takes an intent back: withdrawn while it waits, cancelled once it may run. Who may end
    /// the run may do this too.
    pub async fn cancel_intent(
        &self,
        context: &Context,
        id: IntentId,
    ) -> Result<IntentView, ServiceError> {
        let view = self.intent(context, id).await?;
        if !may_revoke_run(context, &view.run) {
            return Err(Forbidden {
                needed: Role::Administrator,
            }
            .into());
        }
        let from = view.intent.state;
        let to = match from {
            IntentState::PendingApproval => IntentState::Withdrawn,
            IntentState::Approved | IntentState::Prepared | IntentState::Running => {
                IntentState::Cancelled
            }
            _ => {
                let detail = format!("an intent that is `{from}` cannot be cancelled");
                return Err(ServiceError::conflict("not_cancellable", detail));
            }
        };
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        tx.move_intent((id, view.intent.run), from, to, None)
            .await?;
        tx.close_approval(id).await?;
        tx.commit().await?;
        if let Some(execution) = &view.execution {
            // The record comes first: a job that runs on regardless releases nothing.
            self.stop_job(&execution.job_id).await;
        }
        self.announce(Notice::Intent(id));
        self.announce(Notice::Inbox);
        self.view_intent(self.existing_intent(id).await?).await
    }

    pub(super) async fn view_intent(
        &self,
        intent: IntentRecord,
    ) -> Result<IntentView, ServiceError> {
        let store = &self.parts.store;
        let approval = store.approval_of(intent.id).await?;
        let votes = match &approval {
            Some(approval) => store.votes_on(approval.id).await?,
            None => Vec::new(),
        };
        Ok(IntentView {
            run: self.existing_run(intent.run).await?,
            analysis: read_json(intent.analysis.as_deref())?,
            dry_run: read_json(intent.dry_run.as_deref())?,
            decision: read_json(intent.decision.as_deref())?,
            problem: read_json(intent.problem.as_deref())?,
            execution: store.execution_of(intent.id).await?,
            approval,
            votes,
            intent,
        })
    }

    pub(super) async fn existing_intent(&self, id: IntentId) -> Result<IntentRecord, ServiceError> {
        let found = self.parts.store.intent(id).await?;
        found.ok_or(ServiceError::NotFound { what: "intent" })
    }

    /// What an agent asked before, by state.
    pub async fn history_of(
        &self,
        agent: AgentId,
    ) -> Result<Vec<(IntentState, u64)>, ServiceError> {
        Ok(self.parts.store.intent_counts(agent).await?)
    }
}

fn read_json<T: serde::de::DeserializeOwned>(
    json: Option<&str>,
) -> Result<Option<T>, serde_json::Error> {
    json.map(serde_json::from_str).transpose()
}

pub(super) fn acting_run(context: &Context) -> Result<&RunActor, ServiceError> {
    context.run().ok_or_else(|| {
        ServiceError::refused(
            "run_token_needed",
            "this is for an agent with its run's token",
        )
    })
}

fn check_submission(submission: &Submission, sql_bytes: usize) -> Result<(), ServiceError> {
    let key = &submission.idempotency_key;
    if key.is_empty() || key.len() > 255 || !key.chars().all(|c| c.is_ascii_graphic()) {
        return Err(ServiceError::invalid(
            "Idempotency-Key",
            "send a header Idempotency-Key with 1 to 255 printable ASCII characters",
        ));
    }
    if submission.sql.trim().is_empty() {
        return Err(ServiceError::invalid("sql", "give the SQL to run"));
    }
    if submission.sql.len() > sql_bytes {
        let detail = format!("shorten the SQL to at most {sql_bytes} bytes");
        return Err(ServiceError::invalid("sql", detail));
    }
    if submission.purpose.len() > 1000 {
        return Err(ServiceError::invalid("purpose", "use at most 1000 bytes"));
    }
    if submission.maximum_bytes_billed == Some(0) {
        let detail = "give at least 1, or leave it out";
        return Err(ServiceError::invalid("maximum_bytes_billed", detail));
    }
    Ok(())
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

/// Whether this person asked: they can then not be among those who approve.
pub(super) fn is_asker(person: PersonId, run: &RunRecord, owner: PersonId) -> bool {
    person == run.initiator || person == owner
}
