//! Judging an intent: analysis, BigQuery's own word, and the policy.

mod dry_run;
mod facts;
mod overlay;
mod problems;

use analysis::{Analysis, Catalog, analyse};
use domain::{Conditions, Digest, Route};
use sha2::{Digest as _, Sha256};
use store::{IntentRecord, RunRecord};

pub use dry_run::DryRunFacts;
pub(super) use dry_run::parameters;

use self::{
    overlay::Overlay,
    problems::{not_understood, policy_problem, too_dear},
};
use super::{
    Problem, ServiceError, Services, aggregates::not_aggregates, binding::Binding,
    scope_check::Outside, unmasking,
};
use crate::{
    policy::{Decision, Facts},
    warehouse::{TableDescription, WarehouseError},
};

/// How often an intent is judged anew because its tables differ from the catalog.
const MOST_LOOKS: usize = 3;

/// Everything that was found out about an intent, and what the policy said.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// What the text says.
    pub analysis: Analysis,
    /// What BigQuery says; none when it was not asked, because the text alone forbids it.
    pub dry_run: Option<DryRunFacts>,
    /// What the policy was told.
    pub facts: Facts,
    /// What the policy says.
    pub decision: Decision,
    /// Why it is blocked, when it is.
    pub problem: Option<Problem>,
    /// The tables and views that it touches, as they are now.
    pub objects: Vec<TableDescription>,
    /// Digests of all that a decision is bound to.
    pub(super) binding: Binding,
}

/// What the text says: as the policy is told, and as it would run.
struct Texts {
    /// With the columns that are asked for unmasked.
    asked: Analysis,
    /// With the approvers' further masks besides.
    runs: Analysis,
}

impl Texts {
    fn of(intent: &IntentRecord, catalog: &Catalog, conditions: &Conditions) -> Self {
        let read = |overlay: &Overlay<'_>| {
            let mut analysis = analyse(&intent.sql, &overlay.over(catalog));
            unmasking::note(&mut analysis, &intent.unmask);
            analysis
        };
        let unmask = Overlay::unmasking(&intent.unmask);
        let asked = read(&unmask);
        let runs = if conditions.masks().is_empty() {
            asked.clone()
        } else {
            read(&unmask.and_masking(conditions.masks()))
        };
        Self { asked, runs }
    }
}

impl Services {
    /// Judges an intent as of now, by its tables as they are now. Changes nothing.
    pub(super) async fn assess(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        conditions: &Conditions,
    ) -> Result<Assessment, ServiceError> {
        for _ in 0..MOST_LOOKS {
            let assessment = self.assess_by_catalog(intent, run, conditions).await?;
            // A tag that is newer than the catalog: what was masked by the old one is not enough.
            if !self.catalog.learn(&assessment.objects)? {
                return Ok(assessment);
            }
        }
        Err(ServiceError::Warehouse(WarehouseError::Unavailable {
            why: "its tables change too often to be looked at",
        }))
    }

    async fn assess_by_catalog(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        conditions: &Conditions,
    ) -> Result<Assessment, ServiceError> {
        let catalog = self.catalog.seen_by(intent)?;
        let Texts {
            mut asked,
            mut runs,
        } = Texts::of(intent, &catalog, conditions);
        let outside = self.outside(&asked, run).await?;
        let refused = refused(intent, conditions, (&asked, &catalog), &outside);
        let mut problem = not_understood(&runs);
        let mut dry_run = None;
        // Of what lies outside the scope, BigQuery is not even asked.
        if runs.understood && runs.route != Route::Block && refused.is_none() {
            (dry_run, problem) = self.compare(intent, run, &mut runs).await?;
        }
        asked.understood &= runs.understood;
        asked.route = asked.route.stricter(runs.route);
        let judged = (&asked, dry_run.as_ref());
        let facts = self
            .facts(judged, intent, run, &catalog, &outside.tables)
            .await?;
        let mut decision = self.policy().await?.decide(&facts);
        decision.route = decision.route.stricter(asked.route);
        if asked.route == Route::Block && problem.is_none() {
            problem = Some(policy_problem(&runs, &decision));
        }
        // The scope is the run's contract, and caps are the agent's: no policy file widens them.
        if let Some(refused) = refused.or_else(|| too_dear(intent, dry_run.as_ref())) {
            decision.route = Route::Block;
            problem = problem.or(Some(refused));
        }
        if decision.route == Route::Block && problem.is_none() {
            problem = Some(policy_problem(&runs, &decision));
        }
        let objects = match &dry_run {
            Some(facts) => self.objects_now(&runs, facts).await?,
            None => Vec::new(),
        };
        let judged = (&runs, dry_run.as_ref(), &decision);
        let binding = self
            .bind((intent, run), judged, &objects, conditions)
            .await?;
        Ok(Assessment {
            analysis: runs,
            dry_run,
            facts,
            decision,
            problem,
            objects,
            binding,
        })
    }
}

/// What no policy can allow.
fn refused(
    intent: &IntentRecord,
    conditions: &Conditions,
    (analysis, catalog): (&Analysis, &Catalog),
    outside: &Outside,
) -> Option<Problem> {
    let of_aggregates = || {
        let why = not_aggregates(&intent.sql, analysis)?;
        Some(Problem::new("not_aggregates", why))
    };
    outside
        .problem()
        .or_else(|| unmasking::refused(&intent.unmask, analysis, catalog))
        .or_else(|| of_aggregates().filter(|_| conditions.aggregate_only()))
}

/// SHA-256 of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}
