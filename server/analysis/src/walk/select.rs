//! One `SELECT` block.

use std::rc::Rc;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, GroupByWithModifier, Ident, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind, ValueTableMode,
};

use super::{Clause, Ctes, Output, Walk, field, name, query::ordinal};
use crate::{
    finding::{Followed, Refusal},
    lexer::place,
    scope::Scope,
    value::{Field, Shape, Value},
};

impl Walk<'_> {
    pub(super) fn select<'s>(
        &mut self,
        select: &Select,
        outer: Option<&'s Scope<'s>>,
        ctes: &Ctes,
    ) -> Followed<(Output, Scope<'s>)> {
        refuse_foreign_clauses(select)?;
        let mut scope = self.from(&select.from, outer, ctes)?;
        if let Some(predicate) = &select.selection {
            self.within(Clause::Filter, |walk| {
                walk.expression(predicate, &scope, ctes)
            })?;
        }
        let output = match select.flavor {
            SelectFlavor::FromFirstNoSelect => self.everything(&scope)?,
            SelectFlavor::Standard | SelectFlavor::FromFirst => {
                let fields = self.select_list(&select.projection, &scope, ctes)?;
                as_value_table(fields, select.value_table_mode.as_ref())?
            }
        };
        if leaves_out_duplicates(select) {
            self.decide(&output);
        }
        scope.aliases.clone_from(&output.fields);
        let outer_keys = std::mem::take(&mut self.grouped);
        self.group_by(&select.group_by, select, &output, &scope, ctes)?;
        let keys = std::mem::replace(&mut self.grouped, outer_keys);
        self.suspect_small_groups(select, &keys, &scope);
        for predicate in select.having.iter().chain(&select.qualify) {
            self.within(Clause::Filter, |walk| {
                walk.expression(predicate, &scope, ctes)
            })?;
        }
        for window in &select.named_window {
            self.named_window(window, &scope, ctes)?;
        }
        scope.aliases.clear();
        Ok((output, scope))
    }

    /// The columns of a select list, stars expanded.
    pub(super) fn select_list(
        &mut self,
        items: &[SelectItem],
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        let mut fields = Vec::with_capacity(items.len());
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let value = self.expression(expr, scope, ctes)?;
                    self.note_naming(expr);
                    fields.push(field(implied_name(expr)?, value));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let value = self.expression(expr, scope, ctes)?;
                    fields.push(field(Some(name(alias)?.into()), value));
                }
                SelectItem::Wildcard(options) => {
                    fields.extend(self.star(options, scope, ctes)?);
                }
                SelectItem::QualifiedWildcard(kind, options) => {
                    fields.extend(self.qualified_star(kind, options, scope, ctes)?);
                }
                SelectItem::ExprWithAliases { .. } => {
                    return Err(Refusal::unsupported(
                        &(0..0),
                        "Several aliases for one value",
                    ));
                }
            }
        }
        Ok(fields)
    }

    /// A pseudo-column that is renamed goes on naming its column of the answer.
    fn note_naming(&mut self, expr: &Expr) {
        let last = match expr {
            Expr::Identifier(ident) => Some(ident),
            Expr::CompoundIdentifier(parts) => parts.last(),
            _ => None,
        };
        if let Some(last) = last.filter(|last| last.value.starts_with('_')) {
            self.naming.insert(place(last.span).start);
        }
    }

    fn group_by(
        &mut self,
        group_by: &GroupByExpr,
        select: &Select,
        output: &Output,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<()> {
        let modifiers = match group_by {
            GroupByExpr::All(modifiers) => {
                self.group_by_all(select, scope, ctes)?;
                modifiers
            }
            GroupByExpr::Expressions(keys, modifiers) => {
                for key in keys {
                    self.group_key(key, output, scope, ctes)?;
                }
                modifiers
            }
        };
        for modifier in modifiers {
            match modifier {
                GroupByWithModifier::GroupingSets(sets) => {
                    self.group_key(sets, output, scope, ctes)?;
                }
                GroupByWithModifier::Rollup
                | GroupByWithModifier::Cube
                | GroupByWithModifier::Totals => {
                    return Err(Refusal::unsupported(&(0..0), "This form of GROUP BY"));
                }
            }
        }
        Ok(())
    }

    fn group_key(
        &mut self,
        key: &Expr,
        output: &Output,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<()> {
        if let Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) = key {
            for key in sets.iter().flatten() {
                self.group_key(key, output, scope, ctes)?;
            }
            return Ok(());
        }
        // Within `GROUPING SETS` the parser takes `ROLLUP` and `CUBE` for functions.
        if let Some(keys) = super::call::nested_grouping(key) {
            for key in keys {
                self.group_key(key, output, scope, ctes)?;
            }
            return Ok(());
        }
        self.within(Clause::Group, |walk| match ordinal(key, output) {
            Some(counted) => {
                walk.note(&counted.value.flow, &super::expression::place_of(key));
                Ok(())
            }
            None => walk.expression(key, scope, ctes).map(drop),
        })
    }

    /// `GROUP BY ALL` groups by what is no aggregate; plain columns are what matters here.
    fn group_by_all(&mut self, select: &Select, scope: &Scope<'_>, ctes: &Ctes) -> Followed<()> {
        for item in &select.projection {
            let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item
            else {
                continue;
            };
            if matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
                self.within(Clause::Group, |walk| walk.expression(expr, scope, ctes))?;
            }
        }
        Ok(())
    }
}

/// Whether rows of equal values come once.
fn leaves_out_duplicates(select: &Select) -> bool {
    let by_mode = matches!(
        select.value_table_mode,
        Some(ValueTableMode::DistinctAsStruct | ValueTableMode::DistinctAsValue)
    );
    by_mode || matches!(select.distinct, Some(Distinct::Distinct))
}

/// Clauses of other dialects must be absent: they could read what is not followed.
fn refuse_foreign_clauses(select: &Select) -> Followed<()> {
    let Select {
        select_token: _,
        optimizer_hints,
        distinct,
        select_modifiers: None,
        top: None,
        top_before_distinct: false,
        projection: _,
        exclude: None,
        into: None,
        from: _,
        lateral_views,
        prewhere: None,
        selection: _,
        connect_by,
        group_by: _,
        cluster_by,
        distribute_by,
        sort_by,
        having: _,
        named_window: _,
        qualify: _,
        window_before_qualify: _,
        value_table_mode: _,
        flavor: _,
    } = select
    else {
        return Err(Refusal::unsupported(&(0..0), "A clause of this SELECT"));
    };
    let foreign = !optimizer_hints.is_empty()
        || !lateral_views.is_empty()
        || !connect_by.is_empty()
        || !cluster_by.is_empty()
        || !distribute_by.is_empty()
        || !sort_by.is_empty()
        || matches!(distinct, Some(Distinct::On(_)));
    if foreign {
        return Err(Refusal::unsupported(&(0..0), "A clause of this SELECT"));
    }
    Ok(())
}

/// `SELECT AS STRUCT` and `SELECT AS VALUE` answer with one value a row.
fn as_value_table(fields: Vec<Field>, mode: Option<&ValueTableMode>) -> Followed<Output> {
    let row = match mode {
        None => return Ok(Output { fields, row: None }),
        Some(ValueTableMode::AsStruct | ValueTableMode::DistinctAsStruct) => {
            Value::from_fields(fields)
        }
        Some(ValueTableMode::AsValue | ValueTableMode::DistinctAsValue) => {
            Output { fields, row: None }.single(&(0..0))?
        }
    };
    Ok(Output {
        fields: fields_of(&row),
        row: Some(row),
    })
}

/// A value's fields as columns; a value without fields is one column without a name.
pub(super) fn fields_of(value: &Value) -> Vec<Field> {
    match &value.shape {
        Shape::Struct(fields) => fields.to_vec(),
        Shape::Opaque | Shape::Array(_) => vec![field(None, value.clone())],
    }
}

/// A path names its column after its last part.
pub(super) fn implied_name(expr: &Expr) -> Followed<Option<Rc<str>>> {
    use sqlparser::ast::AccessExpr;
    let ident: &Ident = match expr {
        Expr::Identifier(ident) => ident,
        Expr::CompoundIdentifier(parts) => match parts.last() {
            Some(last) => last,
            None => return Ok(None),
        },
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(AccessExpr::Dot(Expr::Identifier(last))) => last,
            _ => return Ok(None),
        },
        Expr::Nested(inner) => return implied_name(inner),
        _ => return Ok(None),
    };
    Ok(Some(name(ident)?.into()))
}

/// The place of a qualified star.
pub(super) fn star_qualifier(kind: &SelectItemQualifiedWildcardKind) -> Followed<Vec<&Ident>> {
    match kind {
        SelectItemQualifiedWildcardKind::ObjectName(object) => super::path(object),
        SelectItemQualifiedWildcardKind::Expr(_) => Ok(Vec::new()),
    }
}
