//! Calls of functions: only those that are known, and nothing hidden in their arguments.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, HavingBound, Query,
};

use super::{Clause, Ctes, Walk, expression::place_of, names::path_place, path};
use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    functions::{self, Kind},
    scope::Scope,
    value::Value,
};

impl Walk<'_> {
    pub(super) fn call(
        &mut self,
        function: &Function,
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
        let kind = functions::kind(&called).ok_or_else(|| unknown(&called, &place))?;
        let value = match args {
            FunctionArguments::None => Value::default(),
            FunctionArguments::Subquery(query) => {
                return self.array_of(&called, query, scope, ctes);
            }
            FunctionArguments::List(list) => {
                let values = self.arguments(list, kind, scope, ctes)?;
                kind.value(&values)
            }
        };
        if let Some(over) = over {
            self.over(over, scope, ctes)?;
        }
        if kind == Kind::LeaksByError && self.is_sensitive(&value.flow) {
            let message = format!("`{called}` puts its argument into an error message.");
            self.find(FindingCode::ErrorLeak, &place, message);
        }
        Ok(value)
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
        let mut values = Vec::with_capacity(args.len());
        for (position, arg) in args.iter().enumerate() {
            values.push(self.argument(arg, kind, position, scope, ctes)?);
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
    let code = match called.split('.').next() {
        Some("ML" | "AI") => FindingCode::ModelUse,
        _ => FindingCode::UnknownFunction,
    };
    let message = format!("`{called}` is not a function that is known to be harmless.");
    Refusal::new(code, place, message)
}
