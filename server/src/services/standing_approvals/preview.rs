//! What a standing approval would have approved: an agent's past queries of the same kind.

use domain::{ApprovalId, IntentId, IntentState, StandingTerms, Timestamp};
use store::IntentRecord;

use super::{
    similarity::{Similar, Unlike, similar},
    terms, window,
};
use crate::{
    context::Context,
    services::{ApprovalView, ServiceError, Services},
};

/// How far back a preview looks, in days.
pub const PREVIEW_DAYS: i64 = 30;
/// The most past queries that a preview looks at, the newest.
const LOOKED_AT: usize = 2000;

/// What approving similar queries would mean.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The request that it begins with.
    pub view: ApprovalView,
    /// The query as one of its kind.
    pub similar: Similar,
    /// The terms as they would be granted.
    pub terms: Option<StandingTerms>,
    /// The most bytes that each query can be allowed.
    pub bytes_maximum: u64,
    /// The latest end.
    pub latest_end: Timestamp,
    /// Past queries of this kind, the newest first, each with whether the terms cover it.
    pub past: Vec<(PastQuery, bool)>,
    /// How many queries were looked at.
    pub looked_at: usize,
}

impl Preview {
    /// How many past queries the terms cover.
    #[must_use]
    pub fn covered(&self) -> usize {
        self.past.iter().filter(|(_, covered)| *covered).count()
    }
}

/// A query that an agent asked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastQuery {
    /// Which.
    pub intent: IntentId,
    /// Within which run.
    pub run: domain::RunId,
    /// When it came.
    pub received_at: Timestamp,
    /// What became of it.
    pub state: IntentState,
    /// What it would process.
    pub bytes: u64,
}

impl Services {
    /// What terms would have covered in the past days; without terms, every query of this kind
    /// counts as covered. Terms that could not be granted are refused here already.
    pub async fn preview_standing(
        &self,
        context: &Context,
        approval: ApprovalId,
        terms: Option<&StandingTerms>,
    ) -> Result<Preview, ServiceError> {
        let view = self.approval(context, approval).await?;
        let similar = kind_of(&view)?;
        let settled =
            terms.map(|terms| terms::settled(terms, similar.bytes, &view.agent, context.now));
        let terms = settled.transpose()?;
        let since = context.now.plus_days(-PREVIEW_DAYS);
        let intents = self
            .parts
            .store
            .intents_of_agent(view.agent.id, since, context.now);
        let intents = intents.await?;
        let looked_at = intents.len().min(LOOKED_AT);
        let mut past = Vec::new();
        for intent in intents.into_iter().rev().take(LOOKED_AT) {
            if intent.id == view.intent.intent.id {
                continue;
            }
            if let Some(query) = self.past_query(intent, &similar).await? {
                let covered = terms.as_ref().is_none_or(|terms| covers(terms, &query));
                past.push((query, covered));
            }
        }
        Ok(Preview {
            bytes_maximum: terms::bytes_maximum(similar.bytes, &view.agent),
            latest_end: terms::latest_end(&view.agent, context.now),
            view,
            similar,
            terms,
            past,
            looked_at,
        })
    }

    async fn past_query(
        &self,
        intent: IntentRecord,
        kind: &Similar,
    ) -> Result<Option<PastQuery>, ServiceError> {
        if intent.analysis.is_none() || intent.dry_run.is_none() {
            return Ok(None);
        }
        let view = self.view_intent(intent).await?;
        let same = similar(&view)?.ok().filter(|s| s.digest == kind.digest);
        Ok(same.map(|same| PastQuery {
            intent: view.intent.id,
            run: view.intent.run,
            received_at: view.intent.received_at,
            state: view.intent.state,
            bytes: same.bytes,
        }))
    }
}

/// The kind of what is asked to be approved.
pub(super) fn kind_of(view: &ApprovalView) -> Result<Similar, ServiceError> {
    let kind = similar(&view.intent)?;
    kind.map_err(|unlike: Unlike| ServiceError::conflict(unlike.code(), unlike.sentence()))
}

fn covers(terms: &StandingTerms, query: &PastQuery) -> bool {
    let window = terms.window.as_ref();
    query.bytes <= terms.bytes
        && window.is_none_or(|window| window::is_open(window, query.received_at))
}
