//! `FROM`: tables, subqueries and arrays.

use std::rc::Rc;

use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, Query, TableAlias, TableFactor, TableSample,
    TableSampleKind, TableVersion, TableWithJoins,
};

use super::{Clause, Ctes, Walk, field, name, path, select::fields_of};
use crate::{
    finding::{Followed, Refusal},
    functions,
    lexer::place,
    scope::{Relation, Scope},
    value::{Shape, Value},
};

impl Walk<'_> {
    pub(super) fn from<'s>(
        &mut self,
        items: &[TableWithJoins],
        outer: Option<&'s Scope<'s>>,
        ctes: &Ctes,
    ) -> Followed<Scope<'s>> {
        let mut scope = Scope::within(outer);
        for item in items {
            self.table_with_joins(item, &mut scope, ctes)?;
        }
        Ok(scope)
    }

    pub fn table_with_joins(
        &mut self,
        item: &TableWithJoins,
        scope: &mut Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<()> {
        let relations = self.factor(&item.relation, scope, ctes)?;
        scope.relations.extend(relations);
        for join in &item.joins {
            self.join(join, scope, ctes)?;
        }
        Ok(())
    }

    /// One item of `FROM`; `UNNEST … WITH OFFSET` makes two relations of it.
    pub fn factor(
        &mut self,
        factor: &TableFactor,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Relation>> {
        self.deeper(|walk| walk.factor_here(factor, scope, ctes))
    }

    fn factor_here(
        &mut self,
        factor: &TableFactor,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Relation>> {
        match factor {
            TableFactor::Table { .. } => Ok(vec![self.named_table(factor, scope, ctes)?]),
            TableFactor::Derived {
                lateral: false,
                subquery,
                alias,
                sample,
            } => {
                self.sample(sample.as_ref())?;
                Ok(vec![self.derived(subquery, alias.as_ref(), scope, ctes)?])
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset,
                with_offset_alias,
                with_ordinality: false,
            } => {
                let [array] = array_exprs.as_slice() else {
                    return Err(Refusal::unsupported(&(0..0), "UNNEST of several arrays"));
                };
                let value = self.expression(array, scope, ctes)?;
                let mut relations = vec![elements(&value, alias_name(alias.as_ref())?)];
                if *with_offset {
                    relations.push(offsets(with_offset_alias.as_ref())?);
                }
                Ok(relations)
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias: None,
            } => self.nested_join(table_with_joins, scope, ctes),
            TableFactor::Pivot { .. } => Ok(vec![self.pivot(factor, scope, ctes)?]),
            TableFactor::Unpivot { .. } => Ok(vec![self.unpivot(factor, scope, ctes)?]),
            _ => Err(Refusal::unsupported(&(0..0), "This item of FROM")),
        }
    }

    fn named_table(
        &mut self,
        factor: &TableFactor,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Relation> {
        let TableFactor::Table {
            name: object,
            alias,
            args: None,
            with_hints,
            version,
            with_ordinality: false,
            partitions,
            json_path: None,
            sample,
            index_hints,
        } = factor
        else {
            return Err(self.table_function(factor, scope, ctes)?);
        };
        if !with_hints.is_empty() || !partitions.is_empty() || !index_hints.is_empty() {
            return Err(Refusal::unsupported(&(0..0), "An option of this table"));
        }
        let nothing = Scope::default();
        match version {
            None => {}
            Some(TableVersion::ForSystemTimeAsOf(time)) => {
                self.within(Clause::Filter, |walk| walk.expression(time, &nothing, ctes))?;
            }
            Some(_) => return Err(Refusal::unsupported(&(0..0), "This version of a table")),
        }
        self.sample(sample.as_ref())?;
        let parts = path(object)?;
        self.explained
            .insert(super::names::path_place(&parts).start);
        let mut relation = match self.array_path(&parts, scope)? {
            Some(relation) => relation,
            None => self.table(&parts, ctes)?,
        };
        if let Some(own) = alias_name(alias.as_ref())? {
            relation.name = Some(own);
            let masked = relation.table.and_then(|table| self.masked.get_mut(&table));
            if let (Some(masked), Some(alias)) = (masked, alias) {
                masked.alias_start = Some(place(alias.name.span).start);
            }
        }
        Ok(relation)
    }

    /// `FROM t, t.items` reads an array of `t`, even where a dataset `t` exists.
    fn array_path(&mut self, parts: &[&Ident], scope: &Scope<'_>) -> Followed<Option<Relation>> {
        let [first, _, ..] = parts else {
            return Ok(None);
        };
        let first = name(first)?;
        if scope.range_variable(first).is_none() && !scope.has_column(first) {
            return Ok(None);
        }
        if self.is_catalogued(parts) {
            let place = super::names::path_place(parts);
            return Err(Refusal::unsupported(
                &place,
                "A path that is an array and a table",
            ));
        }
        let value = self.column(parts, scope)?;
        let last = parts.last().map(|ident| ident.value.as_str().into());
        Ok(Some(elements(&value, last)))
    }

    /// A table function is never run, but what it is given is read.
    fn table_function(
        &mut self,
        factor: &TableFactor,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Refusal> {
        let TableFactor::Table {
            name: object,
            args: Some(given),
            ..
        } = factor
        else {
            return Err(Refusal::unsupported(&(0..0), "This item of FROM"));
        };
        for arg in &given.args {
            let (FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))
            | FunctionArg::Named {
                arg: FunctionArgExpr::Expr(expr),
                ..
            }) = arg
            else {
                continue;
            };
            match expr {
                Expr::Identifier(ident) => self.note_read(&[ident]),
                Expr::CompoundIdentifier(parts) => {
                    self.note_read(&parts.iter().collect::<Vec<_>>());
                }
                Expr::Subquery(query) => drop(self.query(query, scope.outer, ctes)?),
                _ => {}
            }
        }
        let called = object.to_string().to_ascii_uppercase().replace('`', "");
        let message = "A table function, whose answer is not known, is not followed.";
        let place = path(object).map_or(0..0, |parts| super::names::path_place(&parts));
        Ok(Refusal::new(functions::refusal(&called), &place, message))
    }

    fn derived(
        &mut self,
        subquery: &Query,
        alias: Option<&TableAlias>,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Relation> {
        let output = self.query(subquery, scope.outer, ctes)?;
        Ok(Relation {
            name: alias_name(alias)?,
            fields: output.fields,
            row: output.row,
            ..Relation::default()
        })
    }

    pub(super) fn sample(&mut self, sample: Option<&TableSampleKind>) -> Followed<()> {
        let Some(
            TableSampleKind::AfterTableAlias(sample) | TableSampleKind::BeforeTableAlias(sample),
        ) = sample
        else {
            return Ok(());
        };
        self.table_sample(sample)
    }

    pub(super) fn table_sample(&mut self, sample: &TableSample) -> Followed<()> {
        let TableSample {
            modifier: _,
            name: Some(_),
            quantity: Some(quantity),
            seed: None,
            bucket: None,
            offset: None,
        } = sample
        else {
            return Err(Refusal::unsupported(&(0..0), "This form of TABLESAMPLE"));
        };
        let nothing = Scope::default();
        self.expression(&quantity.value, &nothing, &Ctes::default())
            .map(drop)
    }
}

/// The elements of an array as rows; fields of struct elements are columns too.
fn elements(array: &Value, alias: Option<Rc<str>>) -> Relation {
    let element = array.element();
    let fields = match &element.shape {
        Shape::Struct(_) => fields_of(&element),
        Shape::Opaque | Shape::Array(_) => Vec::new(),
    };
    Relation {
        name: alias,
        fields,
        row: Some(element),
        ..Relation::default()
    }
}

/// `WITH OFFSET`: the position of each element, which no column flows into.
fn offsets(alias: Option<&Ident>) -> Followed<Relation> {
    let own = alias.map_or(Ok("offset"), name)?;
    let fields = vec![field(Some(own.into()), Value::default())];
    Ok(Relation {
        fields,
        ..Relation::default()
    })
}

/// The alias, without a list of columns, which GoogleSQL does not have.
pub(crate) fn alias_name(alias: Option<&TableAlias>) -> Followed<Option<Rc<str>>> {
    let Some(alias) = alias else { return Ok(None) };
    if !alias.columns.is_empty() || alias.at.is_some() {
        let what = "A list of columns behind an alias";
        return Err(Refusal::unsupported(&place(alias.name.span), what));
    }
    Ok(Some(name(&alias.name)?.into()))
}
