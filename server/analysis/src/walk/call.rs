//! Calls of functions: only those that are known, and nothing hidden in their arguments.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, HavingBound, LambdaFunction, OneOrManyWithParens,
    Query,
};

use super::{
    Clause, Ctes, Function as OwnFunction, Walk, expression::place_of, field, name,
    names::path_place, path,
};
use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    functions::{self, Kind},
    scope::Scope,
    value::{Field, Value},
};

impl Walk<'_> {
    /// A call; `first` is the value before the dot of `value.function(…)`.
    pub(super) fn call(
        &mut self,
        function: &Function,
        first: Option<Value>,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        let Function {
            name: object,
            uses_odbc_syntax: false,
            parameters: FunctionArguments::None,
            args,
            within_group,
            filter: None,
            null_treatment: _,
            over,
        } = function
        else {
            return Err(Refusal::unsupported(&(0..0), "This form of call"));
        };
        let parts = path(object)?;
        let place = path_place(&parts);
        let called = parts
            .iter()
            .map(|i| i.value.to_ascii_uppercase())
            .collect::<Vec<_>>()
            .join(".");
        if !within_group.is_empty() {
            return Err(Refusal::unsupported(&place, "WITHIN GROUP"));
        }
        let is_quoted = parts.iter().any(|part| part.quote_style.is_some());
        if called == "WITH" && !is_quoted {
            return self.with_names(args, scope, ctes);
        }
        if let Some(own) = self.own_function(&called) {
            return self.call_of_own(&own, args, first, (scope, ctes), &place);
        }
        let kind = functions::kind(&called).ok_or_else(|| unknown(&called, &place))?;
        let value = match args {
            FunctionArguments::None => Value::default(),
            FunctionArguments::Subquery(query) => {
                return self.array_of(&called, query, scope, ctes);
            }
            FunctionArguments::List(list) => {
                let values = self.within_call(functions::is_aggregate(&called), |walk| {
                    walk.arguments(list, first, kind, scope, ctes)
                })?;
                kind.value(&values)
            }
        };
        if let Some(over) = over {
            self.over(over, scope, ctes)?;
        }
        self.suspect_call(&called, &value, &place);
        if kind == Kind::LeaksByError && self.is_sensitive(&value.flow) {
            self.note_failing(&value.flow);
            let message = format!("`{called}` puts its argument into an error message.");
            self.find(FindingCode::ErrorLeak, &place, message);
        }
        Ok(value)
    }

    fn call_of_own(
        &mut self,
        function: &OwnFunction,
        args: &FunctionArguments,
        first: Option<Value>,
        (scope, ctes): (&Scope<'_>, &Ctes),
        place: &Place,
    ) -> Followed<Value> {
        let mut values: Vec<Value> = first.into_iter().collect();
        let FunctionArguments::List(list) = args else {
            return Err(Refusal::unsupported(place, "This form of call"));
        };
        if !list.clauses.is_empty() || list.duplicate_treatment.is_some() {
            return Err(Refusal::unsupported(place, "This form of call"));
        }
        for arg in &list.args {
            let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = arg else {
                return Err(Refusal::unsupported(place, "This form of argument"));
            };
            values.push(self.expression(expr, scope, ctes)?);
        }
        self.call_own(function, &values, place)
    }

    /// `WITH(name AS value, …, result)`: each name is in reach of what stands behind it.
    fn with_names(
        &mut self,
        args: &FunctionArguments,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        let FunctionArguments::List(list) = args else {
            return Err(Refusal::unsupported(&(0..0), "This form of WITH"));
        };
        let mut names: Vec<Field> = Vec::new();
        let mut result = Value::default();
        for arg in &list.args {
            let (FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))
            | FunctionArg::Named {
                arg: FunctionArgExpr::Expr(expr),
                ..
            }) = arg
            else {
                return Err(Refusal::unsupported(&(0..0), "This form of WITH"));
            };
            self.step(names.len())?;
            let inner = Scope::of_names(names.clone(), Some(scope));
            result = self.expression(expr, &inner, ctes)?;
            if let FunctionArg::Named { name: own, .. } = arg {
                let own = name(own)?;
                names.retain(|field| !field.is_named(own));
                names.push(field(Some(own.into()), result.clone()));
            }
        }
        Ok(result)
    }

    /// The body of a lambda, whose parameters stand for the elements of the arguments before it:
    /// the first for an element of the first array, all others for anything that is given.
    fn lambda(
        &mut self,
        lambda: &LambdaFunction,
        before: &[Value],
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        let parameters = match &lambda.params {
            OneOrManyWithParens::One(only) => std::slice::from_ref(only),
            OneOrManyWithParens::Many(many) => many.as_slice(),
        };
        let whole = Value::from_all(before);
        let mut names = Vec::with_capacity(parameters.len());
        for (position, parameter) in parameters.iter().enumerate() {
            if parameter.data_type.is_some() {
                return Err(Refusal::unsupported(&(0..0), "A typed parameter"));
            }
            let value = match before {
                [array, ..] if position == 0 => array.element(),
                // With one array, the second parameter is the position.
                [_] => Value::default(),
                _ => whole.clone(),
            };
            names.push(field(Some(name(&parameter.name)?.into()), value));
        }
        let inner = Scope::of_names(names, Some(scope));
        self.expression(&lambda.body, &inner, ctes)
    }

    /// `ARRAY(SELECT …)`.
    fn array_of(
        &mut self,
        called: &str,
        query: &Query,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        if called != "ARRAY" {
            return Err(Refusal::unsupported(
                &(0..0),
                "A query as the only argument",
            ));
        }
        let element = self.query(query, Some(scope), ctes)?.single(&(0..0))?;
        Ok(Value::array_of(element))
    }

    fn arguments(
        &mut self,
        list: &FunctionArgumentList,
        first: Option<Value>,
        kind: Kind,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Value>> {
        let FunctionArgumentList {
            duplicate_treatment,
            args,
            clauses,
        } = list;
        match duplicate_treatment {
            None | Some(DuplicateTreatment::Distinct | DuplicateTreatment::All) => {}
        }
        let mut values = Vec::with_capacity(args.len() + 1);
        values.extend(first);
        for arg in args {
            let value = match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Lambda(lambda))) => {
                    self.lambda(lambda, &values, scope, ctes)?
                }
                _ => self.argument(arg, kind, values.len(), scope, ctes)?,
            };
            values.push(value);
        }
        for clause in clauses {
            self.argument_clause(clause, scope, ctes)?;
        }
        Ok(values)
    }

    fn argument(
        &mut self,
        arg: &FunctionArg,
        kind: Kind,
        position: usize,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        let arg = match arg {
            FunctionArg::Unnamed(arg) | FunctionArg::Named { arg, .. } => arg,
            FunctionArg::ExprNamed { .. } => {
                return Err(Refusal::unsupported(&(0..0), "This form of argument"));
            }
        };
        match arg {
            FunctionArgExpr::Expr(expr) if kind.takes_part_at(position) => date_part(expr),
            FunctionArgExpr::Expr(expr) => self.expression(expr, scope, ctes),
            FunctionArgExpr::Wildcard if kind == Kind::Count => Ok(Value::default()),
            FunctionArgExpr::Wildcard
            | FunctionArgExpr::QualifiedWildcard(_)
            | FunctionArgExpr::WildcardWithOptions(_) => {
                Err(Refusal::unsupported(&(0..0), "A star as an argument"))
            }
        }
    }

    /// What is behind the arguments only decides which rows count.
    fn argument_clause(
        &mut self,
        clause: &FunctionArgumentClause,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<()> {
        match clause {
            FunctionArgumentClause::IgnoreOrRespectNulls(_) => Ok(()),
            FunctionArgumentClause::OrderBy(keys) => keys
                .iter()
                .try_for_each(|key| self.sort_key(key, None, scope, ctes)),
            FunctionArgumentClause::Limit(expr)
            | FunctionArgumentClause::Where(expr)
            | FunctionArgumentClause::Having(HavingBound(_, expr)) => self
                .within(Clause::Filter, |walk| walk.expression(expr, scope, ctes))
                .map(drop),
            _ => Err(Refusal::unsupported(&(0..0), "A clause of this call")),
        }
    }

    /// An index of an array: a number, or one of the words that say how it counts.
    pub(super) fn subscript(
        &mut self,
        index: &Expr,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        let Expr::Function(Function {
            name,
            args: FunctionArguments::List(list),
            over: None,
            ..
        }) = index
        else {
            return self.expression(index, scope, ctes);
        };
        let word = name.to_string().to_ascii_uppercase();
        let counts = ["OFFSET", "ORDINAL", "SAFE_OFFSET", "SAFE_ORDINAL"].contains(&word.as_str());
        match list.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(inner))] if counts => {
                self.expression(inner, scope, ctes)
            }
            _ => self.expression(index, scope, ctes),
        }
    }
}

/// The keys of `ROLLUP(…)` or `CUBE(…)`, when this is such.
pub(super) fn nested_grouping(key: &Expr) -> Option<Vec<&Expr>> {
    let Expr::Function(Function {
        name,
        args: FunctionArguments::List(list),
        ..
    }) = key
    else {
        return None;
    };
    let called = name.to_string().to_ascii_uppercase();
    let keys = list.args.iter().map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    ["ROLLUP", "CUBE"]
        .contains(&called.as_str())
        .then(|| keys.collect())
        .flatten()
}

/// `MONTH`, `WEEK(MONDAY)`, `NFKC`: words, never columns.
fn date_part(expr: &Expr) -> Followed<Value> {
    let word = match expr {
        Expr::Identifier(ident) => Some(&ident.value),
        Expr::Function(function) => match function.name.0.as_slice() {
            [only] => only.as_ident().map(|ident| &ident.value),
            _ => None,
        },
        _ => None,
    };
    match word {
        Some(word) if functions::is_part(word) => Ok(Value::default()),
        _ => Err(Refusal::unsupported(
            &place_of(expr),
            "This part of a date or time",
        )),
    }
}

fn unknown(called: &str, place: &Place) -> Refusal {
    let message = format!("`{called}` is not a function that is known to be harmless.");
    Refusal::new(functions::refusal(called), place, message)
}
