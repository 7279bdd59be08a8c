//! What a statement may be after, seen from how it uses tagged columns. All of it can be
//! followed and masked; it is told to whoever decides.

use std::ops::ControlFlow;

use domain::TableName;
use sqlparser::ast::{
    BinaryOperator, DataType, Expr, FunctionArguments, Select, Spanned, Value as Literal, Visit,
    Visitor,
};

use super::{Clause, Walk, expression::place_of};
use crate::{
    finding::{FindingCode, Place},
    lexer::place,
    scope::{Relation, Scope},
    value::{Flow, Value, join},
};

/// Groups of fewer rows may be single people.
const FEWEST_ROWS: u64 = 10;

/// A table of the text that has a partition column.
#[derive(Debug, Clone)]
pub(crate) struct Partitioned {
    pub place: Place,
    pub table: String,
    pub column: String,
    /// What the column's values carry.
    pub flow: Flow,
    /// Whether BigQuery refuses to read the table without such a filter.
    pub required: bool,
}

impl Walk<'_> {
    /// Notes a table of the text that has a partition column.
    pub(super) fn note_partition(&mut self, full: &TableName, relation: &Relation, place: &Place) {
        let catalog = self.catalog;
        let Some(table) = catalog.tables.get(full).filter(|_| self.views.is_empty()) else {
            return;
        };
        let Some(column) = &table.partition_column else {
            return;
        };
        // Both pseudo-columns of a table partitioned by its ingestion limit what is read.
        let names = [column.as_str(), "_PARTITIONDATE"];
        let ingested = column.eq_ignore_ascii_case("_PARTITIONTIME");
        let limiting = &names[..if ingested { 2 } else { 1 }];
        let fields = relation.fields.iter().chain(&relation.pseudo);
        let fields = fields.filter(|f| limiting.iter().any(|name| f.is_named(name)));
        self.partitioned.push(Partitioned {
            place: place.clone(),
            table: full.to_string(),
            column: column.clone(),
            flow: join(fields.map(|field| &field.value.flow)),
            required: table.require_partition_filter,
        });
    }

    /// A comparison of a tagged value with what no column flows into. A column of such a table
    /// is a list of guesses; within a join a literal is one, too.
    pub(super) fn suspect_comparison(&mut self, sides: [(&Expr, &Flow); 2]) {
        let [(left, left_flow), (right, right_flow)] = sides;
        for ((tagged, flow), (other, nothing)) in [
            ((left, left_flow), (right, right_flow)),
            ((right, right_flow), (left, left_flow)),
        ] {
            let guesses = nothing.is_empty() && self.is_sensitive(flow);
            if guesses && (self.clause == Clause::Join || names_column(other)) {
                self.guess(&covering(tagged));
            }
        }
    }

    /// `IN` a list, an array or a query of constants.
    pub(super) fn suspect_list(&mut self, tested: (&Expr, &Value), list: &Value) {
        if list.flow.is_empty() && self.is_sensitive(&tested.1.flow) {
            self.guess(&covering(tested.0));
        }
    }

    /// `USING` joins two columns of which only one comes from a table.
    pub(super) fn suspect_using(&mut self, left: &Value, right: &Value, place: &Place) {
        let one_sided = left.flow.is_empty() != right.flow.is_empty();
        if one_sided && (self.is_sensitive(&left.flow) || self.is_sensitive(&right.flow)) {
            self.guess(place);
        }
    }

    fn guess(&mut self, place: &Place) {
        let message = "A tagged column is compared with a list of guesses.".to_owned();
        self.find(FindingCode::GuessTable, place, message);
    }

    /// A call that fails for some values: whether it fails tells about them.
    pub(super) fn suspect_call(&mut self, called: &str, value: &Value, place: &Place) {
        if FAILING.binary_search(&called).is_ok() {
            self.suspect_failure(&format!("`{called}`"), &value.flow, place);
        }
    }

    /// A cast that fails for some texts.
    pub(super) fn suspect_cast(&mut self, expr: &Expr, value: &Value, to: &DataType) {
        if !matches!(to, DataType::String(_) | DataType::Bytes(_)) {
            self.suspect_failure("This cast", &value.flow, &covering(expr));
        }
    }

    /// A division by zero tells that the value is zero.
    pub(super) fn suspect_operator(&mut self, op: &BinaryOperator, right: (&Expr, &Flow)) {
        if *op == BinaryOperator::Divide {
            self.suspect_failure("This division", right.1, &covering(right.0));
        }
    }

    fn suspect_failure(&mut self, what: &str, flow: &Flow, place: &Place) {
        self.note_failing(flow);
        if self.is_sensitive(flow) {
            let message = format!("{what} of a tagged value fails for some values.");
            self.find(FindingCode::FailingFunction, place, message);
        }
    }

    /// An error in a view's definition, which runs raw, can carry the value that it fails for.
    pub(super) fn note_failing(&mut self, flow: &Flow) {
        if !self.views.is_empty() {
            self.failing = join([&self.failing, flow]);
        }
    }

    /// Groups by two tagged columns, or groups that are kept because they are small, over a
    /// table with tagged columns.
    pub(super) fn suspect_small_groups(&mut self, select: &Select, keys: &Flow, scope: &Scope<'_>) {
        if self.sources.sensitive(keys).nth(1).is_some() {
            let message = "Several tagged columns make the groups: one may be a single person.";
            let place = place(select.group_by.span());
            self.find(FindingCode::SmallGroups, &place, message.to_owned());
        }
        let Some(having) = &select.having else { return };
        let tagged = |relation: &Relation| {
            let mut fields = relation.fields.iter();
            fields.any(|field| self.is_sensitive(&field.value.flow))
        };
        if scope.relations.iter().any(tagged)
            && let ControlFlow::Break(place) = having.visit(&mut SmallCount)
        {
            let message = format!("Groups of fewer than {FEWEST_ROWS} rows are looked for.");
            self.find(FindingCode::SmallGroups, &place, message);
        }
    }
}

/// Where an expression stands, its operands included.
fn covering(expr: &Expr) -> Place {
    let known = place_of(expr);
    if known.is_empty() {
        place(expr.span())
    } else {
        known
    }
}

/// Whether an expression names a column, however deep.
fn names_column(expr: &Expr) -> bool {
    struct Names;
    impl Visitor for Names {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            match expr {
                Expr::Identifier(_) | Expr::CompoundIdentifier(_) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        }
    }
    expr.visit(&mut Names).is_break()
}

/// Finds a count that is compared so that only small groups stay.
struct SmallCount;

impl Visitor for SmallCount {
    type Break = Place;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Place> {
        use BinaryOperator as Op;
        let Expr::BinaryOp { left, op, right } = expr else {
            return ControlFlow::Continue(());
        };
        let small = match op {
            Op::Lt | Op::LtEq => is_count(left) && is_small(right),
            Op::Gt | Op::GtEq => is_small(left) && is_count(right),
            Op::Eq => is_count(left) && is_small(right) || is_small(left) && is_count(right),
            _ => false,
        };
        if small {
            ControlFlow::Break(place(expr.span()))
        } else {
            ControlFlow::Continue(())
        }
    }
}

fn is_count(expr: &Expr) -> bool {
    let Expr::Function(function) = expr else {
        return false;
    };
    matches!(function.args, FunctionArguments::List(_))
        && matches!(function.name.0.as_slice(), [only] if only
            .as_ident()
            .is_some_and(|ident| ident.value.eq_ignore_ascii_case("COUNT")))
}

fn is_small(expr: &Expr) -> bool {
    let Expr::Value(value) = expr else {
        return false;
    };
    match &value.value {
        Literal::Number(digits, _) => digits.parse().is_ok_and(|n: u64| n <= FEWEST_ROWS),
        _ => false,
    }
}

/// Functions that fail for some arguments, sorted for binary search. With `SAFE.` before them
/// they do not; what is left out fails, if at all, for constants only.
#[rustfmt::skip]
const FAILING: &[&str] = &[
    "AEAD.DECRYPT_BYTES", "AEAD.DECRYPT_STRING", "BOOL", "CHR", "CODE_POINTS_TO_STRING", "DATE",
    "DATETIME", "DETERMINISTIC_DECRYPT_BYTES", "DETERMINISTIC_DECRYPT_STRING", "DIV", "FLOAT64",
    "FROM_BASE32", "FROM_BASE64", "FROM_HEX", "INT64", "LN", "LOG", "LOG10", "MOD",
    "NET.IP_FROM_STRING", "PARSE_BIGNUMERIC", "PARSE_DATE", "PARSE_DATETIME", "PARSE_JSON",
    "PARSE_NUMERIC", "PARSE_TIME", "PARSE_TIMESTAMP", "POW", "POWER", "REPEAT", "SQRT",
    "STRING", "ST_GEOGFROMTEXT", "TIME", "TIMESTAMP",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_search_finds_everything() {
        assert!(FAILING.is_sorted());
    }
}
