//! What a script makes for itself: variables, tables and functions.

mod tables;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    rc::Rc,
};

use domain::TableName;
use sqlparser::ast::{DataType, Expr, ObjectName, Spanned};

use super::{Ctes, Walk, field, name, path};
use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    functions,
    scope::Scope,
    uses::UsedFlows,
    value::{Flow, Value, join},
};
use tables::{OwnTable, Presence};

/// Everything that a script makes for itself.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// In small letters.
    variables: BTreeMap<String, Variable>,
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

/// What a variable may hold, and the type by which it was declared.
#[derive(Debug, Default)]
struct Variable {
    value: Value,
    data_type: Option<DataType>,
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
        let variables = self.own.variables.values().map(|variable| &variable.value);
        let values = tables.map(|f| &f.value).chain(variables);
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
        self.uses = UsedFlows::default();
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

    /// A variable, which any column hides. Views do not see it.
    pub(super) fn variable(&self, name: &str) -> Option<&Value> {
        let known = self.own.variables.get(&name.to_ascii_lowercase());
        let known = known.map(|variable| &variable.value);
        known.filter(|_| self.views.is_empty())
    }

    /// `DECLARE`: of a struct type, a variable has the fields of the type.
    pub fn declare_variable(&mut self, name: &str, data_type: Option<&DataType>) -> Followed<()> {
        if let Some(data_type) = data_type {
            let nothing = self.typed(&Value::default(), data_type)?;
            let variable = self.own.variables.entry(name.to_ascii_lowercase());
            variable.or_insert_with(|| Variable {
                value: nothing,
                data_type: Some(data_type.clone()),
            });
        }
        Ok(())
    }

    /// A variable carries everything that is ever set into it.
    pub fn set_variable(&mut self, name: &str, value: &Value) -> Followed<()> {
        let name = name.to_ascii_lowercase();
        let declared = self.own.variables.get(&name);
        let value = match declared.and_then(|variable| variable.data_type.clone()) {
            Some(data_type) => self.typed(value, &data_type)?,
            None => value.clone(),
        };
        match self.own.variables.entry(name) {
            Entry::Occupied(mut known) => {
                let variable = known.get_mut();
                variable.value = Value::one_of(&[variable.value.clone(), value]);
            }
            Entry::Vacant(unknown) => {
                unknown.insert(Variable {
                    value,
                    data_type: None,
                });
            }
        }
        Ok(())
    }

    /// The function that the script made under this name, in capitals.
    pub(super) fn own_function(&self, called: &str) -> Option<Rc<Function>> {
        let known = self.own.functions.get(called);
        known.filter(|_| self.views.is_empty()).cloned()
    }

    /// `CREATE TEMP FUNCTION`, whose body is an expression.
    pub fn create_function(&mut self, function: &Rc<Function>, place: &Place) -> Followed<()> {
        let parts = path(&function.name)?;
        let [own] = parts.as_slice() else {
            return Err(Refusal::unsupported(place, "The name of this function"));
        };
        let own = name(own)?.to_ascii_uppercase();
        let is_built_in = functions::kind(&own).is_some()
            || functions::refusal(&own) != FindingCode::UnknownFunction;
        if is_built_in {
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

    /// What the body of a function gives for these arguments. Declared types take the fields of a
    /// struct by position, whatever they are called, so the fields are not told apart.
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
        let names = given.map(|(own, value)| {
            let whole = Value::from_all([value]);
            field(Some(Rc::clone(own)), whole)
        });
        let scope = Scope::of_names(names.collect(), None);
        let result = self.expression(&function.body, &scope, &Ctes::default())?;
        Ok(Value::from_all([&result]))
    }
}
