//! Predicates, and functions for which the parser has a node of their own.

use sqlparser::ast::{CeilFloorKind, DateTimeField, Expr};

use super::{Rendered, Renderer};
use crate::error::QueryError;

/// `NOT `, or nothing.
pub(super) fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}

impl Renderer<'_> {
    pub(super) fn predicate(&mut self, expression: &Expr) -> Rendered {
        if let Some((operand, test)) = simple_test(expression) {
            return Ok(format!("({} {test})", self.expression(operand)?));
        }
        match expression {
            Expr::IsDistinctFrom(left, right) => self.infix(left, "IS DISTINCT FROM", right),
            Expr::IsNotDistinctFrom(left, right) => self.infix(left, "IS NOT DISTINCT FROM", right),
            Expr::Between {
                expr,
                negated,
                low,
                high,
            } => {
                let (value, low, high) = (
                    self.expression(expr)?,
                    self.expression(low)?,
                    self.expression(high)?,
                );
                Ok(format!("{value} {}BETWEEN {low} AND {high}", not(*negated)))
            }
            Expr::Like {
                negated,
                any: false,
                expr,
                pattern,
                escape_char: None,
            } => {
                let (value, pattern) = (self.expression(expr)?, self.expression(pattern)?);
                Ok(format!(
                    "{value} {}LIKE {pattern} ESCAPE '\\'",
                    not(*negated)
                ))
            }
            _ => self.membership(expression),
        }
    }

    fn membership(&mut self, expression: &Expr) -> Rendered {
        let (value, set, negated) = match expression {
            Expr::InList {
                expr,
                list,
                negated,
            } => (expr, self.list(list)?, negated),
            Expr::InSubquery {
                expr,
                subquery,
                negated,
            } => (expr, self.query(subquery)?, negated),
            Expr::InUnnest {
                expr,
                array_expr,
                negated,
            } => {
                let (value, array) = (self.expression(expr)?, self.expression(array_expr)?);
                return Ok(format!(
                    "({}coalesce(list_contains({array}, {value}), false))",
                    not(*negated)
                ));
            }
            _ => return self.function_node(expression),
        };
        Ok(format!(
            "{} {}IN ({set})",
            self.expression(value)?,
            not(*negated)
        ))
    }

    fn function_node(&mut self, expression: &Expr) -> Rendered {
        match expression {
            Expr::Substring {
                expr,
                substring_from: Some(from),
                substring_for,
                ..
            } => {
                let mut arguments = vec![self.expression(expr)?, self.expression(from)?];
                if let Some(size) = substring_for {
                    arguments.push(self.expression(size)?);
                }
                Ok(format!("bq_substr({})", arguments.join(", ")))
            }
            Expr::Trim {
                trim_where,
                trim_what: None,
                expr,
                trim_characters,
            } => self.trim(*trim_where, expr, trim_characters.as_deref()),
            Expr::Ceil {
                expr,
                field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime),
            } => Ok(format!("ceil({})", self.expression(expr)?)),
            Expr::Floor {
                expr,
                field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime),
            } => Ok(format!("floor({})", self.expression(expr)?)),
            other => Err(QueryError::unsupported(format!("the expression {other}"))),
        }
    }
}

/// A test of one operand, such as `x IS NULL`.
fn simple_test(expression: &Expr) -> Option<(&Expr, &'static str)> {
    Some(match expression {
        Expr::IsNull(operand) => (operand, "IS NULL"),
        Expr::IsNotNull(operand) => (operand, "IS NOT NULL"),
        Expr::IsTrue(operand) => (operand, "IS TRUE"),
        Expr::IsNotTrue(operand) => (operand, "IS NOT TRUE"),
        Expr::IsFalse(operand) => (operand, "IS FALSE"),
        Expr::IsNotFalse(operand) => (operand, "IS NOT FALSE"),
        _ => return None,
    })
}
