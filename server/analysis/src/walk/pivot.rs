//! `PIVOT` and `UNPIVOT`, of `FROM` and of pipes.

use std::{collections::BTreeSet, ops::ControlFlow, rc::Rc};

use sqlparser::ast::{
    Expr, ExprWithAlias, Ident, PivotValueSource, TableFactor, UnaryOperator, Value as Literal,
    visit_expressions,
};

use super::{Clause, Ctes, Walk, field, from::alias_name, name};
use crate::{
    finding::{Followed, Refusal},
    scope::{Relation, Scope},
    value::{Field, Value},
};

impl Walk<'_> {
    pub(super) fn pivot(
        &mut self,
        factor: &TableFactor,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Relation> {
        let TableFactor::Pivot {
            table,
            aggregate_functions,
            value_column,
            value_source,
            default_on_null: None,
            alias,
        } = factor
        else {
            return Err(Refusal::unsupported(&(0..0), "This form of PIVOT"));
        };
        let [key] = value_column.as_slice() else {
            return Err(Refusal::unsupported(&(0..0), "PIVOT over several columns"));
        };
        let input = self.operand(table, scope, ctes)?;
        let fields = self.pivoted(aggregate_functions, key, value_source, &input, ctes)?;
        Ok(Relation {
            name: alias_name(alias.as_ref())?,
            fields,
            ..Relation::default()
        })
    }

    /// The columns that pivoting what is in reach gives.
    pub(super) fn pivoted(
        &mut self,
        aggregates: &[ExprWithAlias],
        key: &Expr,
        values: &PivotValueSource,
        input: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        let PivotValueSource::List(values) = values else {
            return Err(Refusal::unsupported(&(0..0), "This form of PIVOT"));
        };
        self.everything(input)?;
        // Its values are compared with those of the list.
        let key_value = self.within(Clause::Filter, |walk| walk.expression(key, input, ctes))?;
        let mut used = named_columns(key);
        let mut cells = Vec::new();
        for ExprWithAlias { expr, alias } in aggregates {
            used.extend(named_columns(expr));
            let value = self.expression(expr, input, ctes)?;
            cells.push((alias, Value::from_all([&value, &key_value])));
        }
        let mut fields = remaining(input, &used);
        for literal in values {
            let suffix = pivot_name(literal)?;
            for (alias, value) in &cells {
                let own = match alias {
                    Some(alias) => format!("{}_{suffix}", name(alias)?),
                    None => suffix.clone(),
                };
                fields.push(field(Some(own.into()), value.clone()));
            }
        }
        self.step(fields.len())?;
        Ok(fields)
    }

    pub(super) fn unpivot(
        &mut self,
        factor: &TableFactor,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Relation> {
        let TableFactor::Unpivot {
            table,
            value,
            name: key,
            columns,
            null_inclusion: _,
            alias,
        } = factor
        else {
            return Err(Refusal::unsupported(&(0..0), "This form of UNPIVOT"));
        };
        let input = self.operand(table, scope, ctes)?;
        let columns = columns.iter().map(|column| identifiers(&column.expr));
        let columns = columns.collect::<Followed<Vec<_>>>()?;
        let fields = self.unpivoted(&identifiers(value)?, key, &columns, &input)?;
        Ok(Relation {
            name: alias_name(alias.as_ref())?,
            fields,
            ..Relation::default()
        })
    }

    /// The columns that unpivoting what is in reach gives: each group of columns fills the new
    /// ones by position.
    pub(super) fn unpivoted(
        &mut self,
        new: &[&Ident],
        key: &Ident,
        groups: &[Vec<&Ident>],
        input: &Scope<'_>,
    ) -> Followed<Vec<Field>> {
        self.everything(input)?;
        let mut used = BTreeSet::new();
        let mut values = vec![Vec::new(); new.len()];
        for group in groups {
            if group.len() != new.len() {
                return Err(Refusal::unsupported(&(0..0), "UNPIVOT of unlike columns"));
            }
            for (column, values) in group.iter().zip(&mut values) {
                values.push(self.column(&[column], input)?);
                used.insert(name(column)?.to_ascii_lowercase());
            }
        }
        let mut fields = remaining(input, &used);
        for (ident, values) in new.iter().zip(&values) {
            fields.push(named(ident, Value::from_all(values))?);
        }
        fields.push(named(key, Value::default())?);
        Ok(fields)
    }

    /// The relation that is turned, alone in a scope.
    fn operand<'s>(
        &mut self,
        table: &TableFactor,
        scope: &Scope<'s>,
        ctes: &Ctes,
    ) -> Followed<Scope<'s>> {
        let relations = self.factor(table, scope, ctes)?;
        Ok(Scope {
            relations,
            ..Scope::within(scope.outer)
        })
    }
}

fn named(ident: &Ident, value: Value) -> Followed<Field> {
    let own: Rc<str> = name(ident)?.into();
    Ok(field(Some(own), value))
}

fn identifier(expr: &Expr) -> Followed<&Ident> {
    match expr {
        Expr::Identifier(ident) => Ok(ident),
        _ => Err(Refusal::unsupported(&(0..0), "UNPIVOT of an expression")),
    }
}

/// One name, or several in brackets.
fn identifiers(expr: &Expr) -> Followed<Vec<&Ident>> {
    match expr {
        Expr::Tuple(several) => several.iter().map(identifier).collect(),
        Expr::Nested(inner) => Ok(vec![identifier(inner)?]),
        only => Ok(vec![identifier(only)?]),
    }
}

/// What does not group: every column but those that the aggregates and the key name.
fn remaining(input: &Scope<'_>, used: &BTreeSet<String>) -> Vec<Field> {
    let kept = |f: &&Field| {
        let own = f.name.as_deref().map(str::to_ascii_lowercase);
        own.is_none_or(|own| !used.contains(&own))
    };
    let starred = input.relations.iter().flat_map(Relation::starred);
    let fields = input.merged.iter().chain(starred);
    fields.filter(kept).cloned().collect()
}

/// The columns that an expression names, in small letters. Of a path any part may be one, as
/// the first may be the table.
fn named_columns(expr: &Expr) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let _ = visit_expressions(expr, |expr: &Expr| {
        match expr {
            Expr::Identifier(ident) => {
                names.insert(ident.value.to_ascii_lowercase());
            }
            Expr::CompoundIdentifier(parts) => {
                names.extend(parts.iter().take(2).map(|p| p.value.to_ascii_lowercase()));
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    });
    names
}

/// How BigQuery names a pivoted column.
fn pivot_name(literal: &ExprWithAlias) -> Followed<String> {
    if let Some(alias) = &literal.alias {
        return Ok(name(alias)?.to_owned());
    }
    let refuse = || Refusal::unsupported(&(0..0), "This value of PIVOT");
    let (minus, expr) = match &literal.expr {
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => ("minus_", expr.as_ref()),
        expr => ("", expr),
    };
    match expr {
        Expr::Value(value) => match &value.value {
            Literal::SingleQuotedString(text) => Ok(text.clone()),
            Literal::Number(digits, _) => Ok(format!("_{minus}{}", digits.replace('.', "_point_"))),
            Literal::Boolean(value) => Ok(value.to_string()),
            Literal::Null => Ok("NULL".to_owned()),
            _ => Err(refuse()),
        },
        Expr::TypedString(typed) => match &typed.value.value {
            Literal::SingleQuotedString(text) => Ok(format!("_{}", text.replace('-', "_"))),
            _ => Err(refuse()),
        },
        _ => Err(refuse()),
    }
}
