//! Expressions.

use sqlparser::ast::{
    BinaryOperator, CaseWhen, CastKind, DataType, Expr, Ident, TrimWhereField, UnaryOperator,
};

use super::{
    DEEPEST, Rendered, Renderer,
    composites::{field_names, typed_array},
    literals,
    predicates::not,
    types,
};
use crate::error::QueryError;

impl Renderer<'_> {
    pub(super) fn expression(&mut self, expression: &Expr) -> Rendered {
        if self.depth >= DEEPEST {
            return Err(QueryError::unsupported("so deeply nested an expression"));
        }
        self.depth += 1;
        let rendered = self.nested_expression(expression);
        self.depth -= 1;
        rendered
    }

    fn nested_expression(&mut self, expression: &Expr) -> Rendered {
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
                let content = literals::text(&self.string_literal(&typed.value)?);
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
            _ => self.predicate(expression),
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

    pub(super) fn infix(&mut self, left: &Expr, operator: &str, right: &Expr) -> Rendered {
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
        let mut words = vec!["CASE".to_owned()];
        if let Some(operand) = operand {
            words.push(self.expression(operand)?);
        }
        for CaseWhen { condition, result } in branches {
            let (condition, result) = (self.expression(condition)?, self.expression(result)?);
            words.push(format!("WHEN {condition} THEN {result}"));
        }
        if let Some(otherwise) = otherwise {
            words.push(format!("ELSE {}", self.expression(otherwise)?));
        }
        words.push("END".into());
        Ok(words.join(" "))
    }

    pub(super) fn trim(
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
}
