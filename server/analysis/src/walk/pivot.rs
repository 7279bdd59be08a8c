//! `PIVOT` and `UNPIVOT`.

use std::rc::Rc;

use sqlparser::ast::{
    Expr, ExprWithAlias, Ident, PivotValueSource, TableFactor, UnaryOperator, Value as Literal,
};

use super::{Clause, Ctes, Walk, field, from::alias_name, name};
use crate::{
    finding::{Followed, Refusal},
    scope::{Relation, Scope},
    value::{Field, Value, same_name},
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
            value_source: PivotValueSource::List(values),
            default_on_null: None,
            alias,
        } = factor
        else {
            return Err(Refusal::unsupported(&(0..0), "This form of PIVOT"));
        };
        let input = self.operand(table, scope, ctes)?;
        let [Expr::Identifier(key)] = value_column.as_slice() else {
            return Err(Refusal::unsupported(&(0..0), "PIVOT over an expression"));
        };
        let key_value = self.within(Clause::Group, |walk| walk.column(&[key], &input))?;
        let mut used = vec![name(key)?.to_owned()];
        let mut aggregates = Vec::new();
        for ExprWithAlias { expr, alias } in aggregate_functions {
            aggregate_columns(expr, &mut used)?;
            let value = self.expression(expr, &input, ctes)?;
            aggregates.push((alias, Value::from_all([&value, &key_value])));
        }
        let mut fields = remaining(&input, &used);
        for literal in values {
            let suffix = pivot_name(literal)?;
            for (alias, value) in &aggregates {
                let own = match alias {
                    Some(alias) => format!("{}_{suffix}", name(alias)?),
                    None => suffix.clone(),
                };
                fields.push(field(Some(own.into()), value.clone()));
            }
        }
        Ok(Relation {
            name: alias_name(alias.as_ref())?,
            fields,
            ..Relation::default()
        })
    }

    pub(super) fn unpivot(
        &mut self,
        factor: &TableFactor,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Relation> {
        let TableFactor::Unpivot {
            table,
            value: Expr::Identifier(value_name),
            name: key_name,
            columns,
            null_inclusion: _,
            alias,
        } = factor
        else {
            return Err(Refusal::unsupported(&(0..0), "This form of UNPIVOT"));
        };
        let input = self.operand(table, scope, ctes)?;
        let mut used = Vec::new();
        let mut values = Vec::new();
        for ExprWithAlias { expr, alias: _ } in columns {
            let Expr::Identifier(column) = expr else {
                return Err(Refusal::unsupported(
                    &(0..0),
                    "UNPIVOT of several columns at once",
                ));
            };
            values.push(self.column(&[column], &input)?);
            used.push(name(column)?.to_owned());
        }
        let mut fields = remaining(&input, &used);
        fields.push(named(value_name, Value::from_all(&values))?);
        fields.push(named(key_name, Value::default())?);
        Ok(Relation {
            name: alias_name(alias.as_ref())?,
            fields,
            ..Relation::default()
        })
    }

    /// The relation that is turned, alone in a scope, with all its columns in use.
    fn operand<'s>(
        &mut self,
        table: &TableFactor,
        scope: &Scope<'s>,
        ctes: &Ctes,
    ) -> Followed<Scope<'s>> {
        let relations = self.factor(table, scope, ctes)?;
        let input = Scope {
            relations,
            ..Scope::within(scope.outer)
        };
        self.everything(&input)?;
        Ok(input)
    }
}

fn named(ident: &Ident, value: Value) -> Followed<Field> {
    let own: Rc<str> = name(ident)?.into();
    Ok(field(Some(own), value))
}

fn remaining(input: &Scope<'_>, used: &[String]) -> Vec<Field> {
    let fields = input.relations.iter().flat_map(|relation| &relation.fields);
    fields
        .filter(|f| {
            !f.name
                .as_deref()
                .is_some_and(|own| used.iter().any(|u| same_name(u, own)))
        })
        .cloned()
        .collect()
}

/// The columns that an aggregate of `PIVOT` reads: those do not group.
fn aggregate_columns(expr: &Expr, used: &mut Vec<String>) -> Followed<()> {
    use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};
    let refuse = || Refusal::unsupported(&(0..0), "This aggregate of PIVOT");
    let Expr::Function(function) = expr else {
        return Err(refuse());
    };
    let FunctionArguments::List(list) = &function.args else {
        return Err(refuse());
    };
    for arg in &list.args {
        match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(column))) => {
                used.push(name(column)?.to_owned());
            }
            FunctionArg::Unnamed(
                FunctionArgExpr::Expr(Expr::Value(_)) | FunctionArgExpr::Wildcard,
            ) => {}
            _ => return Err(refuse()),
        }
    }
    Ok(())
}

/// How BigQuery names a pivoted column.
fn pivot_name(literal: &ExprWithAlias) -> Followed<String> {
    if let Some(alias) = &literal.alias {
        return Ok(name(alias)?.to_owned());
    }
    let (minus, value) = match &literal.expr {
        Expr::Value(value) => ("", &value.value),
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => match expr.as_ref() {
            Expr::Value(value) => ("minus_", &value.value),
            _ => return Err(Refusal::unsupported(&(0..0), "This value of PIVOT")),
        },
        _ => return Err(Refusal::unsupported(&(0..0), "This value of PIVOT")),
    };
    match value {
        Literal::SingleQuotedString(text) => Ok(text.clone()),
        Literal::Number(digits, _) => Ok(format!("_{minus}{digits}")),
        Literal::Boolean(value) => Ok(value.to_string()),
        _ => Err(Refusal::unsupported(&(0..0), "This value of PIVOT")),
    }
}
