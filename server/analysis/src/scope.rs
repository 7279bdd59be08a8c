//! Names in reach: range variables, their columns, and the scopes around them.

use std::rc::Rc;

use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    value::{Field, Value, same_name},
};

/// A table, view, subquery or array within `FROM`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relation {
    /// The range variable.
    pub name: Option<Rc<str>>,
    /// Its columns in the order of `SELECT *`.
    pub fields: Vec<Field>,
    /// The row as a value, where it is not just a struct of the columns.
    pub row: Option<Value>,
    /// Columns that exist but are not part of `SELECT *`.
    pub pseudo: Vec<Field>,
    /// Columns that `USING` joined with another relation's.
    pub merged: Vec<Rc<str>>,
    /// Where the text names the catalog's table, when this is one.
    pub table: Option<usize>,
    /// Whether it is reached by its name alone, as behind a pipe's `SET`: no star gives it.
    pub aside: bool,
}

impl Relation {
    /// The whole row as one value.
    pub fn row(&self) -> Value {
        self.row
            .clone()
            .unwrap_or_else(|| Value::from_fields(self.fields.clone()))
    }

    fn is_merged(&self, field: &Field) -> bool {
        self.merged.iter().any(|name| field.is_named(name))
    }

    /// What `SELECT *` gives, without what `USING` joined.
    pub fn starred(&self) -> impl Iterator<Item = &Field> {
        let fields = self.fields.iter().filter(|_| !self.aside);
        fields.filter(|field| !self.is_merged(field))
    }
}

/// The relations of one query block, and what is around it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope<'a> {
    pub relations: Vec<Relation>,
    /// Columns that `USING` made of several.
    pub merged: Vec<Field>,
    /// Names that the select list gives, for the clauses behind it.
    pub aliases: Vec<Field>,
    pub outer: Option<&'a Scope<'a>>,
}

/// What a name stands for.
#[derive(Debug)]
pub(crate) enum Found<'s> {
    /// A range variable: its row, or with a further part its column.
    Row(&'s Relation),
    Column {
        value: Value,
        /// Set for a pseudo-column: the place of its table's name.
        pseudo_of: Option<usize>,
    },
}

impl<'a> Scope<'a> {
    pub fn within(outer: Option<&'a Scope<'a>>) -> Self {
        Self {
            outer,
            ..Self::default()
        }
    }

    /// A scope of names alone, such as the parameters of a function.
    pub fn of_names(names: Vec<Field>, outer: Option<&'a Scope<'a>>) -> Self {
        let relations = vec![Relation {
            fields: names,
            ..Relation::default()
        }];
        Self {
            relations,
            ..Self::within(outer)
        }
    }

    /// The nearest meaning of a name, from the inside out.
    pub fn find(&self, name: &str, place: &Place) -> Followed<Option<Found<'_>>> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(found) = here.find_here(name, place)? {
                return Ok(Some(found));
            }
            scope = here.outer;
        }
        Ok(None)
    }

    /// The nearest range variable of this name.
    pub fn range_variable(&self, name: &str) -> Option<&Relation> {
        let here = self.relations.iter().find(|r| is_named(r, name));
        here.or_else(|| self.outer.and_then(|outer| outer.range_variable(name)))
    }

    /// Whether a column of this name is in reach.
    pub fn has_column(&self, name: &str) -> bool {
        let reached = self.relations.iter().filter(|r| !r.aside);
        let mut fields = reached.flat_map(|r| &r.fields);
        fields.any(|f| f.is_named(name)) || self.outer.is_some_and(|outer| outer.has_column(name))
    }

    /// A range variable beats a column. A name of the select list may stand for both itself
    /// and what it hides, so its value carries both.
    fn find_here(&self, name: &str, place: &Place) -> Followed<Option<Found<'_>>> {
        let inner = self.find_relation(name, place)?;
        let Some(alias) = self.aliases.iter().find(|f| f.is_named(name)) else {
            return Ok(inner);
        };
        let hidden = match inner {
            Some(Found::Row(relation)) => relation.row(),
            Some(Found::Column { value, .. }) => value,
            None => Value::default(),
        };
        let value = Value::from_all([&alias.value, &hidden]);
        Ok(Some(Found::Column {
            value,
            pseudo_of: None,
        }))
    }

    fn find_relation(&self, name: &str, place: &Place) -> Followed<Option<Found<'_>>> {
        let mut rows = self.relations.iter().filter(|r| is_named(r, name));
        match (rows.next(), rows.next()) {
            (Some(relation), None) => return Ok(Some(Found::Row(relation))),
            (Some(_), Some(_)) => return Err(ambiguous(name, place)),
            (None, _) => {}
        }
        if let Some(field) = self.merged.iter().find(|f| f.is_named(name)) {
            return Ok(Some(column(field, None)));
        }
        let reached = self.relations.iter().filter(|relation| !relation.aside);
        let mut found = reached.flat_map(|relation| {
            let fields = relation.fields.iter();
            let plain = fields
                .filter(move |f| f.is_named(name) && !relation.is_merged(f))
                .map(|f| column(f, None));
            let pseudo = relation.pseudo.iter().filter(move |f| f.is_named(name));
            plain.chain(pseudo.map(|f| column(f, relation.table)))
        });
        match (found.next(), found.next()) {
            (found, None) => Ok(found),
            _ => Err(ambiguous(name, place)),
        }
    }
}

impl Relation {
    /// The column of this name, pseudo-columns included.
    pub fn column(&self, name: &str, place: &Place) -> Followed<Found<'_>> {
        if let Some(row) = self.row.as_ref().filter(|_| self.fields.is_empty()) {
            let value = row.field(name, place)?;
            return Ok(Found::Column {
                value,
                pseudo_of: None,
            });
        }
        let mut plain = self.fields.iter().filter(|f| f.is_named(name));
        match (plain.next(), plain.next()) {
            (Some(field), None) => return Ok(column(field, None)),
            (Some(_), Some(_)) => return Err(ambiguous(name, place)),
            (None, _) => {}
        }
        let pseudo = self.pseudo.iter().find(|f| f.is_named(name));
        let Some(field) = pseudo else {
            let relation = self.name.as_deref().unwrap_or("this table");
            let message = format!("`{relation}` has no column `{name}`.");
            return Err(Refusal::new(FindingCode::UnknownColumn, place, message));
        };
        Ok(column(field, self.table))
    }
}

fn is_named(relation: &Relation, name: &str) -> bool {
    relation
        .name
        .as_deref()
        .is_some_and(|own| same_name(own, name))
}

fn column<'s>(field: &Field, pseudo_of: Option<usize>) -> Found<'s> {
    Found::Column {
        value: field.value.clone(),
        pseudo_of,
    }
}

fn ambiguous(name: &str, place: &Place) -> Refusal {
    let message = format!("The name `{name}` could mean several columns.");
    Refusal::new(FindingCode::AmbiguousName, place, message)
}
