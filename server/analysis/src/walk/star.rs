//! `*`, `t.*` and `value.*`, with `EXCEPT` and `REPLACE`.

use sqlparser::ast::{SelectItemQualifiedWildcardKind, WildcardAdditionalOptions};

use super::{Ctes, Output, Star, Walk, field, name, select::fields_of, select::star_qualifier};
use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    lexer::place,
    scope::{Relation, Scope},
    value::{Field, Shape, join},
};

impl Walk<'_> {
    /// What a query without a select list answers with. Unlike under a star, a value table, as
    /// the elements of an array, is one column of it, unless there is nothing else.
    pub(super) fn everything(&mut self, scope: &Scope<'_>) -> Followed<Output> {
        let fields = self.expand(scope, &(0..0), None)?;
        Ok(Output { fields, row: None })
    }

    pub(super) fn star(
        &mut self,
        options: &WildcardAdditionalOptions,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        let place = place(options.wildcard_token.0.span);
        let fields = self.expand(scope, &place, Some(of_text(options)))?;
        let tabled = scope
            .relations
            .iter()
            .any(|relation| relation.table.is_some());
        self.adjust(fields, options, tabled, scope, ctes)
    }

    pub(super) fn qualified_star(
        &mut self,
        kind: &SelectItemQualifiedWildcardKind,
        options: &WildcardAdditionalOptions,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        let place = place(options.wildcard_token.0.span);
        let parts = star_qualifier(kind)?;
        if let [only] = parts.as_slice()
            && let Some(relation) = scope.range_variable(name(only)?)
        {
            self.use_all(relation, Some(of_text(options)));
            let fields = relation_fields(relation);
            self.step(fields.len())?;
            return self.adjust(fields, options, relation.table.is_some(), scope, ctes);
        }
        let value = match kind {
            SelectItemQualifiedWildcardKind::ObjectName(_) => self.column(&parts, scope)?,
            SelectItemQualifiedWildcardKind::Expr(expr) => self.expression(expr, scope, ctes)?,
        };
        if !matches!(value.shape, Shape::Struct(_)) {
            return Err(Refusal::unsupported(
                &place,
                "A star behind a value of unknown fields",
            ));
        }
        self.adjust(fields_of(&value), options, false, scope, ctes)
    }

    /// `*`, or no list at all: the joined columns once, then the rest in order.
    fn expand(
        &mut self,
        scope: &Scope<'_>,
        place: &Place,
        star: Option<Star>,
    ) -> Followed<Vec<Field>> {
        if scope.relations.is_empty() {
            return Err(Refusal::unsupported(place, "A star without FROM"));
        }
        let reached = || scope.relations.iter().filter(|relation| !relation.aside);
        let values_whole = star.is_none() && reached().count() > 1;
        let mut fields = scope.merged.clone();
        for relation in reached() {
            self.use_all(relation, star);
            self.step(relation.fields.len())?;
            match &relation.row {
                Some(row) if values_whole || relation.fields.is_empty() => {
                    fields.push(field(relation.name.clone(), row.clone()));
                }
                _ => fields.extend(relation.starred().cloned()),
            }
        }
        self.step(fields.len())?;
        Ok(fields)
    }

    fn use_all(&mut self, relation: &Relation, star: Option<Star>) {
        let masked = relation.table.and_then(|table| self.masked.get_mut(&table));
        match (masked, star) {
            (Some(masked), Some(star)) => drop(masked.stars.insert(star)),
            (Some(masked), None) => masked.whole = true,
            (None, _) => {}
        }
    }

    /// Applies `EXCEPT` and `REPLACE`.
    fn adjust(
        &mut self,
        mut fields: Vec<Field>,
        options: &WildcardAdditionalOptions,
        tabled: bool,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Field>> {
        let place = place(options.wildcard_token.0.span);
        let WildcardAdditionalOptions {
            wildcard_token: _,
            opt_ilike: None,
            opt_exclude: None,
            opt_except,
            opt_replace,
            opt_rename: None,
            opt_alias: None,
        } = options
        else {
            return Err(Refusal::unsupported(&place, "This option of a star"));
        };
        if let Some(except) = opt_except {
            let names = std::iter::once(&except.first_element).chain(&except.additional_elements);
            for ident in names {
                let unwanted = name(ident)?;
                let before = fields.len();
                fields.retain(|field| !field.is_named(unwanted));
                if fields.len() == before {
                    return Err(unknown(unwanted, &crate::lexer::place(ident.span)));
                }
            }
        }
        for replaced in opt_replace.iter().flat_map(|replace| &replace.items) {
            let value = self.expression(&replaced.expr, scope, ctes)?;
            let own = name(&replaced.column_name)?;
            let field = fields.iter_mut().find(|field| field.is_named(own));
            let field = field
                .ok_or_else(|| unknown(own, &crate::lexer::place(replaced.column_name.span)))?;
            field.value = value;
        }
        self.note_star(&fields, &place, tabled, opt_replace.is_some());
        Ok(fields)
    }

    fn note_star(&mut self, fields: &[Field], place: &Place, tabled: bool, replaced: bool) {
        let flow = join(fields.iter().map(|field| &field.value.flow));
        self.note(&flow, place);
        if tabled && !replaced && self.is_sensitive(&flow) {
            let message = "The star takes every column, tagged ones included.".to_owned();
            self.find(FindingCode::SelectStar, place, message);
        }
    }
}

/// The star as it stands in the text.
fn of_text(options: &WildcardAdditionalOptions) -> Star {
    let except = options.opt_except.as_ref();
    Star {
        end: place(options.wildcard_token.0.span).end,
        except: except.map(|except| place(except.first_element.span).start),
    }
}

/// The columns of `t.*`.
fn relation_fields(relation: &Relation) -> Vec<Field> {
    match &relation.row {
        Some(row) if relation.fields.is_empty() => fields_of(row),
        _ => relation.fields.clone(),
    }
}

fn unknown(column: &str, place: &Place) -> Refusal {
    let message = format!("The star has no column `{column}`.");
    Refusal::new(FindingCode::UnknownColumn, place, message)
}
