//! Composite values: arrays, structs, and how their parts are reached.

use sqlparser::ast::{AccessExpr, BinaryOperator, Expr, StructField, Subscript};

use super::{Rendered, Renderer, calls, literals, types};
use crate::{engine::quote, error::QueryError};

impl Renderer<'_> {
    /// `[a, b]`. Structs take the names of their fields from the first one, by place.
    pub(super) fn array(&mut self, elements: &[Expr]) -> Rendered {
        let names = match elements.first() {
            Some(Expr::Struct { values, fields }) => Some(field_names(values, fields)),
            _ => None,
        };
        let mut rendered = Vec::with_capacity(elements.len());
        for element in elements {
            rendered.push(match (element, &names) {
                (Expr::Struct { values, fields }, Some(names)) if values.len() == names.len() => {
                    self.structure(values, fields, names)?
                }
                _ => self.expression(element)?,
            });
        }
        Ok(format!("[{}]", rendered.join(", ")))
    }

    /// `STRUCT(a AS x, b)` and `STRUCT<x INT64>(1)`, with names for the fields.
    pub(super) fn structure(
        &mut self,
        values: &[Expr],
        fields: &[StructField],
        names: &[String],
    ) -> Rendered {
        let mut entries = Vec::with_capacity(values.len());
        for (index, (value, name)) in values.iter().zip(names).enumerate() {
            let expression = match value {
                Expr::Named { expr, .. } => expr,
                plain => plain,
            };
            let mut sql = self.expression(expression)?;
            if let Some(field) = fields.get(index) {
                sql = format!("CAST({sql} AS {})", types::engine_type(&field.field_type)?);
            }
            entries.push(format!("{}: {sql}", literals::text(name)));
        }
        Ok(format!("{{{}}}", entries.join(", ")))
    }

    /// `array[OFFSET(0)].field`.
    pub(super) fn access(&mut self, root: &Expr, chain: &[AccessExpr]) -> Rendered {
        let mut sql = self.expression(root)?;
        for step in chain {
            sql = match step {
                AccessExpr::Dot(Expr::Identifier(field)) => {
                    format!("({sql}).{}", quote(&field.value))
                }
                AccessExpr::Subscript(Subscript::Index { index }) => self.element(&sql, index)?,
                other => return Err(QueryError::unsupported(format!("the access {other}"))),
            };
        }
        Ok(sql)
    }

    /// One element of an array by `OFFSET`, `ORDINAL` or their safe forms, or a member of JSON.
    fn element(&mut self, array: &str, index: &Expr) -> Rendered {
        if let Some(member) = self.constant(index) {
            return Ok(format!(
                "json_extract({array}, {})",
                literals::text(&format!("$.\"{member}\""))
            ));
        }
        let (form, index) = match index {
            Expr::Function(function) => {
                let name = function.name.to_string().to_ascii_uppercase();
                match (name.as_str(), calls::single_argument(function)) {
                    ("OFFSET" | "ORDINAL" | "SAFE_OFFSET" | "SAFE_ORDINAL", Some(index)) => {
                        (name, index)
                    }
                    _ => ("OFFSET".into(), index),
                }
            }
            _ => ("OFFSET".into(), index),
        };
        let index = self.expression(index)?;
        Ok(match form.as_str() {
            "SAFE_OFFSET" => format!("bq_at_safe_offset({array}, {index})"),
            "ORDINAL" => format!("bq_at_offset({array}, {index} - 1)"),
            "SAFE_ORDINAL" => format!("bq_at_safe_offset({array}, {index} - 1)"),
            _ => format!("bq_at_offset({array}, {index})"),
        })
    }
}

/// What the fields of a struct are called.
pub(super) fn field_names(values: &[Expr], fields: &[StructField]) -> Vec<String> {
    let name = |(index, value): (usize, &Expr)| {
        let written = match (fields.get(index), value) {
            (Some(field), _) => field.field_name.as_ref().map(|name| name.value.clone()),
            (None, Expr::Named { name, .. }) => Some(name.value.clone()),
            (None, plain) => output_name(plain),
        };
        written.unwrap_or_else(|| types::anonymous_field(index))
    };
    values.iter().enumerate().map(name).collect()
}

/// The type in `ARRAY<type>[…]`, which the parser reads as two comparisons.
pub(super) fn typed_array<'a>(
    left: &Expr,
    operator: &BinaryOperator,
    right: &'a Expr,
) -> Option<(&'static str, &'a [Expr])> {
    let (
        Expr::BinaryOp {
            left: keyword,
            op: BinaryOperator::Lt,
            right: element,
        },
        BinaryOperator::Gt,
    ) = (left, operator)
    else {
        return None;
    };
    let (Expr::Identifier(keyword), Expr::Identifier(element), Expr::Array(array)) =
        (keyword.as_ref(), element.as_ref(), right)
    else {
        return None;
    };
    let element = types::scalar_by_name(&element.value)?;
    keyword
        .value
        .eq_ignore_ascii_case("ARRAY")
        .then_some((element, array.elem.as_slice()))
}

/// The name which an expression gives to its column when none is written.
pub(super) fn output_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(ident) if !ident.value.starts_with('@') => Some(ident.value.clone()),
        Expr::CompoundIdentifier(path) => path.last().map(|ident| ident.value.clone()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(AccessExpr::Dot(Expr::Identifier(field))) => Some(field.value.clone()),
            _ => None,
        },
        Expr::Nested(inner) => output_name(inner),
        _ => None,
    }
}
