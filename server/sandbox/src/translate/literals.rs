//! Literals: text, bytes, numbers, and the values of parameters.

use sqlparser::{
    ast::{Expr, Value, ValueWithSpan},
    dialect::BigQueryDialect,
    tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer},
};

use super::{Rendered, Renderer};
use crate::error::QueryError;

/// Escapes which the parser resolves as BigQuery does.
const KNOWN_ESCAPES: &[char] = &['a', 'b', 'f', 'n', 'r', 't', '\\', '\'', '"', '`', '?'];

/// Text as a literal of the engine, where only the quote itself is doubled.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

impl Renderer<'_> {
    pub(super) fn value(&self, value: &ValueWithSpan) -> Rendered {
        match &value.value {
            Value::Number(digits, _) => Ok(number(digits)),
            Value::Boolean(truth) => Ok(truth.to_string()),
            Value::Null => Ok("NULL".into()),
            Value::SingleQuotedByteStringLiteral(bytes)
            | Value::DoubleQuotedByteStringLiteral(bytes) => {
                if bytes.contains('\\') {
                    return Err(QueryError::unsupported(
                        "an escape sequence in a BYTES literal",
                    ));
                }
                Ok(format!("encode({})", text(bytes)))
            }
            Value::Placeholder(name) => self.parameter(name.trim_start_matches('@'), value.span),
            _ => self.string_literal(value).map(|content| text(&content)),
        }
    }

    /// The content of a string literal.
    pub(super) fn string_literal(&self, literal: &ValueWithSpan) -> Rendered {
        match &literal.value {
            Value::SingleQuotedString(content)
            | Value::DoubleQuotedString(content)
            | Value::TripleSingleQuotedString(content)
            | Value::TripleDoubleQuotedString(content) => {
                self.check_escapes(literal.span)?;
                Ok(content.clone())
            }
            Value::SingleQuotedRawStringLiteral(content)
            | Value::DoubleQuotedRawStringLiteral(content)
            | Value::TripleSingleQuotedRawStringLiteral(content)
            | Value::TripleDoubleQuotedRawStringLiteral(content) => Ok(content.clone()),
            other => Err(QueryError::unsupported(format!("the literal {other}"))),
        }
    }

    /// The content, if the expression is a string literal.
    pub(super) fn constant(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Value(literal) => self.string_literal(literal).ok(),
            _ => None,
        }
    }

    /// The parser drops the backslash of an escape it does not know, where BigQuery reads a
    /// character code or reports an error.
    fn check_escapes(&self, span: Span) -> Result<(), QueryError> {
        let written = self.source_at(span);
        let mut characters = written.chars();
        while let Some(character) = characters.next() {
            if character != '\\' {
                continue;
            }
            if let Some(escaped) = characters.next()
                && !KNOWN_ESCAPES.contains(&escaped)
            {
                return Err(QueryError::unsupported(format!(
                    "the escape sequence \\{escaped}"
                )));
            }
        }
        Ok(())
    }

    /// The source text between two places.
    fn source_at(&self, span: Span) -> String {
        let (Ok(first), Ok(last)) = (
            usize::try_from(span.start.line),
            usize::try_from(span.end.line),
        ) else {
            return String::new();
        };
        let lines = self
            .source
            .split('\n')
            .enumerate()
            .skip(first.saturating_sub(1))
            .take(last + 1 - first.min(last));
        let mut text = String::new();
        for (index, line) in lines {
            let from = if index + 1 == first {
                span.start.column.saturating_sub(1)
            } else {
                0
            };
            let to = if index + 1 == last {
                span.end.column.saturating_sub(1)
            } else {
                u64::MAX
            };
            text.extend(
                line.chars()
                    .zip(0_u64..)
                    .filter(|(_, at)| (from..to).contains(at))
                    .map(|(c, _)| c),
            );
        }
        text
    }

    /// The value of `@name`, or of the `?` that stands at a place.
    pub(super) fn parameter(&self, name: &str, span: Span) -> Rendered {
        let parameters = self.context.parameters.iter();
        let found = if name == "?" {
            let index = self
                .positional
                .iter()
                .position(|place| *place == span.start);
            index.and_then(|index| {
                parameters
                    .filter(|parameter| parameter.name.is_none())
                    .nth(index)
            })
        } else {
            let matches = |given: &String| given.eq_ignore_ascii_case(name);
            parameters
                .into_iter()
                .find(|parameter| parameter.name.as_ref().is_some_and(matches))
        };
        found.map(|parameter| parameter.sql.clone()).ok_or_else(|| {
            QueryError::invalid_query(format!(
                "Query parameter '{name}' not found{}",
                super::at(span)
            ))
        })
    }
}

/// Where the positional parameters stand, in the order of the text.
pub(super) fn positional_parameters(sql: &str) -> Vec<Location> {
    let tokens = Tokenizer::new(&BigQueryDialect, sql)
        .tokenize_with_location()
        .unwrap_or_default();
    let positional =
        |token: &TokenWithSpan| matches!(&token.token, Token::Placeholder(name) if name == "?");
    tokens
        .into_iter()
        .filter(positional)
        .map(|token| token.span.start)
        .collect()
}

/// A number with BigQuery's type: whole numbers are `INT64`, others `FLOAT64`.
fn number(digits: &str) -> String {
    if digits.contains(['.', 'e', 'E']) && !digits.starts_with("0x") {
        format!("{digits}::DOUBLE")
    } else {
        format!("{digits}::BIGINT")
    }
}
