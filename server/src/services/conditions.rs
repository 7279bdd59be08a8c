//! Conditions that an approver adds to their yes: seen before they confirm, and bound into
//! what is approved in the same change as their vote.

use std::collections::BTreeSet;

use analysis::Analysis;
use domain::{ApprovalId, Ballot, ColumnName, Conditions, Digest, IntentState, Narrowing, Route};
use store::{Narrowed, Transaction};

use super::{
    ApprovalView, Assessment, CastVote, ResultColumn, ServiceError, Services,
    aggregates::not_aggregates,
    approvals::Besides,
    binding::{Binding, Change, Input},
    intent_views::read_json,
    judgement::assessed,
    output_columns,
    unmasking::find,
};
use crate::context::Context;

/// What may differ once conditions are added: what they are, and what follows from them.
const FOLLOWING: [Input; 5] = [
    Input::Conditions,
    Input::Findings,
    Input::MaskedSql,
    Input::MaskingPlan,
    Input::SaltKey,
];

/// What would run under some conditions.
#[derive(Debug, Clone)]
pub struct ConditionsView {
    /// The approval.
    pub approval: ApprovalView,
    /// What its voters and this person together restrict.
    pub conditions: Conditions,
    /// The SQL that would run.
    pub masked_sql: String,
    /// The columns of its answer.
    pub columns: Vec<ResultColumn>,
    /// Of exactly what would be approved.
    pub digest: Digest,
}

/// An approval as it would be with one more voter's conditions.
pub(super) struct NarrowedApproval {
    own: Conditions,
    narrowing: Narrowing,
    assessment: Assessment,
}

impl NarrowedApproval {
    pub(super) fn digest(&self) -> Digest {
        self.assessment.binding.digest()
    }

    /// What this voter alone wants.
    pub(super) const fn own(&self) -> &Conditions {
        &self.own
    }

    /// Makes it what is approved, if nobody narrowed the approval meanwhile.
    pub(super) async fn keep(
        &self,
        tx: &mut Transaction,
        view: &ApprovalView,
    ) -> Result<(), ServiceError> {
        let narrowed = Narrowed {
            approval: view.approval.id,
            intent: view.intent.intent.id,
            run: view.intent.run.id,
            narrowing: &self.narrowing,
            digests: (&view.approval.intent_digest, &self.digest().to_string()),
            assessed: &assessed(&self.assessment)?,
        };
        Ok(tx.narrow_approval(&narrowed).await?)
    }
}

impl Services {
    /// What would run if this person approved with these conditions. Changes nothing.
    pub async fn preview_conditions(
        &self,
        context: &Context,
        id: ApprovalId,
        own: Conditions,
    ) -> Result<ConditionsView, ServiceError> {
        let approval = self.approval(context, id).await?;
        if let Some(why) = approval.hindrance.filter(|why| !why.can_be_overcome()) {
            return Err(ServiceError::conflict(why.code(), why.sentence()));
        }
        let narrowed = self.narrowed(&approval, own).await?;
        let analysis = &narrowed.assessment.analysis;
        let dry_run = narrowed.assessment.dry_run.as_ref();
        let schema = dry_run.map(|facts| facts.schema.as_slice());
        Ok(ConditionsView {
            masked_sql: analysis.masked_sql.clone().unwrap_or_default(),
            columns: output_columns(analysis, schema.unwrap_or_default()),
            digest: narrowed.digest(),
            conditions: narrowed.narrowing.after().clone(),
            approval,
        })
    }

    /// Approves with conditions, provided that what would run is still what the person saw.
    pub async fn approve_with_conditions(
        &self,
        context: &Context,
        id: ApprovalId,
        cast: CastVote<'_>,
        (own, seen): (Conditions, &str),
    ) -> Result<IntentState, ServiceError> {
        let view = self.votable(context, id, &cast).await?;
        if cast.ballot != Ballot::Approve {
            return Err(ServiceError::invalid(
                "ballot",
                "a denial has no conditions",
            ));
        }
        let narrowed = self.narrowed(&view, own).await?;
        if narrowed.digest().to_string() != seen {
            return Err(ServiceError::conflict(
                "conditions_changed",
                "what would run is no longer what you saw; look at it again",
            ));
        }
        let besides = Besides {
            wish: None,
            narrowed: Some(&narrowed),
        };
        self.cast(context, &view, &cast, besides).await
    }

    async fn narrowed(
        &self,
        view: &ApprovalView,
        own: Conditions,
    ) -> Result<NarrowedApproval, ServiceError> {
        if own.row_cap() == Some(0) {
            let detail = "let at least one row out, or deny it";
            return Err(ServiceError::invalid("row_cap", detail));
        }
        let maskable = self.maskable_columns(view)?;
        if let Some(column) = own.masks().difference(&maskable).next() {
            let detail = format!("`{column}` is no column that the query reads unmasked");
            return Err(ServiceError::invalid("masks", detail));
        }
        if let Some(why) = self.not_aggregates(view).filter(|_| own.aggregate_only()) {
            return Err(ServiceError::invalid("aggregate_only", why));
        }
        let narrowing = view.approval.conditions.and(&own);
        let (intent, run) = (&view.intent.intent, &view.intent.run);
        let assessment = self.assess(intent, run, narrowing.after()).await?;
        if assessment.decision.route == Route::Block {
            let why = assessment.problem.map(|problem| problem.detail);
            let detail = why.unwrap_or_else(|| "under these conditions nothing may run".into());
            return Err(ServiceError::conflict("conditions_not_possible", detail));
        }
        let before: Option<Binding> = read_json(intent.binding.as_deref())?;
        let changes = before.map(|before| before.changes(&assessment.binding));
        require_nothing_else(changes.as_deref())?;
        Ok(NarrowedApproval {
            own,
            narrowing,
            assessment,
        })
    }

    /// Columns of tables that the query reads as they are: an approver may want them masked.
    pub fn maskable_columns(
        &self,
        view: &ApprovalView,
    ) -> Result<BTreeSet<ColumnName>, ServiceError> {
        let catalog = self.catalog.current()?;
        let analysis = view.intent.analysis.as_ref();
        let used = analysis.map(Analysis::used_columns);
        let unmask = &view.intent.intent.unmask;
        let names = used.iter().flatten().flat_map(|(table, paths)| {
            let names = paths
                .iter()
                .map(move |path| format!("{table}.{path}").parse());
            names.filter_map(Result::ok)
        });
        let is_bare = |name: &ColumnName| {
            let column = find(&catalog, name);
            column.is_some_and(|column| !column.is_sensitive()) || unmask.contains(name)
        };
        Ok(names.filter(is_bare).collect())
    }

    /// Why an approver cannot ask that only aggregates leave; none when they can.
    #[must_use]
    pub fn not_aggregates(&self, view: &ApprovalView) -> Option<String> {
        match &view.intent.analysis {
            Some(analysis) => not_aggregates(&view.intent.intent.sql, analysis),
            None => Some("the query was not analysed".to_owned()),
        }
    }
}

/// Conditions change what follows from them. What else changed since it was asked makes the
/// request stale: nobody approves that under the name of a condition.
fn require_nothing_else(changes: Option<&[Change]>) -> Result<(), ServiceError> {
    let others = changes.unwrap_or_default().iter();
    let others = others.filter(|change| !FOLLOWING.contains(&change.input));
    let words: Vec<_> = others.map(|change| change.words.as_str()).collect();
    if changes.is_some() && words.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "what would run is no longer what was asked: {}; deny it, so that the agent asks again",
        words.join("; ")
    );
    Err(ServiceError::conflict("approval_stale", detail))
}
