//! Tests such as `IN` and `BETWEEN`, and functions that the parser gives nodes of their own.

use sqlparser::ast::{CastFormat, CastKind, Expr};

use super::{Ctes, Walk};
use crate::{
    finding::{Followed, Refusal},
    scope::Scope,
    value::Value,
};

impl Walk<'_> {
    /// Tests and the functions that the parser knows by name.
    pub(super) fn test(&mut self, expr: &Expr, scope: &Scope<'_>, ctes: &Ctes) -> Followed<Value> {
        match expr {
            Expr::IsFalse(e)
            | Expr::IsNotFalse(e)
            | Expr::IsTrue(e)
            | Expr::IsNotTrue(e)
            | Expr::IsNull(e)
            | Expr::IsNotNull(e)
            | Expr::IsUnknown(e)
            | Expr::IsNotUnknown(e) => self.all([e.as_ref()], scope, ctes),
            Expr::IsDistinctFrom(a, b) | Expr::IsNotDistinctFrom(a, b) => {
                self.all([a.as_ref(), b.as_ref()], scope, ctes)
            }
            Expr::InList {
                expr,
                list,
                negated: _,
            } => {
                let value = self.expression(expr, scope, ctes)?;
                let list = self.all(list, scope, ctes)?;
                self.suspect_list((expr, &value), &list);
                Ok(Value::from_all([&value, &list]))
            }
            Expr::InSubquery {
                expr,
                subquery,
                negated: _,
            } => {
                let value = self.expression(expr, scope, ctes)?;
                let found = self.existence(subquery, scope, ctes)?;
                self.suspect_list((expr, &value), &found);
                Ok(Value::from_all([&value, &found]))
            }
            Expr::InUnnest {
                expr,
                array_expr,
                negated: _,
            } => {
                let value = self.expression(expr, scope, ctes)?;
                let array = self.expression(array_expr, scope, ctes)?;
                self.suspect_list((expr, &value), &array);
                Ok(Value::from_all([&value, &array]))
            }
            Expr::Between {
                expr,
                negated: _,
                low,
                high,
            } => self.all([expr.as_ref(), low.as_ref(), high.as_ref()], scope, ctes),
            Expr::Like {
                negated: _,
                any: _,
                expr,
                pattern,
                escape_char: None,
            } => self.all([expr.as_ref(), pattern.as_ref()], scope, ctes),
            Expr::Exists {
                subquery,
                negated: _,
            } => self.existence(subquery, scope, ctes),
            Expr::Case {
                case_token: _,
                end_token: _,
                operand,
                conditions,
                else_result,
            } => {
                let arms = conditions
                    .iter()
                    .flat_map(|when| [&when.condition, &when.result]);
                let ends = operand.iter().chain(else_result).map(Box::as_ref);
                self.all(ends.chain(arms), scope, ctes)
            }
            _ => self.built_in(expr, scope, ctes),
        }
    }

    /// Functions that the parser gives nodes of their own.
    fn built_in(&mut self, expr: &Expr, scope: &Scope<'_>, ctes: &Ctes) -> Followed<Value> {
        match expr {
            Expr::Cast {
                kind,
                expr,
                data_type,
                format,
            } => {
                match format {
                    None | Some(CastFormat::Value(_) | CastFormat::ValueAtTimeZone(..)) => {}
                }
                let value = self.expression(expr, scope, ctes)?;
                if *kind == CastKind::Cast {
                    self.suspect_cast(expr, &value, data_type);
                }
                self.typed(&value, data_type)
            }
            Expr::AtTimeZone {
                timestamp,
                time_zone,
            } => self.all([timestamp.as_ref(), time_zone.as_ref()], scope, ctes),
            Expr::Extract {
                field: _,
                syntax: _,
                expr,
            } => self.all([expr.as_ref()], scope, ctes),
            Expr::Collate { expr, collation: _ } => self.expression(expr, scope, ctes),
            _ => Err(Refusal::unsupported(&(0..0), "This kind of expression")),
        }
    }
}
