//! The tables that a script makes: when a name stands for one, and what is stored in it.

use domain::TableName;
use sqlparser::ast::{Ident, ObjectName, Query};

use super::{
    super::{Ctes, Output, Walk, field, path, path_place},
    Own,
};
use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    scope::Relation,
    statement::Kind,
    value::{Field, Flow, Value, join},
};

/// A table that the script made. What it holds was masked when it was read.
#[derive(Debug, Clone)]
pub(crate) struct OwnTable {
    pub relation: Relation,
    /// It ends with the script, and is no table of the catalog's projects.
    pub is_temporary: bool,
    pub(super) presence: Presence,
}

/// Whether a name stands for the script's table or for one of the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// The statement that makes it stands further on.
    Later,
    /// It was made at this depth, in a block that is not yet left.
    Here { depth: usize },
    /// It was dropped, or made where the statement may have been left out.
    Uncertain,
}

impl Walk<'_> {
    /// Goes out of a block or branch: perhaps it never ran, and made no table.
    pub fn leave_block(&mut self) {
        let left = self.own.depth;
        for table in self.own.tables.values_mut() {
            if table.presence == (Presence::Here { depth: left }) {
                table.presence = Presence::Uncertain;
            }
        }
        self.own.depth = left.saturating_sub(1);
    }

    /// After `ROLLBACK` no table of the script is certain to be there.
    pub fn roll_back(&mut self) {
        for table in self.own.tables.values_mut() {
            table.presence = Presence::Uncertain;
        }
    }

    /// The table of the script that a name stands for, and that name; an error where it may stand
    /// for another table as well. Views do not see tables of the session.
    pub fn own_table(&self, parts: &[&Ident]) -> Followed<Option<(TableName, &OwnTable)>> {
        if self.own.tables.is_empty() || !self.views.is_empty() {
            return Ok(None);
        }
        let temporary = match parts {
            [only] => Some(only),
            [session, table] if session.value.eq_ignore_ascii_case("_SESSION") => Some(table),
            _ => None,
        };
        let temporary = temporary.map(|table| temporary_name(&table.value));
        let full = self.full_name(parts, &(0..0)).ok();
        for name in temporary.into_iter().chain(full) {
            let Some(table) = self.own.tables.get(&name) else {
                continue;
            };
            match table.presence {
                Presence::Here { .. } => return Ok(Some((name, table))),
                Presence::Later if !self.own.repeats => {}
                Presence::Later | Presence::Uncertain => {
                    let what = "A table that the script may not have made here";
                    return Err(Refusal::unsupported(&path_place(parts), what));
                }
            }
        }
        Ok(None)
    }

    /// `DROP TABLE` of a table of the session: whether it is one.
    pub fn drop_own(&mut self, target: &ObjectName) -> Followed<bool> {
        let parts = path(target)?;
        let here = Presence::Here {
            depth: self.own.depth,
        };
        let Some((name, table)) = self.own_table(&parts)? else {
            return Ok(false);
        };
        if !table.is_temporary {
            return Ok(false);
        }
        // In an inner block it may be dropped or not.
        if table.presence != here {
            let what = "A DROP in another block than the CREATE";
            return Err(Refusal::unsupported(&path_place(&parts), what));
        }
        if let Some(table) = self.own.tables.get_mut(&name) {
            table.presence = Presence::Uncertain;
        }
        Ok(true)
    }

    /// `CREATE` of a table or view.
    pub fn creation(
        &mut self,
        kind: &Kind,
        target: &ObjectName,
        columns: &[String],
        query: Option<&Query>,
        place: &Place,
    ) -> Followed<Output> {
        let parts = path(target)?;
        let full = if kind.temporary {
            if self.is_catalogued(&parts) {
                // Which of the two a name means later must not rest on us.
                let what = "A temporary table under the name of one in the default dataset";
                return Err(Refusal::unsupported(place, what));
            }
            temporary_name(parts.last().map_or("", |last| &last.value))
        } else {
            let full = self.full_name(&parts, place)?;
            self.writes.insert(full.clone());
            full
        };
        let catalog = self.catalog;
        let exists = catalog.tables.contains_key(&full) || catalog.views.contains_key(&full);
        if exists && !kind.unless_exists {
            let message = format!("`{full}` exists: it would be replaced.");
            return Err(Refusal::new(FindingCode::Destructive, place, message));
        }
        let masked = self.masked.len();
        let output = match query {
            Some(query) if kind.is_view() => self.definition_of_view(query)?,
            Some(query) => self.query(query, None, &Ctes::default())?,
            None => Output::default(),
        };
        if kind.name != "create_table_as" {
            self.stays_unmasked(masked, place)?;
        }
        if !exists {
            self.keep(full, renamed(&output.fields, columns), kind);
        }
        Ok(output)
    }

    /// A view does not see what lives in the session: a name means what it means without it.
    fn definition_of_view(&mut self, query: &Query) -> Followed<Output> {
        let lasting = self.own.tables.iter().filter(|(_, t)| !t.is_temporary);
        let visible = Own {
            tables: lasting.map(|(n, t)| (n.clone(), t.clone())).collect(),
            repeats: self.own.repeats,
            ..Own::default()
        };
        let own = std::mem::replace(&mut self.own, visible);
        let output = self.query(query, None, &Ctes::default());
        self.own = own;
        output
    }

    /// A table of the script carries everything that is ever stored in it.
    fn keep(&mut self, name: TableName, mut fields: Vec<Field>, kind: &Kind) {
        let before = self.own.tables.get(&name);
        let same = before.filter(|own| same_columns(&own.relation.fields, &fields));
        if let Some(own) = same {
            for (now, before) in fields.iter_mut().zip(&own.relation.fields) {
                now.value = Value::one_of(&[before.value.clone(), now.value.clone()]);
            }
        }
        // Where a table is there already, `IF NOT EXISTS` leaves it as it is: of the session's, only
        // the script itself can have made one.
        let known = before.is_none() || same.is_some();
        let surely_made = if kind.unless_exists {
            kind.temporary && known
        } else {
            // Of two tables of one name, either can be there in the next turn of a loop.
            known || !self.own.repeats
        };
        let presence = if surely_made {
            Presence::Here {
                depth: self.own.depth,
            }
        } else {
            Presence::Uncertain
        };
        let own = OwnTable {
            relation: Relation {
                fields,
                ..Relation::default()
            },
            is_temporary: kind.temporary,
            presence,
        };
        self.own.tables.insert(name, own);
    }

    /// Rows that a query gives are stored in a table of the script, by position.
    pub fn store(&mut self, target: &ObjectName, columns: &[Ident], output: &Output) {
        let given = output.fields.len();
        let differs = |own: &mut OwnTable| columns.is_empty() && own.relation.fields.len() != given;
        if self.own_mut(target).is_some_and(differs) {
            return self.store_everything(target);
        }
        let stored = |own: &mut OwnTable| {
            for (position, given) in output.fields.iter().enumerate() {
                let field = match columns.get(position) {
                    Some(column) => {
                        let mut fields = own.relation.fields.iter_mut();
                        fields.find(|f| f.is_named(&column.value))
                    }
                    None => own.relation.fields.get_mut(position),
                };
                if let Some(field) = field {
                    field.value = Value::one_of(&[field.value.clone(), given.value.clone()]);
                }
            }
        };
        if let Some(own) = self.own_mut(target) {
            stored(own);
        }
    }

    /// Whatever a statement read may be stored in any column of a table of the script.
    pub fn store_everything(&mut self, target: &ObjectName) {
        let flow: Flow = join(self.references.values());
        let read = Value {
            flow,
            ..Value::default()
        };
        if let Some(own) = self.own_mut(target) {
            for field in &mut own.relation.fields {
                field.value = Value::from_all([&field.value, &read]);
            }
        }
    }

    fn own_mut(&mut self, target: &ObjectName) -> Option<&mut OwnTable> {
        let (name, _) = self.own_table(&path(target).ok()?).ok()??;
        self.own.tables.get_mut(&name)
    }
}

fn same_columns(some: &[Field], others: &[Field]) -> bool {
    let names = |fields: &[Field]| -> Vec<Option<String>> {
        let names = fields.iter().map(|f| f.name.as_deref());
        names
            .map(|name| name.map(str::to_ascii_lowercase))
            .collect()
    };
    names(some) == names(others)
}

fn temporary_name(table: &str) -> TableName {
    TableName::new(format!("_SESSION.{table}"))
}

/// The columns of a table that is made of a query, of a list of columns, or of both. A declared
/// type takes the fields of a struct by position, whatever they are called.
fn renamed(given: &[Field], columns: &[String]) -> Vec<Field> {
    if columns.is_empty() {
        return given.to_vec();
    }
    let values = given.iter().map(|f| Value::from_all([&f.value]));
    let values = values.chain(std::iter::repeat_with(Value::default));
    let named = columns.iter().zip(values);
    named
        .map(|(own, value)| field(Some(own.as_str().into()), value))
        .collect()
}
