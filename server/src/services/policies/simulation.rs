//! What other policies would have decided on past intents, side by side with what was decided.

use domain::{IntentId, PolicyDraftId, Route, RunId, Timestamp};
use store::{AssessedRecord, Store};

use super::super::{Problem, ServiceError, Services};
use crate::{
    context::Context,
    policy::{Decision, Facts, PolicySet},
};

/// How many past intents are looked at.
const MOST_INTENTS: u32 = 10_000;
/// How many of those that differ are listed.
const MOST_ROWS: usize = 100;
const DAYS: i64 = 30;

/// What policies would have decided on past intents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simulation {
    /// Intents that were decided as the policies would.
    pub same: usize,
    /// Intents of which it is not kept what policies were told.
    pub unknown: usize,
    /// How many went each way: run, approve, block.
    pub was: [usize; 3],
    /// How many would go each way.
    pub would: [usize; 3],
    /// How many would change, from what to what.
    pub changes: Vec<(Route, Route, usize)>,
    /// The latest of those that would be decided differently.
    pub rows: Vec<SimulationRow>,
}

/// One intent that would be decided differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulationRow {
    /// Which one.
    pub intent: IntentId,
    /// Within which run.
    pub run: RunId,
    /// When it came.
    pub received_at: Timestamp,
    /// What for.
    pub purpose: String,
    /// What was decided.
    pub was: Decision,
    /// What would be.
    pub would: Decision,
}

impl Services {
    /// What a draft would have decided on the intents of the last thirty days. None while it
    /// cannot be used as it is.
    pub async fn simulate_draft(
        &self,
        context: &Context,
        id: PolicyDraftId,
    ) -> Result<Option<Simulation>, ServiceError> {
        let view = self.policy_draft(context, id).await?;
        let Ok(policies) = PolicySet::from_files(&view.files) else {
            return Ok(None);
        };
        let since = context.now.plus_days(-DAYS);
        compared(&self.parts.store, &policies, since)
            .await
            .map(Some)
    }
}

/// Asks policies about every intent since a time.
pub async fn compared(
    store: &Store,
    policies: &PolicySet,
    since: Timestamp,
) -> Result<Simulation, ServiceError> {
    let mut simulation = Simulation::default();
    for record in store.assessed_intents_since(since, MOST_INTENTS).await? {
        simulation.add(&record, policies)?;
    }
    Ok(simulation)
}

impl Simulation {
    fn add(&mut self, record: &AssessedRecord, policies: &PolicySet) -> Result<(), ServiceError> {
        let was: Decision = serde_json::from_str(&record.decision)?;
        let Some(facts) = record.facts.as_deref() else {
            self.unknown += 1;
            return Ok(());
        };
        // Facts of another version of the program may have another shape.
        let Ok(facts) = serde_json::from_str::<Facts>(facts) else {
            self.unknown += 1;
            return Ok(());
        };
        let mut would = policies.decide(&facts);
        if was.route == Route::Block && !is_by_policy(record.problem.as_deref())? {
            would.route = Route::Block;
        }
        self.was[was.route as usize] += 1;
        self.would[would.route as usize] += 1;
        if is_same(&was, &would) {
            self.same += 1;
            return Ok(());
        }
        self.count_change(was.route, would.route);
        if self.rows.len() < MOST_ROWS {
            self.rows.push(SimulationRow {
                intent: record.id,
                run: facts.run.id,
                received_at: record.received_at,
                purpose: record.purpose.clone(),
                was,
                would,
            });
        }
        Ok(())
    }

    fn count_change(&mut self, was: Route, would: Route) {
        let known = self.changes.iter_mut();
        let mut known = known.filter(|(from, to, _)| (*from, *to) == (was, would));
        match known.next() {
            Some((_, _, count)) => *count += 1,
            None => self.changes.push((was, would, 1)),
        }
    }
}

/// Whether the route and everything that people would notice are the same.
fn is_same(was: &Decision, would: &Decision) -> bool {
    was.route == would.route
        && (was.route != Route::Approve
            || was.requirements == would.requirements
                && was.step_up == would.step_up
                && was.expires_after_seconds == would.expires_after_seconds
                && was.escalation == would.escalation)
}

/// What the analysis, a cap or the scope blocked stays blocked under any policy.
fn is_by_policy(problem: Option<&str>) -> Result<bool, ServiceError> {
    let problem: Option<Problem> = problem.map(serde_json::from_str).transpose()?;
    let codes = ["blocked_by_policy", "approval_impossible"];
    Ok(problem.is_none_or(|problem| codes.contains(&problem.code.as_str())))
}
