//! Expressions: what flows into their value.

use std::rc::Rc;

use sqlparser::ast::{
    AccessExpr, ArrayElemTypeDef, BinaryOperator, DataType, Expr, Query, Spanned, StructField,
    Subscript, UnaryOperator,
};

use super::{Ctes, Output, Walk, field, name, select::implied_name};
use crate::{
    finding::{Followed, Place, Refusal},
    lexer::place,
    scope::Scope,
    value::{Field, Flow, Shape, Value, join},
};

/// Where an expression stands. Only names and literals are asked: long chains cost nothing.
pub(super) fn place_of(expr: &Expr) -> Place {
    match expr {
        Expr::Identifier(ident) => place(ident.span),
        Expr::CompoundIdentifier(parts) => {
            super::names::path_place(&parts.iter().collect::<Vec<_>>())
        }
        Expr::Value(value) => place(value.span),
        Expr::Function(function) => place(function.name.span()),
        _ => 0..0,
    }
}

impl Walk<'_> {
    /// What flows into an expression's value. A condition within it, as of `CASE`, flows too.
    pub fn expression(&mut self, expr: &Expr, scope: &Scope<'_>, ctes: &Ctes) -> Followed<Value> {
        self.deeper(|walk| walk.expression_here(expr, scope, ctes))
    }

    fn each<'e>(
        &mut self,
        expressions: impl IntoIterator<Item = &'e Expr>,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Vec<Value>> {
        expressions
            .into_iter()
            .map(|expr| self.expression(expr, scope, ctes))
            .collect()
    }

    /// The joint value of several expressions.
    pub(super) fn all<'e>(
        &mut self,
        expressions: impl IntoIterator<Item = &'e Expr>,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        Ok(Value::from_all(&self.each(expressions, scope, ctes)?))
    }

    fn expression_here(&mut self, expr: &Expr, scope: &Scope<'_>, ctes: &Ctes) -> Followed<Value> {
        match expr {
            Expr::Identifier(ident) => self.column(&[ident], scope),
            Expr::CompoundIdentifier(parts) => {
                self.column(&parts.iter().collect::<Vec<_>>(), scope)
            }
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.access(root, access_chain, scope, ctes)
            }
            Expr::Value(_) => Ok(Value::default()),
            Expr::TypedString(typed) => check_type(&typed.data_type).map(|()| Value::default()),
            Expr::Interval(interval) => self.all([interval.value.as_ref()], scope, ctes),
            Expr::Nested(inner) => self.expression(inner, scope, ctes),
            Expr::BinaryOp { .. } => self.chain(expr, scope, ctes),
            Expr::UnaryOp { op, expr: inner } => match op {
                UnaryOperator::Plus
                | UnaryOperator::Minus
                | UnaryOperator::Not
                | UnaryOperator::BitwiseNot => {
                    let value = self.expression(inner, scope, ctes)?;
                    Ok(Value::from_all([&value]))
                }
                _ => Err(Refusal::unsupported(&place_of(inner), "This operator")),
            },
            Expr::Function(function) => self.call(function, None, scope, ctes),
            Expr::Subquery(query) => self.scalar(query, scope, ctes),
            Expr::Array(array) => {
                let elements = self.each(&array.elem, scope, ctes)?;
                Ok(Value::array_of(Value::one_of(&elements)))
            }
            Expr::Struct { values, fields } => self.structure(values, fields, scope, ctes),
            Expr::Tuple(values) => self.structure(values, &[], scope, ctes),
            Expr::Named { expr, .. } => self.expression(expr, scope, ctes),
            _ => self.test(expr, scope, ctes),
        }
    }

    /// A chain of operators leans to the left; it is followed without recursion.
    fn chain(&mut self, expr: &Expr, scope: &Scope<'_>, ctes: &Ctes) -> Followed<Value> {
        let mut flows = Vec::new();
        let mut left_end = expr;
        let mut compared = None;
        while let Expr::BinaryOp { left, op, right } = left_end {
            check_operator(op)?;
            let flow = self.expression(right, scope, ctes)?.flow;
            self.suspect_operator(op, (right, &flow));
            flows.push(flow);
            if is_comparison(op) {
                compared = Some((left, right, flows.len()));
            }
            left_end = left;
        }
        flows.push(self.expression(left_end, scope, ctes)?.flow);
        // Comparisons do not chain: all that came behind it is its left side.
        if let Some((left, right, at)) = compared {
            let sides = [
                (left.as_ref(), &join(&flows[at..])),
                (right.as_ref(), &flows[at - 1]),
            ];
            self.suspect_comparison(sides);
        }
        Ok(Value {
            flow: join(&flows),
            ..Value::default()
        })
    }

    /// Within a view values are raw, so a value there carries what decides about its rows too.
    fn scalar(&mut self, query: &Query, scope: &Scope<'_>, ctes: &Ctes) -> Followed<Value> {
        let (output, deciding) = self.with_deciding(query, scope, ctes)?;
        let value = output.single(&(0..0))?;
        if self.views.is_empty() || deciding.is_subset(&value.flow) {
            return Ok(value);
        }
        Ok(Value {
            flow: join([&value.flow, &deciding]),
            ..Value::default()
        })
    }

    /// Whether rows exist tells about everything that decides which rows come.
    pub(super) fn existence(
        &mut self,
        query: &Query,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        let (output, deciding) = self.with_deciding(query, scope, ctes)?;
        let columns = output.fields.iter().map(|field| &field.value.flow);
        Ok(Value {
            flow: join(columns.chain([&deciding])),
            ..Value::default()
        })
    }

    /// What a subquery answers, and what decides about its rows.
    fn with_deciding(
        &mut self,
        query: &Query,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<(Output, Flow)> {
        let outside = std::mem::take(&mut self.indirect);
        let output = self.query(query, Some(scope), ctes);
        let deciding = std::mem::replace(&mut self.indirect, outside);
        self.indirect = join([&self.indirect, &deciding]);
        Ok((output?, deciding))
    }

    fn access(
        &mut self,
        root: &Expr,
        chain: &[AccessExpr],
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        let mut value = self.expression(root, scope, ctes)?;
        for access in chain {
            value = match access {
                AccessExpr::Dot(Expr::Identifier(ident)) => {
                    value.field(name(ident)?, &place(ident.span))?
                }
                AccessExpr::Dot(Expr::Function(function)) => {
                    self.call(function, Some(value), scope, ctes)?
                }
                AccessExpr::Subscript(Subscript::Index { index }) => {
                    let index = self.subscript(index, scope, ctes)?;
                    let element = value.element();
                    if index.flow.is_empty() {
                        element
                    } else {
                        Value::from_all([&element, &index])
                    }
                }
                _ => {
                    return Err(Refusal::unsupported(
                        &place_of(root),
                        "This access to a value",
                    ));
                }
            };
        }
        Ok(value)
    }

    fn structure(
        &mut self,
        values: &[Expr],
        types: &[StructField],
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<Value> {
        let mut fields: Vec<Field> = Vec::with_capacity(values.len());
        for (position, expr) in values.iter().enumerate() {
            let own = match expr {
                Expr::Named { name: own, .. } => Some(name(own)?.into()),
                expr => implied_name(expr)?,
            };
            let own = field(own, self.expression(expr, scope, ctes)?);
            fields.push(match types.get(position) {
                Some(declared) => self.typed_field(&own.value, declared)?,
                None => own,
            });
        }
        Ok(Value::from_fields(fields))
    }

    /// A value of this type, whose fields have the type's names.
    pub(super) fn typed(&mut self, value: &Value, data_type: &DataType) -> Followed<Value> {
        self.step(1)?;
        match data_type {
            DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => {
                let element = self.typed(&value.element(), element)?;
                Ok(Value::array_of(element))
            }
            DataType::Struct(fields, _) => {
                let known = match &value.shape {
                    Shape::Struct(known) if known.len() == fields.len() => Some(Rc::clone(known)),
                    _ => None,
                };
                let named = fields.iter().enumerate().map(|(position, declared)| {
                    let part = known.as_ref().map_or(value, |known| &known[position].value);
                    self.typed_field(part, declared)
                });
                Ok(Value::from_fields(named.collect::<Followed<_>>()?))
            }
            _ => {
                check_type(data_type)?;
                Ok(Value::from_all([value]))
            }
        }
    }

    fn typed_field(&mut self, value: &Value, declared: &StructField) -> Followed<Field> {
        let StructField {
            field_name,
            field_type,
            options: None,
        } = declared
        else {
            return Err(Refusal::unsupported(&(0..0), "This typed struct"));
        };
        let own = match field_name {
            Some(own) => Some(name(own)?.into()),
            None => None,
        };
        Ok(field(own, self.typed(value, field_type)?))
    }
}

/// A type reads nothing; one that the parser does not know by name is refused.
pub(super) fn check_type(data_type: &DataType) -> Followed<()> {
    let DataType::Custom(object, _) = data_type else {
        return Ok(());
    };
    let known = ["BYTEINT", "FLOAT32", "GEOGRAPHY", "RANGE"];
    let written = object.to_string().to_ascii_uppercase();
    if known.contains(&written.as_str()) {
        return Ok(());
    }
    Err(Refusal::unsupported(&place(object.span()), "This type"))
}

fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator as Op;
    matches!(
        op,
        Op::Gt | Op::Lt | Op::GtEq | Op::LtEq | Op::Eq | Op::NotEq
    )
}

fn check_operator(op: &BinaryOperator) -> Followed<()> {
    use BinaryOperator as Op;
    match op {
        Op::Plus
        | Op::Minus
        | Op::Multiply
        | Op::Divide
        | Op::StringConcat
        | Op::Gt
        | Op::Lt
        | Op::GtEq
        | Op::LtEq
        | Op::Eq
        | Op::NotEq
        | Op::And
        | Op::Or
        | Op::BitwiseOr
        | Op::BitwiseAnd
        | Op::BitwiseXor
        | Op::PGBitwiseShiftLeft
        | Op::PGBitwiseShiftRight => Ok(()),
        _ => Err(Refusal::unsupported(&(0..0), "This operator")),
    }
}
