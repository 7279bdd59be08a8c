//! The last look before a job exists: whether the run may still act, and whether what would
//! run is still what was decided on.

use std::collections::BTreeSet;

use analysis::Analysis;
use domain::{Ballot, ExecutionId, Ground, IntentState, TableName};
use store::{
    ApprovalRecord, Attempt, IntentRecord, NewExecution, Notification, NotificationKind, RunRecord,
};

use super::{
    DryRunFacts, Problem, ServiceError, Services,
    approvals::outcome,
    binding::{Binding, Change},
    caps::over_daily_bytes,
    fresh_uuid,
    intent_views::read_json,
    intents::is_asker,
};
use crate::{context::Context, failpoints::Failpoint, warehouse::JobId};

/// What the policy let run without asking anybody is not judged again so soon, in seconds.
pub(super) const FRESH_SECONDS: i64 = 10;
/// No two replicas' clocks are further apart, in seconds: what people tagged so long before an
/// intent came may have been tagged while it was judged.
const CLOCKS_APART_SECONDS: i64 = 60;

/// What came of a last look.
pub(super) enum Preparation {
    /// It is prepared, and to be carried out by whoever looked.
    Held(Attempt),
    /// It may not run any more.
    Over,
    /// As many jobs of the agent run as may.
    HasToWait,
}

impl Services {
    /// Checks everything once more and fixes the job id before the job exists.
    ///
    /// A crash behind the commit leaves a `prepared` intent whose job may not exist: `start`
    /// inserts it under the same id.
    pub(super) async fn prepare(
        &self,
        context: &Context,
        intent: &IntentRecord,
        run: &RunRecord,
    ) -> Result<Preparation, ServiceError> {
        if !self.may_still_act(context, intent, run).await? {
            return Ok(Preparation::Over);
        }
        // Looked at again when the job's id is fixed; what waits for its turn need not be judged
        // anew each time.
        if !self.parts.store.has_room(run.agent).await? {
            return Ok(Preparation::HasToWait);
        }
        let approval = self.parts.store.approval_of(intent.id).await?;
        let is_late = |approval: &ApprovalRecord| self.now() >= approval.expires_at;
        if approval.as_ref().is_some_and(is_late) {
            let problem = Problem::new("approval_expired", "it did not run in time");
            self.close(context, intent, IntentState::Expired, &problem)
                .await?;
            return Ok(Preparation::Over);
        }
        if let Some(gap) = self.standing_gap(intent, run).await? {
            let ended = if gap.is_of_time() {
                IntentState::Expired
            } else {
                IntentState::Stale
            };
            let problem = Problem::new(gap.code(), gap.sentence());
            self.close(context, intent, ended, &problem).await?;
            return Ok(Preparation::Over);
        }
        if let Some(problem) = self.changed(intent, run, approval.as_ref()).await? {
            self.close(context, intent, IntentState::Stale, &problem)
                .await?;
            return Ok(Preparation::Over);
        }
        self.fix_job_id(context, intent, run).await
    }

    /// Cancels the intent when its run may no longer act.
    pub(super) async fn may_still_act(
        &self,
        context: &Context,
        intent: &IntentRecord,
        run: &RunRecord,
    ) -> Result<bool, ServiceError> {
        match self.check_run(run, self.now()).await {
            Ok(()) => Ok(true),
            Err(ServiceError::Token { code, detail }) => {
                let problem = Problem::new(code, detail);
                self.close(context, intent, IntentState::Cancelled, &problem)
                    .await?;
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    /// What is no longer as it was when people or the policy said yes.
    pub(super) async fn changed(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        approval: Option<&ApprovalRecord>,
    ) -> Result<Option<Problem>, ServiceError> {
        let is_fresh = self.now().seconds_since(intent.changed_at) < FRESH_SECONDS;
        let tagged_since = intent.received_at.plus_seconds(-CLOCKS_APART_SECONDS);
        if approval.is_none() && is_fresh && !self.parts.store.has_new_tags(tagged_since).await? {
            return Ok(None);
        }
        if let Some(approval) = approval
            && let Some(problem) = self.lost_its_ground(run, approval).await?
        {
            return Ok(Some(problem));
        }
        let decided: Option<Binding> = read_json(intent.binding.as_deref())?;
        let is_its_own = |binding: &Binding| {
            let approved = approval.map(|approval| approval.intent_digest.as_str());
            approved.is_none_or(|digest| digest == binding.digest().to_string())
        };
        let Some(decided) = decided.filter(is_its_own) else {
            let what = "what was approved cannot be told any more; ask again";
            return Ok(Some(Problem::new("approval_stale", what)));
        };
        let conditions = approval.map(|approval| approval.conditions.clone());
        let conditions = conditions.unwrap_or_default();
        let now = self.assess(intent, run, &conditions).await?;
        Ok(stale(&decided.changes(&now.binding), now.problem.as_ref()))
    }

    /// Whether the people on whom the approval rests still are enough of those who may give it.
    async fn lost_its_ground(
        &self,
        run: &RunRecord,
        approval: &ApprovalRecord,
    ) -> Result<Option<Problem>, ServiceError> {
        let owner = self.existing_agent(run.agent).await?.owner;
        let asker = |person| is_asker(person, run, owner);
        let counts = match approval.ground {
            Ground::Votes => {
                let mut votes = self.parts.store.votes_on(approval.id).await?;
                votes.retain(|vote| vote.ballot == Ballot::Deny || !asker(vote.person));
                outcome(&votes, &approval.requirements) == IntentState::Approved
            }
            Ground::BreakGlass => self.glass_still_stands(approval, asker).await?,
            // Whoever applies a standing approval looks whether it still stands.
            Ground::Standing => true,
        };
        Ok((!counts).then(|| {
            let detail = "It did not run, because an approver lost their access since: too few \
                          of those who said yes may still say so. Ask again.";
            Problem {
                changed: vec!["approvers".to_owned()],
                ..Problem::new("approval_stale", detail)
            }
        }))
    }

    async fn fix_job_id(
        &self,
        context: &Context,
        intent: &IntentRecord,
        run: &RunRecord,
    ) -> Result<Preparation, ServiceError> {
        let agent = self.existing_agent(run.agent).await?;
        let dry_run: Option<DryRunFacts> = intent
            .dry_run
            .as_deref()
            .map(serde_json::from_str)
            .transpose()?;
        let id = ExecutionId::new(fresh_uuid());
        let execution = NewExecution {
            id,
            intent: intent.id,
            agent: agent.id,
            job_id: JobId::of(&id).to_string(),
            bytes: dry_run.map_or(0, |facts| facts.bytes),
            leased_until: self.lease(),
        };
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), self.now())
            .await?;
        if tx.jobs_of_agent(agent.id, false).await? >= u64::from(agent.caps.concurrent_jobs) {
            return Ok(Preparation::HasToWait);
        }
        if let Some(problem) = over_daily_bytes(&mut tx, &agent, execution.bytes).await? {
            drop(tx);
            self.close(context, intent, IntentState::Cancelled, &problem)
                .await?;
            return Ok(Preparation::Over);
        }
        // The move first: of two executors at once, the later one is told that it is.
        tx.move_intent(
            (intent.id, intent.run),
            IntentState::Approved,
            IntentState::Prepared,
            None,
        )
        .await?;
        let attempt = tx.insert_execution(&execution).await?;
        tx.note_table_uses(agent.id, touched(intent)?.iter())
            .await?;
        tx.commit().await?;
        Failpoint::Prepared.reached();
        Ok(Preparation::Held(attempt))
    }

    async fn close(
        &self,
        context: &Context,
        intent: &IntentRecord,
        to: IntentState,
        problem: &Problem,
    ) -> Result<(), ServiceError> {
        let problem = serde_json::to_string(problem)?;
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), self.now())
            .await?;
        tx.move_intent((intent.id, intent.run), intent.state, to, Some(&problem))
            .await?;
        if matches!(to, IntentState::Stale | IntentState::Expired) {
            let told = Notification::new(NotificationKind::ApprovalDecided).about(intent.id);
            tx.notify(&told).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// What changed, in words, and how to go on; none when nothing did.
fn stale(changes: &[Change], now: Option<&Problem>) -> Option<Problem> {
    if changes.is_empty() {
        return None;
    }
    let words: Vec<_> = changes.iter().map(|change| change.words.as_str()).collect();
    let because = now.map_or_else(String::new, |problem| format!(" ({})", problem.detail));
    let detail = format!(
        "It did not run, because what would run is no longer what was approved: {}{because}. \
         Ask again: the new request is decided anew.",
        words.join("; ")
    );
    let mut names: Vec<_> = changes
        .iter()
        .map(|c| c.input.as_str().to_owned())
        .collect();
    names.dedup();
    Some(Problem {
        changed: names,
        ..Problem::new("approval_stale", detail)
    })
}

/// The tables that an intent touches, as the analysis says.
fn touched(intent: &IntentRecord) -> Result<BTreeSet<TableName>, ServiceError> {
    let Some(analysis) = &intent.analysis else {
        return Ok(BTreeSet::new());
    };
    let analysis: Analysis = serde_json::from_str(analysis)?;
    let tables = analysis.reads().into_iter().chain(analysis.writes());
    Ok(tables.cloned().collect())
}
