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
            JoinConstraint::Using(columns) => {
                let named = columns.iter().map(using_column);
                let named = named.collect::<Followed<Vec<_>>>()?;
                self.using(&named, joined, scope)?;
            }
            JoinConstraint::Natural => {
                let common = common_columns(scope, &joined);
                self.using(&common, joined, scope)?;
            }
        }
        Ok(())
    }

    /// A column named in `USING` stands for both sides' columns, once.
    fn using(
        &mut self,
        columns: &[(Rc<str>, Place)],
        mut joined: Vec<Relation>,
        scope: &mut Scope<'_>,
    ) -> Followed<()> {
        for (column, place) in columns {
            let left = left_value(scope, column, place)?;
            let right = joined.iter_mut().filter(|r| gives(r, column));
            let [right] = right.collect::<Vec<_>>().try_into().map_err(|_| {
                let message = format!("The right side of the join has no column `{column}`.");
                Refusal::new(FindingCode::UnknownColumn, place, message)
            })?;
            let Found::Column {
                value: right_value,
                pseudo_of: None,
            } = right.column(column, place)?
            else {
                return Err(Refusal::unsupported(place, "A pseudo-column in USING"));
            };
            self.step(scope.relations.len())?;
            for relation in scope.relations.iter_mut().chain([right]) {
                if !relation.merged.iter().any(|known| same_name(known, column)) {
                    relation.merged.push(Rc::clone(column));
                }
            }
            self.suspect_using(&left, &right_value, place);
            let value = Value::one_of(&[left, right_value]);
            self.within(Clause::Join, |walk| {
                walk.note(&value.flow, place);
                Ok(())
            })?;
            scope.merged.retain(|known| !known.is_named(column));
            scope.merged.push(field(Some(Rc::clone(column)), value));
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
        if inner.merged.is_empty() {
            return Ok(inner.relations);
        }
        // What `USING` joined comes first, as a relation without a name.
        let merged = Relation {
            fields: inner.merged,
            ..Relation::default()
        };
        Ok(std::iter::once(merged).chain(inner.relations).collect())
    }
}

fn using_column(object: &ObjectName) -> Followed<(Rc<str>, Place)> {
    let parts = path(object)?;
    let place = path_place(&parts);
    match parts.as_slice() {
        [column] => Ok((column.value.as_str().into(), place)),
        _ => Err(Refusal::unsupported(&place, "A path in USING")),
    }
}

/// Whether `SELECT *` over a relation has a column of this name.
fn gives(relation: &Relation, column: &str) -> bool {
    relation.starred().any(|field| field.is_named(column))
}

/// What `NATURAL JOIN` joins by: the names that both sides have.
fn common_columns(scope: &Scope<'_>, joined: &[Relation]) -> Vec<(Rc<str>, Place)> {
    let right = |name: &str| joined.iter().any(|relation| gives(relation, name));
    let left = scope.relations.iter().flat_map(Relation::starred);
    let names = scope
        .merged
        .iter()
        .chain(left)
        .filter_map(|f| f.name.clone());
    names
        .filter(|name| right(name))
        .map(|name| (name, 0..0))
        .collect()
}

/// The column on the left side of a join, from whichever relation has it.
fn left_value(scope: &Scope<'_>, column: &str, place: &Place) -> Followed<Value> {
    if let Some(known) = scope.merged.iter().find(|field| field.is_named(column)) {
        return Ok(known.value.clone());
    }
    let mut found = scope
        .relations
        .iter()
        .flat_map(|relation| relation.starred().filter(|f| f.is_named(column)));
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
