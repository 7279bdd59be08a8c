//! Joins, and what `USING` makes of their columns.

use std::rc::Rc;

use sqlparser::ast::{Join, JoinConstraint, JoinOperator, ObjectName, TableWithJoins};

use super::{Clause, Ctes, Walk, field, names::path_place, path};
use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    scope::{Found, Relation, Scope},
    value::{Value, same_name},
};

impl Walk<'_> {
    pub(super) fn join(&mut self, join: &Join, scope: &mut Scope<'_>, ctes: &Ctes) -> Followed<()> {
        let Join {
            relation,
            global: false,
            join_operator,
        } = join
        else {
            return Err(Refusal::unsupported(&(0..0), "This kind of join"));
        };
        let joined = self.factor(relation, scope, ctes)?;
        let (JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint)) = join_operator
        else {
            return Err(Refusal::unsupported(&(0..0), "This kind of join"));
        };
        match constraint {
            JoinConstraint::None => scope.relations.extend(joined),
            JoinConstraint::On(predicate) => {
                scope.relations.extend(joined);
                self.within(Clause::Join, |walk| walk.expression(predicate, scope, ctes))?;
            }
            JoinConstraint::Using(columns) => self.using(columns, joined, scope)?,
            JoinConstraint::Natural => {
                return Err(Refusal::unsupported(&(0..0), "NATURAL JOIN"));
            }
        }
        Ok(())
    }

    /// A column named in `USING` stands for both sides' columns, once.
    fn using(
        &mut self,
        columns: &[ObjectName],
        mut joined: Vec<Relation>,
        scope: &mut Scope<'_>,
    ) -> Followed<()> {
        for object in columns {
            let parts = path(object)?;
            let place = path_place(&parts);
            let [column] = parts.as_slice() else {
                return Err(Refusal::unsupported(&place, "A path in USING"));
            };
            let column = column.value.as_str();
            let left = left_value(scope, column, &place)?;
            let [right, ..] = joined.as_mut_slice() else {
                return Err(Refusal::unsupported(&place, "USING here"));
            };
            let Found::Column {
                value: right_value,
                pseudo_of: None,
            } = right.column(column, &place)?
            else {
                return Err(Refusal::unsupported(&place, "A pseudo-column in USING"));
            };
            self.step(scope.relations.len())?;
            let merged: Rc<str> = column.into();
            for relation in scope.relations.iter_mut().chain([right]) {
                if !relation.merged.iter().any(|known| same_name(known, column)) {
                    relation.merged.push(Rc::clone(&merged));
                }
            }
            let value = Value::one_of(&[left, right_value]);
            self.within(Clause::Join, |walk| {
                walk.note(&value.flow, &place);
                Ok(())
            })?;
            scope.merged.retain(|known| !known.is_named(column));
            scope.merged.push(field(Some(merged), value));
        }
        scope.relations.extend(joined);
        Ok(())
    }

    /// A join in brackets: its own names, then all of them outside.
    pub(super) fn nested_join(
        &mut self,
        item: &TableWithJoins,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Relation>> {
        let mut inner = Scope::within(scope.outer);
        self.table_with_joins(item, &mut inner, ctes)?;
        if !inner.merged.is_empty() {
            return Err(Refusal::unsupported(
                &(0..0),
                "USING within a join in brackets",
            ));
        }
        Ok(inner.relations)
    }
}

/// The column on the left side of a join, from whichever relation has it.
fn left_value(scope: &Scope<'_>, column: &str, place: &Place) -> Followed<Value> {
    if let Some(known) = scope.merged.iter().find(|field| field.is_named(column)) {
        return Ok(known.value.clone());
    }
    let mut found = scope
        .relations
        .iter()
        .flat_map(|relation| relation.fields.iter().filter(|f| f.is_named(column)));
    match (found.next(), found.next()) {
        (Some(field), None) => Ok(field.value.clone()),
        (None, _) => {
            let message = format!("The left side of the join has no column `{column}`.");
            Err(Refusal::new(FindingCode::UnknownColumn, place, message))
        }
        _ => {
            let message = format!("The left side of the join has several columns `{column}`.");
            Err(Refusal::new(FindingCode::AmbiguousName, place, message))
        }
    }
}
