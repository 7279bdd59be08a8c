//! Following a statement through its scopes, with everything that is learnt on the way.

mod built_in;
mod call;
mod expression;
mod from;
mod join;
mod names;
mod own;
mod pipe;
mod pivot;
mod query;
mod select;
mod star;
mod suspect;
mod table;
mod window;

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use domain::{Finding, TableName};

use crate::{
    catalog::Catalog,
    finding::{FindingCode, Followed, Place, Refusal},
    mask::Masks,
    uses::UsedFlows,
    value::{Field, Flow, Sources, Value, join},
};

pub(crate) use from::alias_name;
pub(crate) use names::{name, path, path_place};
pub(crate) use own::Function;
use own::Own;
pub(crate) use query::{Ctes, Output};
pub(crate) use suspect::Partitioned;
use table::Known;
pub(crate) use table::{Masked, Star};

/// How deep expressions and queries may nest in the tree.
const DEEPEST_TREE: usize = 150;
/// How much one statement may multiply: expressions and columns that are followed.
const MOST_STEPS: usize = 1_000_000;

/// What a value is used for at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Clause {
    /// It flows into the answer.
    Value,
    Filter,
    Join,
    Group,
    Order,
    Window,
}

impl Clause {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Filter => "filter",
            Self::Join => "join",
            Self::Group => "group",
            Self::Order => "order",
            Self::Window => "window",
        }
    }
}

/// One walk over one statement.
pub(crate) struct Walk<'c> {
    pub catalog: &'c Catalog,
    pub masks: &'c Masks<'c>,
    pub sources: Sources,
    /// Columns that only decide which rows come.
    pub indirect: Flow,
    /// The columns for whose values the definition of a view may fail.
    failing: Flow,
    /// Where columns are named, for what, and what flows there.
    pub references: BTreeMap<(usize, usize, Clause), Flow>,
    /// What columns are used for.
    pub uses: UsedFlows,
    pub findings: Vec<Finding>,
    pub reads: BTreeSet<TableName>,
    pub writes: BTreeSet<TableName>,
    /// Relations of the text that were explained, by the place of their name.
    pub explained: BTreeSet<usize>,
    /// Tables of the text that must be masked, by the place of their name.
    pub masked: BTreeMap<usize, Masked>,
    /// Tables of the text that have a partition column.
    pub partitioned: Vec<Partitioned>,
    /// Where names start that also name a column of an answer, if they may be pseudo-columns.
    pub naming: BTreeSet<usize>,
    own: Own,
    tables: BTreeMap<TableName, Rc<Known>>,
    clause: Clause,
    /// What the keys of the present `GROUP BY` carry.
    grouped: Flow,
    views: Vec<TableName>,
    depth: usize,
    steps: usize,
}

impl<'c> Walk<'c> {
    pub fn new(catalog: &'c Catalog, masks: &'c Masks<'c>) -> Self {
        Self {
            catalog,
            masks,
            sources: Sources::default(),
            indirect: Flow::default(),
            failing: Flow::default(),
            references: BTreeMap::new(),
            uses: UsedFlows::default(),
            findings: Vec::new(),
            reads: BTreeSet::new(),
            writes: BTreeSet::new(),
            explained: BTreeSet::new(),
            masked: BTreeMap::new(),
            partitioned: Vec::new(),
            naming: BTreeSet::new(),
            own: Own::default(),
            tables: BTreeMap::new(),
            clause: Clause::Value,
            grouped: Flow::default(),
            views: Vec::new(),
            depth: 0,
            steps: 0,
        }
    }

    /// Follows something one level deeper.
    fn deeper<T>(&mut self, follow: impl FnOnce(&mut Self) -> Followed<T>) -> Followed<T> {
        self.step(1)?;
        if self.depth >= DEEPEST_TREE {
            let message = "The statement nests too deep.";
            return Err(Refusal::new(FindingCode::TooDeep, &(0..0), message));
        }
        self.depth += 1;
        let followed = follow(self);
        self.depth -= 1;
        followed
    }

    /// Counts work, so that no short text can multiply without end.
    fn step(&mut self, steps: usize) -> Followed<()> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps <= MOST_STEPS {
            return Ok(());
        }
        let message = "The statement multiplies columns too often.";
        Err(Refusal::new(FindingCode::TooDeep, &(0..0), message))
    }

    /// Follows a clause that decides about rows. Within such a clause everything does.
    pub fn within<T>(
        &mut self,
        clause: Clause,
        follow: impl FnOnce(&mut Self) -> Followed<T>,
    ) -> Followed<T> {
        let outer = self.clause;
        if outer == Clause::Value {
            self.clause = clause;
        }
        let followed = follow(self);
        self.clause = outer;
        followed
    }

    /// Follows the arguments of a function.
    fn within_call<T>(
        &mut self,
        is_aggregate: bool,
        follow: impl FnOnce(&mut Self) -> Followed<T>,
    ) -> Followed<T> {
        let outer = self.uses.is_aggregating;
        self.uses.is_aggregating |= is_aggregate;
        let followed = follow(self);
        self.uses.is_aggregating = outer;
        followed
    }

    /// Notes that the text names a value here.
    pub fn note(&mut self, flow: &Flow, place: &Place) {
        if flow.is_empty() {
            return;
        }
        if self.clause == Clause::Group {
            self.grouped = join([&self.grouped, flow]);
        }
        if self.clause != Clause::Value {
            self.indirect = join([&self.indirect, flow]);
        }
        self.uses.note(flow, self.clause);
        if self.views.is_empty() {
            let key = (place.start, place.end, self.clause);
            let noted = self.references.entry(key).or_default();
            *noted = join([&*noted, flow]);
        }
    }

    /// Notes that the values of these columns decide which rows come, as in `DISTINCT`.
    fn decide(&mut self, output: &Output) {
        for field in &output.fields {
            self.indirect = join([&self.indirect, &field.value.flow]);
        }
    }

    /// Adds a finding about the text as asked; views are not part of it.
    fn find(&mut self, code: FindingCode, place: &Place, message: String) {
        if self.views.is_empty() {
            self.findings.push(code.at(place, message));
        }
    }

    fn is_sensitive(&self, flow: &Flow) -> bool {
        self.sources.sensitive(flow).next().is_some()
    }
}

/// A column of an answer or a relation.
fn field(name: Option<Rc<str>>, value: Value) -> Field {
    Field { name, value }
}
