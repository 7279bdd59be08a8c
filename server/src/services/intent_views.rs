//! Intents as they stand: read, awaited, taken back.

use std::time::Duration;

use domain::{AgentId, IntentId, IntentState, RiskLevel, Role};
use store::{ApprovalRecord, ExecutionRecord, IntentRecord, QuestionRecord, RunRecord, VoteRecord};
use tokio::{
    sync::broadcast::Receiver,
    time::{Instant, timeout_at},
};

use super::{
    DryRunFacts, Notice, Problem, ServiceError, Services, Statistics, escalation::escalated,
    intents::acting_run, may_revoke_run,
};
use crate::{
    context::{Context, Forbidden},
    policy::Decision,
};

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
    /// What approvers asked, and what was answered.
    pub questions: Vec<QuestionRecord>,
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

impl IntentView {
    /// Bytes that the job processed.
    #[must_use]
    pub fn processed_bytes(&self) -> Option<u64> {
        let statistics = self.execution.as_ref()?.statistics.as_deref()?;
        let statistics: Statistics = serde_json::from_str(statistics).ok()?;
        statistics.bytes_processed
    }
}

impl Services {
    /// The intent that the acting run submitted under this key.
    pub async fn intent_of_key(
        &self,
        context: &Context,
        key: &str,
    ) -> Result<Option<IntentView>, ServiceError> {
        let run = acting_run(context)?.run;
        match self.parts.store.intent_by_key(run, key).await? {
            Some(intent) => self.view_intent(intent).await.map(Some),
            None => Ok(None),
        }
    }

    /// An intent, for the run that submitted it or a person who may see the run.
    pub async fn intent(
        &self,
        context: &Context,
        id: IntentId,
    ) -> Result<IntentView, ServiceError> {
        let intent = self.existing_intent(id).await?;
        match self.visible_run(context, intent.run).await {
            Ok(run) => self.view_intent_of(run, intent).await,
            Err(ServiceError::NotFound { .. }) => Err(ServiceError::NotFound { what: "intent" }),
            Err(other) => Err(other),
        }
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

    /// Waits until the intent has come to its end, somebody asks about it, or the time is over.
    pub async fn await_intent(
        &self,
        context: &Context,
        id: IntentId,
        patience: Duration,
    ) -> Result<IntentView, ServiceError> {
        // Subscribed before the first look, so that no change falls in between.
        let mut notices = self.subscribe();
        let deadline = Instant::now() + patience;
        let mut known_questions = None;
        loop {
            let view = self.intent(context, id).await?;
            // Asked behind the look: what a run's end changed, its agent is not told.
            self.still_acting(context).await?;
            let questions = view.questions.len();
            let is_asked = questions > *known_questions.get_or_insert(questions);
            if view.intent.state.is_final() || is_asked {
                return Ok(view);
            }
            let news = self.next_news(id, &mut notices);
            let Ok(news) = timeout_at(deadline, news).await else {
                self.still_acting(context).await?;
                return self.intent(context, id).await;
            };
            news?;
        }
    }

    /// Resolves when an intent has ended, or waits for people and something may have been asked.
    /// The steps in between are nobody's news.
    async fn next_news(
        &self,
        id: IntentId,
        notices: &mut Receiver<Notice>,
    ) -> Result<(), ServiceError> {
        loop {
            match notices.recv().await {
                Ok(Notice::Intent(changed)) if changed == id => {}
                Ok(_) => continue,
                // Some were missed: it may be among them.
                Err(_) => return Ok(()),
            }
            let state = self.existing_intent(id).await?.state;
            if state.is_final() || state == IntentState::PendingApproval {
                return Ok(());
            }
        }
    }

    /// A run that ended while its agent waited hears nothing more.
    async fn still_acting(&self, context: &Context) -> Result<(), ServiceError> {
        match context.run() {
            Some(actor) => {
                let run = self.existing_run(actor.run).await?;
                self.check_run(&run, self.now()).await
            }
            None => Ok(()),
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
        // The record comes first: a job that runs on regardless releases nothing.
        self.stopping.notify_one();
        self.announce(Notice::Intent(id));
        self.announce(Notice::Inbox);
        self.view_intent(self.existing_intent(id).await?).await
    }

    pub(super) async fn view_intent(
        &self,
        intent: IntentRecord,
    ) -> Result<IntentView, ServiceError> {
        let run = self.existing_run(intent.run).await?;
        self.view_intent_of(run, intent).await
    }

    async fn view_intent_of(
        &self,
        run: RunRecord,
        intent: IntentRecord,
    ) -> Result<IntentView, ServiceError> {
        let store = &self.parts.store;
        let decision = read_json(intent.decision.as_deref())?;
        let approval = store.approval_of(intent.id).await?;
        let approval = approval.map(|asked| escalated(asked, decision.as_ref(), self.now()));
        let (votes, questions) = match &approval {
            Some(approval) => (
                store.votes_on(approval.id).await?,
                store.questions_on(approval.id).await?,
            ),
            None => (Vec::new(), Vec::new()),
        };
        Ok(IntentView {
            run,
            analysis: read_json(intent.analysis.as_deref())?,
            dry_run: read_json(intent.dry_run.as_deref())?,
            decision,
            problem: read_json(intent.problem.as_deref())?,
            execution: store.execution_of(intent.id).await?,
            approval,
            votes,
            questions,
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

/// What the text of an assessed intent says.
pub(super) fn analysis_of(intent: &IntentRecord) -> Result<analysis::Analysis, ServiceError> {
    read_json(intent.analysis.as_deref())?.ok_or(ServiceError::NotFound { what: "analysis" })
}

pub(super) fn read_json<T: serde::de::DeserializeOwned>(
    json: Option<&str>,
) -> Result<Option<T>, serde_json::Error> {
    json.map(serde_json::from_str).transpose()
}
