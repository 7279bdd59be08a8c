//! What tagged columns are used for, as policies ask.

use std::collections::{BTreeMap, BTreeSet};

use domain::Tag;
use serde::{Deserialize, Serialize};
use sqlparser::ast::{Expr, LimitClause, PipeOperator, Query, Value};

use crate::{
    value::{Flow, join},
    walk::{Clause, Walk},
};

/// The tags of the columns that a statement uses, by what it uses them for. One column may be
/// used for several things.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Uses {
    /// They flow into the answer, or into what is stored.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub projected: BTreeSet<Tag>,
    /// They decide which rows come.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub filtered: BTreeSet<Tag>,
    /// They decide which rows of two tables belong together.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub joined: BTreeSet<Tag>,
    /// They decide the groups.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub grouped: BTreeSet<Tag>,
    /// They decide the order of rows, or what a window function sees.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub ordered: BTreeSet<Tag>,
    /// They are what an aggregate function counts, sums or collects.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub aggregated: BTreeSet<Tag>,
}

impl Uses {
    /// Whether no tagged column is used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds another statement's.
    pub(crate) fn add(&mut self, other: &Self) {
        for (own, others) in [
            (&mut self.projected, &other.projected),
            (&mut self.filtered, &other.filtered),
            (&mut self.joined, &other.joined),
            (&mut self.grouped, &other.grouped),
            (&mut self.ordered, &other.ordered),
            (&mut self.aggregated, &other.aggregated),
        ] {
            own.extend(others.iter().cloned());
        }
    }
}

/// What columns were used for so far, also within views.
#[derive(Debug, Default)]
pub(crate) struct UsedFlows {
    deciding: BTreeMap<Clause, Flow>,
    aggregated: Flow,
    /// Whether what is followed is an argument of an aggregate function.
    pub is_aggregating: bool,
}

impl UsedFlows {
    /// Notes what a column is used for.
    pub fn note(&mut self, flow: &Flow, clause: Clause) {
        if clause != Clause::Value {
            let noted = self.deciding.entry(clause).or_default();
            *noted = join([&*noted, flow]);
        }
        if self.is_aggregating {
            self.aggregated = join([&self.aggregated, flow]);
        }
    }
}

/// The tags of everything that was used, given those of the columns that are answered with.
/// What decides about rows in no clause that is known, as in `DISTINCT`, counts as a filter.
pub(crate) fn uses(walk: &Walk<'_>, projected: BTreeSet<Tag>) -> Uses {
    let flows = &walk.uses;
    let of = |clause| flows.deciding.get(&clause).cloned().unwrap_or_default();
    let known = join(flows.deciding.values());
    let unexplained = walk.indirect.iter().filter(|n| !known.contains(**n));
    let mut filtered = tags(walk, &of(Clause::Filter));
    filtered.extend(unexplained.filter_map(|number| walk.sources.get(*number)?.tag.clone()));
    Uses {
        projected,
        filtered,
        joined: tags(walk, &of(Clause::Join)),
        grouped: tags(walk, &of(Clause::Group)),
        ordered: tags(walk, &join([&of(Clause::Order), &of(Clause::Window)])),
        aggregated: tags(walk, &flows.aggregated),
    }
}

fn tags(walk: &Walk<'_>, flow: &Flow) -> BTreeSet<Tag> {
    let sources = walk.sources.sensitive(flow);
    sources.filter_map(|source| source.tag.clone()).collect()
}

/// The number of a `LIMIT` that the whole query ends with; none where it is computed.
pub(crate) fn row_limit(query: &Query) -> Option<u64> {
    let limit = match (&query.limit_clause, query.pipe_operators.last()) {
        (_, Some(PipeOperator::Limit { expr, .. })) => expr,
        (Some(LimitClause::LimitOffset { limit, .. }), None) => limit.as_ref()?,
        _ => return None,
    };
    match limit {
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => number.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}
