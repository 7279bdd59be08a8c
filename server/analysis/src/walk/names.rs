//! Names as the parser gives them, and columns by their name.

use std::rc::Rc;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::Walk;
use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    lexer::place,
    scope::{Found, Scope},
    value::Value,
};

/// A name; the parser also takes strings for names, which BigQuery does not.
pub(crate) fn name(ident: &Ident) -> Followed<&str> {
    match ident.quote_style {
        None | Some('`') => Ok(&ident.value),
        Some(_) => Err(Refusal::new(
            FindingCode::SyntaxError,
            &place(ident.span),
            "A string stands where a name is due.",
        )),
    }
}

/// The parts of a path.
pub(crate) fn path(object: &ObjectName) -> Followed<Vec<&Ident>> {
    object
        .0
        .iter()
        .map(|part| match part {
            ObjectNamePart::Identifier(ident) => name(ident).map(|_| ident),
            ObjectNamePart::Function(function) => Err(Refusal::unsupported(
                &place(function.name.span),
                "A computed name",
            )),
        })
        .collect()
}

/// From the first part's first byte to the last part's last.
pub(crate) fn path_place(parts: &[&Ident]) -> Place {
    let start = parts.first().map_or(0, |ident| place(ident.span).start);
    let end = parts.last().map_or(0, |ident| place(ident.span).end);
    start..end
}

impl Walk<'_> {
    /// What a path such as `c.address.city` stands for.
    pub(super) fn column(&mut self, parts: &[&Ident], scope: &Scope<'_>) -> Followed<Value> {
        let place = path_place(parts);
        self.step(scope.relations.len())?;
        let Some((first, rest)) = parts.split_first() else {
            return Err(Refusal::unsupported(&place, "An empty name"));
        };
        let mut rest = rest.iter();
        let found = match (scope.find(name(first)?, &place)?, rest.as_slice().first()) {
            (Some(Found::Row(relation)), Some(part)) => {
                rest.next();
                relation.column(name(part)?, &place)?
            }
            (Some(found), _) => found,
            (None, _) => Found::Column {
                value: self.variable(name(first)?).cloned().ok_or_else(|| {
                    let message = format!("There is no column or table alias `{first}` in reach.");
                    Refusal::new(FindingCode::UnknownColumn, &place, message)
                })?,
                pseudo_of: None,
            },
        };
        let mut value = match found {
            Found::Row(relation) => {
                let row = relation.row();
                let (table, alias) = (relation.table, relation.name.clone());
                self.whole_row(&row, table, alias.as_ref(), &place);
                row
            }
            Found::Column { value, pseudo_of } => {
                if let Some(table) = pseudo_of {
                    self.use_pseudo_column(table, parts);
                }
                value
            }
        };
        for part in rest {
            value = value.field(name(part)?, &place)?;
        }
        self.note(&value.flow, &place);
        Ok(value)
    }

    fn whole_row(
        &mut self,
        row: &Value,
        table: Option<usize>,
        alias: Option<&Rc<str>>,
        place: &Place,
    ) {
        if let Some(masked) = table.and_then(|table| self.masked.get_mut(&table)) {
            masked.whole = true;
        }
        if self.is_sensitive(&row.flow) {
            let alias = alias.map_or("row", |alias| alias);
            let message = format!("`{alias}` stands for the whole row, tagged columns included.");
            self.find(FindingCode::WholeRow, place, message);
        }
    }

    fn use_pseudo_column(&mut self, table: usize, parts: &[&Ident]) {
        if let (Some(masked), Some(last)) = (self.masked.get_mut(&table), parts.last()) {
            let place = place(last.span);
            let uses = masked.pseudo.entry(last.value.to_ascii_uppercase());
            uses.or_default().insert((place.start, place.end));
        }
    }
}
