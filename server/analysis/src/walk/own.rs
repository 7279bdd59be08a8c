//! What a script makes for itself: variables, tables and functions.

use std::{collections::BTreeMap, rc::Rc};

use domain::TableName;
use sqlparser::ast::{Expr, Ident, ObjectName, Query, Spanned};

use super::{Ctes, Output, Walk, field, name, path, path_place};
use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    functions,
    scope::{Relation, Scope},
    statement::Kind,
    value::{Field, Flow, Value, join},
};

/// Everything that a script makes for itself.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// In small letters.
    variables: BTreeMap<String, Value>,
    /// Those of the session as `_SESSION.name`.
    tables: BTreeMap<TableName, OwnTable>,
    /// In capitals.
    functions: BTreeMap<String, Rc<Function>>,
    /// What decides which statements run.
    deciding: Flow,
    /// In how many blocks and branches the statement stands.
    depth: usize,
    /// Whether statements may run more than once.
    repeats: bool,
}

/// A table that the script made. What it holds was masked when it was read.
#[derive(Debug, Clone)]
pub(crate) struct OwnTable {
    pub relation: Relation,
    /// It ends with the script, and is no table of the catalog's projects.
    pub is_temporary: bool,
    presence: Presence,
}

/// Whether a name stands for the script's table or for one of the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// The statement that makes it stands further on.
    Later,
    /// It was made at this depth, in a block that is not yet left.
    Here { depth: usize },
    /// It was dropped, or made where the statement may have been left out.
    Uncertain,
}

/// A function that the script made of an expression.
#[derive(Debug)]
pub(crate) struct Function {
    pub name: ObjectName,
    pub parameters: Vec<Rc<str>>,
    pub body: Expr,
}

impl Walk<'_> {
    /// How much flows into what the script keeps: it only grows.
    pub fn kept(&self) -> usize {
        let tables = self.own.tables.values().flat_map(|t| &t.relation.fields);
        let values = tables.map(|f| &f.value).chain(self.own.variables.values());
        values.map(|value| value.flow.len() + 1).sum::<usize>() + self.own.deciding.len()
    }

    /// Whether the script makes what is of use to a script only.
    pub fn makes_own(&self) -> bool {
        let mut tables = self.own.tables.values();
        tables.any(|table| table.is_temporary) || !self.own.functions.is_empty()
    }

    /// Goes to the start of the script, with what is known of what flows through it.
    pub fn begin_script(&mut self, repeats: bool) {
        self.own.repeats = repeats;
        self.own.depth = 0;
        for table in self.own.tables.values_mut() {
            table.presence = Presence::Later;
        }
    }

    /// Forgets what was learnt of the statement before. What decided whether statements run
    /// decides about every one of them.
    pub fn begin_statement(&mut self) {
        self.indirect.clone_from(&self.own.deciding);
        self.references.clear();
        self.findings.clear();
        self.partitioned.clear();
        self.reads.clear();
        self.writes.clear();
    }

    /// Takes over a condition, and what decided about its rows: they decide what runs.
    pub fn decide_runs(&mut self, condition: &Flow) {
        self.own.deciding = join([&self.own.deciding, &self.indirect, condition]);
    }

    /// Goes into a block or branch.
    pub fn enter_block(&mut self) {
        self.own.depth += 1;
    }

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

    /// A variable, which any column hides. Views do not see it.
    pub(super) fn variable(&self, name: &str) -> Option<&Value> {
        let known = self.own.variables.get(&name.to_ascii_lowercase());
        known.filter(|_| self.views.is_empty())
    }

    /// A variable carries everything that is ever set into it.
    pub fn set_variable(&mut self, name: &str, value: &Value) {
        let kept = self.own.variables.entry(name.to_ascii_lowercase());
        kept.and_modify(|known| *known = Value::one_of(&[known.clone(), value.clone()]))
            .or_insert_with(|| value.clone());
    }

    /// The function that the script made under this name, in capitals.
    pub(super) fn own_function(&self, called: &str) -> Option<Rc<Function>> {
        let known = self.own.functions.get(called);
        known.filter(|_| self.views.is_empty()).cloned()
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
        let surely_made =
            !kind.unless_exists || kind.temporary && (before.is_none() || same.is_some());
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

    /// `CREATE TEMP FUNCTION`, whose body is an expression.
    pub fn create_function(&mut self, function: &Rc<Function>, place: &Place) -> Followed<()> {
        let parts = path(&function.name)?;
        let [own] = parts.as_slice() else {
            return Err(Refusal::unsupported(place, "The name of this function"));
        };
        let own = name(own)?.to_ascii_uppercase();
        if functions::kind(&own).is_some() {
            let what = "A function under the name of a built-in one";
            return Err(Refusal::unsupported(place, what));
        }
        let nothing = vec![Value::default(); function.parameters.len()];
        let masked = self.masked.len();
        self.call_own(function, &nothing, place)?;
        self.stays_unmasked(masked, place)?;
        let other = self.own.functions.insert(own, Rc::clone(function));
        if other.is_some_and(|other| other.name.span() != function.name.span()) {
            let what = "A function that is made twice";
            return Err(Refusal::unsupported(place, what));
        }
        Ok(())
    }

    /// What is kept as text cannot be masked: the salt of a mask would be kept with it.
    fn stays_unmasked(&self, before: usize, place: &Place) -> Followed<()> {
        if self.masked.len() == before {
            return Ok(());
        }
        let message = "A definition that reads tagged columns cannot be kept masked.";
        Err(Refusal::new(FindingCode::Unmaskable, place, message))
    }

    /// What the body of a function gives for these arguments.
    pub(super) fn call_own(
        &mut self,
        function: &Function,
        arguments: &[Value],
        place: &Place,
    ) -> Followed<Value> {
        if arguments.len() != function.parameters.len() {
            let message = "The function is given another number of arguments than it takes.";
            return Err(Refusal::new(FindingCode::SyntaxError, place, message));
        }
        let given = function.parameters.iter().zip(arguments);
        let names = given.map(|(own, value)| field(Some(Rc::clone(own)), value.clone()));
        let scope = Scope::of_names(names.collect(), None);
        self.expression(&function.body, &scope, &Ctes::default())
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

/// The columns of a table that is made of a query, of a list of columns, or of both.
fn renamed(given: &[Field], columns: &[String]) -> Vec<Field> {
    if columns.is_empty() {
        return given.to_vec();
    }
    let values = given.iter().map(|f| f.value.clone());
    let values = values.chain(std::iter::repeat_with(Value::default));
    let named = columns.iter().zip(values);
    named
        .map(|(own, value)| field(Some(own.as_str().into()), value))
        .collect()
}
