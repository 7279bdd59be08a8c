//! Pipe syntax (`FROM t |> WHERE … |> SELECT …`).

use sqlparser::ast::{
    Assignment, AssignmentTarget, Expr, ExprWithAliasAndOrderBy, PipeOperator, Query, SelectItem,
    SetOperator, SetQuantifier,
};

use super::{Clause, Ctes, Output, Walk, field, name, path, query::combined, select::implied_name};
use crate::{
    finding::{FindingCode, Followed, Refusal},
    lexer::place,
    scope::{Relation, Scope},
    value::Field,
};

impl Walk<'_> {
    /// Follows the pipe operators of a query, each over what the one before answers.
    pub(super) fn pipes(
        &mut self,
        operators: &[PipeOperator],
        start: (Output, Scope<'_>),
        query: &Query,
        ctes: &Ctes,
    ) -> Followed<Output> {
        if query.order_by.is_some() || query.limit_clause.is_some() {
            return Err(Refusal::unsupported(
                &(0..0),
                "A pipe behind ORDER BY or LIMIT",
            ));
        }
        let (output, mut scope) = start;
        if scope.relations.is_empty() || !is_from_first(query) {
            scope = single(output.fields, &scope);
        }
        for operator in operators {
            self.step(1)?;
            scope = self.pipe(operator, scope, ctes)?;
        }
        self.everything(&scope)
    }

    /// What is in reach behind one operator.
    fn pipe<'s>(
        &mut self,
        operator: &PipeOperator,
        mut scope: Scope<'s>,
        ctes: &Ctes,
    ) -> Followed<Scope<'s>> {
        match operator {
            PipeOperator::Where { .. }
            | PipeOperator::Limit { .. }
            | PipeOperator::OrderBy { .. } => self.pipe_of_rows(operator, &scope, ctes)?,
            PipeOperator::Join(join) => self.join(join, &mut scope, ctes)?,
            PipeOperator::Extend { exprs } => {
                let fields = self.extension(exprs, &scope, ctes)?;
                scope.relations.push(Relation {
                    fields,
                    ..Relation::default()
                });
            }
            PipeOperator::TableSample { sample } => self.table_sample(sample)?,
            PipeOperator::As { alias } => {
                let fields = self.everything(&scope)?.fields;
                scope = single(fields, &scope);
                for relation in &mut scope.relations {
                    relation.name = Some(name(alias)?.into());
                }
            }
            _ => {
                let fields = self.pipe_of_columns(operator, &scope, ctes)?;
                let keeps_names = matches!(
                    operator,
                    PipeOperator::Set { .. }
                        | PipeOperator::Drop { .. }
                        | PipeOperator::Rename { .. }
                );
                let aside = scope.relations.iter().filter(|_| keeps_names).cloned();
                let aside = aside.map(|relation| Relation {
                    aside: true,
                    ..relation
                });
                let aside: Vec<_> = aside.filter(|relation| relation.name.is_some()).collect();
                scope = single(fields, &scope);
                scope.relations.extend(aside);
            }
        }
        Ok(scope)
    }

    /// Operators that only decide which rows come, and in which order.
    fn pipe_of_rows(
        &mut self,
        operator: &PipeOperator,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<()> {
        let expressions: Vec<&Expr> = match operator {
            PipeOperator::Where { expr } => vec![expr],
            PipeOperator::Limit { expr, offset } => std::iter::once(expr).chain(offset).collect(),
            PipeOperator::OrderBy { exprs } => {
                return exprs
                    .iter()
                    .try_for_each(|key| self.sort_key(key, None, scope, ctes));
            }
            _ => return Err(Refusal::unsupported(&(0..0), "This pipe operator")),
        };
        for expr in expressions {
            self.within(Clause::Filter, |walk| walk.expression(expr, scope, ctes))?;
        }
        Ok(())
    }

    /// Operators that leave columns of their own.
    fn pipe_of_columns(
        &mut self,
        operator: &PipeOperator,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        match operator {
            PipeOperator::Select { exprs } => self.select_list(exprs, scope, ctes),
            PipeOperator::Set { assignments } => self.set(assignments, scope, ctes),
            PipeOperator::Drop { columns } => {
                let mut fields = self.everything(scope)?.fields;
                for column in columns {
                    let unwanted = name(column)?;
                    fields.retain(|field| !field.is_named(unwanted));
                }
                Ok(fields)
            }
            PipeOperator::Rename { mappings } => {
                let mut fields = self.everything(scope)?.fields;
                for mapping in mappings {
                    rename(&mut fields, name(&mapping.ident)?, name(&mapping.alias)?)?;
                }
                Ok(fields)
            }
            PipeOperator::Aggregate {
                full_table_exprs,
                group_by_expr,
            } => self.aggregate(full_table_exprs, group_by_expr, scope, ctes),
            PipeOperator::Union {
                set_quantifier,
                queries,
            } => self.pipe_of_queries(SetOperator::Union, *set_quantifier, queries, scope, ctes),
            PipeOperator::Intersect {
                set_quantifier,
                queries,
            } => self.pipe_of_queries(
                SetOperator::Intersect,
                *set_quantifier,
                queries,
                scope,
                ctes,
            ),
            PipeOperator::Except {
                set_quantifier,
                queries,
            } => self.pipe_of_queries(SetOperator::Except, *set_quantifier, queries, scope, ctes),
            PipeOperator::Pivot {
                aggregate_functions,
                value_column,
                value_source,
                alias: None,
            } => {
                let key = match value_column.as_slice() {
                    [only] => Expr::Identifier(only.clone()),
                    _ => Expr::CompoundIdentifier(value_column.clone()),
                };
                self.pivoted(aggregate_functions, &key, value_source, scope, ctes)
            }
            PipeOperator::Unpivot {
                value_column,
                name_column,
                unpivot_columns,
                alias: None,
            } => {
                let groups: Vec<_> = unpivot_columns.iter().map(|column| vec![column]).collect();
                self.unpivoted(&[value_column], name_column, &groups, scope)
            }
            _ => Err(Refusal::unsupported(&(0..0), "This pipe operator")),
        }
    }

    /// Set operations with further queries.
    fn pipe_of_queries(
        &mut self,
        operator: SetOperator,
        quantifier: SetQuantifier,
        queries: &[Query],
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        let mut output = self.everything(scope)?;
        for query in queries {
            let right = self.query(query, scope.outer, ctes)?;
            output = combined(output, right, operator, quantifier)?;
        }
        Ok(output.fields)
    }

    fn extension(
        &mut self,
        items: &[SelectItem],
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        let starred = |item: &SelectItem| {
            matches!(
                item,
                SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)
            )
        };
        if items.iter().any(starred) {
            return Err(Refusal::unsupported(&(0..0), "A star in EXTEND"));
        }
        self.select_list(items, scope, ctes)
    }

    fn set(
        &mut self,
        assignments: &[Assignment],
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        let mut fields = self.everything(scope)?.fields;
        for Assignment { target, value } in assignments {
            let AssignmentTarget::ColumnName(object) = target else {
                return Err(Refusal::unsupported(&(0..0), "This target of SET"));
            };
            let parts = path(object)?;
            let [column] = parts.as_slice() else {
                return Err(Refusal::unsupported(&(0..0), "This target of SET"));
            };
            let value = self.expression(value, scope, ctes)?;
            let changed = fields
                .iter_mut()
                .find(|field| field.is_named(&column.value));
            let changed = changed.ok_or_else(|| {
                let message = format!("There is no column `{}` to set.", column.value);
                Refusal::new(FindingCode::UnknownColumn, &place(column.span), message)
            })?;
            changed.value = value;
        }
        Ok(fields)
    }

    fn aggregate(
        &mut self,
        aggregates: &[ExprWithAliasAndOrderBy],
        keys: &[ExprWithAliasAndOrderBy],
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        let mut fields = Vec::new();
        for (grouped, item) in keys
            .iter()
            .map(|k| (true, k))
            .chain(aggregates.iter().map(|a| (false, a)))
        {
            let value = self.expression(&item.expr.expr, scope, ctes)?;
            if grouped {
                self.within(Clause::Group, |walk| {
                    walk.expression(&item.expr.expr, scope, ctes)
                })?;
            }
            let own = match &item.expr.alias {
                Some(alias) => Some(name(alias)?.into()),
                None => implied_name(&item.expr.expr)?,
            };
            fields.push(field(own, value));
        }
        Ok(fields)
    }
}

fn is_from_first(query: &Query) -> bool {
    use sqlparser::ast::{SelectFlavor, SetExpr};
    matches!(query.body.as_ref(), SetExpr::Select(select)
        if select.flavor == SelectFlavor::FromFirstNoSelect)
}

/// One relation without a name: what a pipe operator leaves.
fn single<'s>(fields: Vec<Field>, scope: &Scope<'s>) -> Scope<'s> {
    let relations = vec![Relation {
        fields,
        ..Relation::default()
    }];
    Scope {
        relations,
        ..Scope::within(scope.outer)
    }
}

fn rename(fields: &mut [Field], from: &str, to: &str) -> Followed<()> {
    let field = fields.iter_mut().find(|field| field.is_named(from));
    let Some(field) = field else {
        let message = format!("There is no column `{from}` to rename.");
        return Err(Refusal::new(FindingCode::UnknownColumn, &(0..0), message));
    };
    field.name = Some(to.into());
    Ok(())
}
