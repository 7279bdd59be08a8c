//! Expressions.

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CaseWhen, CastKind, CeilFloorKind, DataType, Expr, Ident,
    StructField, Subscript, TrimWhereField, UnaryOperator,
};

use super::{Rendered, Renderer, types};
use crate::{engine::quote, error::QueryError};

impl Renderer<'_> {
    pub(super) fn expression(&mut self, expression: &Expr) -> Rendered {
        match expression {
            Expr::Identifier(ident) => self.identifier(ident),
            Expr::CompoundIdentifier(path) => self.path(path),
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            Expr::Value(value) => self.value(value),
            Expr::Nested(inner) => Ok(format!("({})", self.expression(inner)?)),
            Expr::UnaryOp { op, expr } => self.unary(*op, expr),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::Cast {
                kind,
                expr,
                data_type,
                format: None,
            } => self.cast(kind, expr, data_type),
            Expr::TypedString(typed) => {
                let content = super::literals::text(&self.string_literal(&typed.value)?);
                Ok(format!(
                    "CAST({content} AS {})",
                    types::engine_type(&typed.data_type)?
                ))
            }
            Expr::Case {
                operand,
                conditions,
                else_result,
                ..
            } => self.case(operand.as_deref(), conditions, else_result.as_deref()),
            Expr::Function(function) => self.call(function),
            Expr::Extract { field, expr, .. } => self.extract(field, expr),
            Expr::Interval(interval) => self.interval(interval),
            Expr::Subquery(query) => Ok(format!("({})", self.query(query)?)),
            Expr::Exists { subquery, negated } => Ok(format!(
                "{}EXISTS ({})",
                not(*negated),
                self.query(subquery)?
            )),
            Expr::Array(array) => self.array(&array.elem),
            Expr::Struct { values, fields } => {
                self.structure(values, fields, &field_names(values, fields))
            }
            Expr::Tuple(values) => Ok(format!("({})", self.list(values)?)),
            _ => self.special_call(expression),
        }
    }

    /// Predicates, and functions for which the parser has a node of their own.
    fn special_call(&mut self, expression: &Expr) -> Rendered {
        match expression {
            Expr::Substring {
                expr,
                substring_from: Some(from),
                substring_for: None,
                ..
            } => Ok(format!(
                "bq_substr({}, {})",
                self.expression(expr)?,
                self.expression(from)?
            )),
            Expr::Substring {
                expr,
                substring_from: Some(from),
                substring_for: Some(size),
                ..
            } => Ok(format!(
                "bq_substr({}, {}, {})",
                self.expression(expr)?,
                self.expression(from)?,
                self.expression(size)?
            )),
            Expr::Trim {
                trim_where,
                trim_what: None,
                expr,
                trim_characters,
            } => self.trim(*trim_where, expr, trim_characters.as_deref()),
            Expr::Ceil {
                expr,
                field: CeilFloorKind::DateTimeField(sqlparser::ast::DateTimeField::NoDateTime),
            } => Ok(format!("ceil({})", self.expression(expr)?)),
            Expr::Floor {
                expr,
                field: CeilFloorKind::DateTimeField(sqlparser::ast::DateTimeField::NoDateTime),
            } => Ok(format!("floor({})", self.expression(expr)?)),
            _ => self.predicate(expression),
        }
    }

    fn predicate(&mut self, expression: &Expr) -> Rendered {
        match expression {
            Expr::IsNull(inner) => self.suffixed(inner, "IS NULL"),
            Expr::IsNotNull(inner) => self.suffixed(inner, "IS NOT NULL"),
            Expr::IsTrue(inner) => self.suffixed(inner, "IS TRUE"),
            Expr::IsNotTrue(inner) => self.suffixed(inner, "IS NOT TRUE"),
            Expr::IsFalse(inner) => self.suffixed(inner, "IS FALSE"),
            Expr::IsNotFalse(inner) => self.suffixed(inner, "IS NOT FALSE"),
            Expr::IsDistinctFrom(left, right) => self.infix(left, "IS DISTINCT FROM", right),
            Expr::IsNotDistinctFrom(left, right) => self.infix(left, "IS NOT DISTINCT FROM", right),
            Expr::InList {
                expr,
                list,
                negated,
            } => Ok(format!(
                "{} {}IN ({})",
                self.expression(expr)?,
                not(*negated),
                self.list(list)?
            )),
            Expr::InSubquery {
                expr,
                subquery,
                negated,
            } => Ok(format!(
                "{} {}IN ({})",
                self.expression(expr)?,
                not(*negated),
                self.query(subquery)?
            )),
            Expr::InUnnest {
                expr,
                array_expr,
                negated,
            } => Ok(format!(
                "({}coalesce(list_contains({}, {}), false))",
                not(*negated),
                self.expression(array_expr)?,
                self.expression(expr)?
            )),
            Expr::Between {
                expr,
                negated,
                low,
                high,
            } => Ok(format!(
                "{} {}BETWEEN {} AND {}",
                self.expression(expr)?,
                not(*negated),
                self.expression(low)?,
                self.expression(high)?
            )),
            Expr::Like {
                negated,
                any: false,
                expr,
                pattern,
                escape_char: None,
            } => Ok(format!(
                "{} {}LIKE {} ESCAPE '\\'",
                self.expression(expr)?,
                not(*negated),
                self.expression(pattern)?
            )),
            other => Err(QueryError::unsupported(format!("the expression {other}"))),
        }
    }

    /// Several expressions, separated by commas.
    pub(super) fn list(&mut self, expressions: &[Expr]) -> Rendered {
        let rendered = expressions
            .iter()
            .map(|item| self.expression(item))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(rendered.join(", "))
    }

    fn suffixed(&mut self, inner: &Expr, suffix: &str) -> Rendered {
        Ok(format!("({} {suffix})", self.expression(inner)?))
    }

    fn infix(&mut self, left: &Expr, operator: &str, right: &Expr) -> Rendered {
        Ok(format!(
            "({} {operator} {})",
            self.expression(left)?,
            self.expression(right)?
        ))
    }

    fn identifier(&mut self, ident: &Ident) -> Rendered {
        if ident.quote_style.is_some() {
            return self.path(std::slice::from_ref(ident));
        }
        match ident.value.strip_prefix('@') {
            Some(name) if name.starts_with('@') => Err(QueryError::unsupported(format!(
                "the system variable {}",
                ident.value
            ))),
            Some(name) => self.parameter(name, ident.span),
            None if ident.value.eq_ignore_ascii_case("CURRENT_DATETIME") => {
                Ok("bq_current_datetime()".into())
            }
            None => self.path(std::slice::from_ref(ident)),
        }
    }

    fn unary(&mut self, operator: UnaryOperator, operand: &Expr) -> Rendered {
        let operand = self.expression(operand)?;
        match operator {
            UnaryOperator::Not => Ok(format!("(NOT {operand})")),
            UnaryOperator::Minus => Ok(format!("(-({operand}))")),
            UnaryOperator::Plus => Ok(operand),
            UnaryOperator::BitwiseNot => Ok(format!("(~({operand}))")),
            other => Err(QueryError::unsupported(format!("the operator {other}"))),
        }
    }

    fn binary(&mut self, left: &Expr, operator: &BinaryOperator, right: &Expr) -> Rendered {
        use BinaryOperator as Op;
        if let Some((element, values)) = typed_array(left, operator, right) {
            return Ok(format!("CAST({} AS {element}[])", self.array(values)?));
        }
        let symbol = match operator {
            Op::Divide => {
                return Ok(format!(
                    "bq_divide({}, {})",
                    self.expression(left)?,
                    self.expression(right)?
                ));
            }
            Op::BitwiseXor => {
                return Ok(format!(
                    "xor({}, {})",
                    self.expression(left)?,
                    self.expression(right)?
                ));
            }
            Op::NotEq => "<>",
            Op::Plus => "+",
            Op::Minus => "-",
            Op::Multiply => "*",
            Op::StringConcat => "||",
            Op::Eq => "=",
            Op::Lt => "<",
            Op::LtEq => "<=",
            Op::Gt => ">",
            Op::GtEq => ">=",
            Op::And => "AND",
            Op::Or => "OR",
            Op::BitwiseAnd => "&",
            Op::BitwiseOr => "|",
            Op::PGBitwiseShiftLeft => "<<",
            Op::PGBitwiseShiftRight => ">>",
            other => return Err(QueryError::unsupported(format!("the operator {other}"))),
        };
        self.infix(left, symbol, right)
    }

    /// `CAST` and `SAFE_CAST`; to STRING and INT64 BigQuery converts by rules of its own.
    fn cast(&mut self, kind: &CastKind, operand: &Expr, data_type: &DataType) -> Rendered {
        let safe = match kind {
            CastKind::Cast => false,
            CastKind::SafeCast => true,
            CastKind::TryCast | CastKind::DoubleColon => {
                return Err(QueryError::unsupported("this form of cast"));
            }
        };
        let engine_type = types::engine_type(data_type)?;
        let operand = self.expression(operand)?;
        Ok(match (engine_type.as_str(), safe) {
            _ if operand == "NULL" => format!("CAST(NULL AS {engine_type})"),
            ("VARCHAR", _) => format!("bq_to_string({operand})"),
            ("BIGINT", false) => format!("bq_to_int64({operand})"),
            ("BIGINT", true) => format!("bq_safe_to_int64({operand})"),
            ("BLOB", _) => format!("encode({operand})"),
            (_, false) => format!("CAST({operand} AS {engine_type})"),
            (_, true) => format!("TRY_CAST({operand} AS {engine_type})"),
        })
    }

    fn case(
        &mut self,
        operand: Option<&Expr>,
        branches: &[CaseWhen],
        otherwise: Option<&Expr>,
    ) -> Rendered {
        let mut sql = String::from("CASE");
        if let Some(operand) = operand {
            sql += &format!(" {}", self.expression(operand)?);
        }
        for branch in branches {
            sql += &format!(
                " WHEN {} THEN {}",
                self.expression(&branch.condition)?,
                self.expression(&branch.result)?
            );
        }
        if let Some(otherwise) = otherwise {
            sql += &format!(" ELSE {}", self.expression(otherwise)?);
        }
        Ok(sql + " END")
    }

    fn trim(
        &mut self,
        side: Option<TrimWhereField>,
        operand: &Expr,
        characters: Option<&[Expr]>,
    ) -> Rendered {
        if side.is_some() {
            return Err(QueryError::unsupported(
                "TRIM with BOTH, LEADING or TRAILING",
            ));
        }
        let mut arguments = vec![self.expression(operand)?];
        for character in characters.unwrap_or_default() {
            arguments.push(self.expression(character)?);
        }
        Ok(format!("bq_trim({})", arguments.join(", ")))
    }

    /// `[a, b]`. Structs take the names of their fields from the first one, by place.
    fn array(&mut self, elements: &[Expr]) -> Rendered {
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
    fn structure(&mut self, values: &[Expr], fields: &[StructField], names: &[String]) -> Rendered {
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
            entries.push(format!("{}: {sql}", super::literals::text(name)));
        }
        Ok(format!("{{{}}}", entries.join(", ")))
    }

    /// `array[OFFSET(0)].field`.
    fn access(&mut self, root: &Expr, chain: &[AccessExpr]) -> Rendered {
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
                super::literals::text(&format!("$.\"{member}\""))
            ));
        }
        let (form, index) = match index {
            Expr::Function(function) => {
                let name = function.name.to_string().to_ascii_uppercase();
                match (name.as_str(), super::calls::single_argument(function)) {
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
fn field_names(values: &[Expr], fields: &[StructField]) -> Vec<String> {
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
fn typed_array<'a>(
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

fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}
