//! Calls of functions: those with a syntax of their own here, the plain ones by their macro.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments,
    ObjectNamePart,
};

use super::{Rendered, Renderer, at, literals};
use crate::error::QueryError;

/// The only argument of a call.
pub(super) fn single_argument(function: &Function) -> Option<&Expr> {
    match &function.args {
        FunctionArguments::List(list) => match list.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] => Some(argument),
            _ => None,
        },
        _ => None,
    }
}

/// The arguments of a call which are plain expressions.
pub(super) fn arguments(list: &FunctionArgumentList) -> Result<Vec<&Expr>, QueryError> {
    list.args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Ok(expression),
            other => Err(QueryError::unsupported(format!("the argument {other}"))),
        })
        .collect()
}

impl Renderer<'_> {
    pub(super) fn call(&mut self, function: &Function) -> Rendered {
        let odd = function.uses_odbc_syntax
            || !matches!(function.parameters, FunctionArguments::None)
            || !function.within_group.is_empty()
            || function.filter.is_some();
        if odd {
            return Err(QueryError::unsupported(format!("the call {function}")));
        }
        let name = function
            .name
            .to_string()
            .replace('`', "")
            .to_ascii_uppercase();
        if let FunctionArguments::Subquery(query) = &function.args {
            return match name.as_str() {
                "ARRAY" => Ok(format!("ARRAY({})", self.query(query)?)),
                _ => Err(QueryError::unsupported(format!("{name} of a subquery"))),
            };
        }
        if let Some(rendered) = self.aggregate(&name, function)? {
            return Ok(rendered);
        }
        if function.over.is_some() {
            return Err(unknown(&name, function));
        }
        let arguments = match &function.args {
            FunctionArguments::List(list)
                if list.duplicate_treatment.is_none() && list.clauses.is_empty() =>
            {
                arguments(list)?
            }
            FunctionArguments::None => Vec::new(),
            _ => return Err(QueryError::unsupported(format!("the call {function}"))),
        };
        match name.strip_prefix("SAFE.") {
            Some(inner) => Ok(format!(
                "TRY({})",
                self.scalar(inner, &arguments, function)?
            )),
            None => self.scalar(&name, &arguments, function),
        }
    }

    fn scalar(&mut self, name: &str, arguments: &[&Expr], function: &Function) -> Rendered {
        match (name, arguments) {
            (
                "DATE_TRUNC" | "TIMESTAMP_TRUNC" | "DATETIME_TRUNC" | "TIME_TRUNC",
                [operand, part],
            ) => self.truncate(operand, part),
            (
                "DATE_ADD" | "TIMESTAMP_ADD" | "DATETIME_ADD" | "TIME_ADD",
                [operand, interval @ Expr::Interval(_)],
            ) => self.shift(operand, '+', interval),
            (
                "DATE_SUB" | "TIMESTAMP_SUB" | "DATETIME_SUB" | "TIME_SUB",
                [operand, interval @ Expr::Interval(_)],
            ) => self.shift(operand, '-', interval),
            ("DATE_DIFF" | "DATETIME_DIFF", [later, earlier, part]) => {
                self.difference(false, later, earlier, part)
            }
            ("TIMESTAMP_DIFF" | "TIME_DIFF", [later, earlier, part]) => {
                self.difference(true, later, earlier, part)
            }
            (
                "FORMAT_DATE" | "FORMAT_DATETIME" | "FORMAT_TIMESTAMP" | "FORMAT_TIME"
                | "PARSE_DATE" | "PARSE_DATETIME" | "PARSE_TIMESTAMP" | "PARSE_TIME",
                [format, operand],
            ) => self.formatted(name, format, operand),
            ("REGEXP_EXTRACT" | "REGEXP_SUBSTR" | "REGEXP_EXTRACT_ALL", [text, pattern]) => {
                self.extract_match(name, text, pattern)
            }
            ("FORMAT", [format, values @ ..]) => self.print(format, values),
            ("CONCAT", [_, ..]) => self.joined(arguments, " || "),
            ("COALESCE", [_, ..]) => self.variadic("coalesce", arguments),
            ("GREATEST" | "LEAST", [_, ..]) => self.extreme(name, arguments),
            ("ARRAY_CONCAT", [_, ..]) => self.nested("list_concat", arguments),
            ("CURRENT_DATE" | "CURRENT_TIMESTAMP" | "CURRENT_TIME" | "CURRENT_DATETIME", []) => {
                Ok(format!("bq_{}()", name.to_ascii_lowercase()))
            }
            _ => self.by_macro(name, arguments, function),
        }
    }

    fn by_macro(&mut self, name: &str, arguments: &[&Expr], function: &Function) -> Rendered {
        let by_name = format!("bq_{}", name.to_ascii_lowercase());
        if !self.context.functions.contains(&by_name) {
            return Err(unknown(name, function));
        }
        self.variadic(&by_name, arguments)
    }

    fn each(&mut self, arguments: &[&Expr]) -> Result<Vec<String>, QueryError> {
        arguments
            .iter()
            .map(|argument| self.expression(argument))
            .collect()
    }

    fn variadic(&mut self, function: &str, arguments: &[&Expr]) -> Rendered {
        Ok(format!("{function}({})", self.each(arguments)?.join(", ")))
    }

    fn joined(&mut self, arguments: &[&Expr], operator: &str) -> Rendered {
        Ok(format!("({})", self.each(arguments)?.join(operator)))
    }

    /// `f(a, f(b, c))` for a function of two arguments.
    fn nested(&mut self, function: &str, arguments: &[&Expr]) -> Rendered {
        let mut rendered = self.each(arguments)?.into_iter().rev();
        let last = rendered.next().unwrap_or_default();
        Ok(rendered.fold(last, |inner, argument| {
            format!("{function}({argument}, {inner})")
        }))
    }

    /// `GREATEST` and `LEAST` are NULL as soon as one argument is.
    fn extreme(&mut self, name: &str, arguments: &[&Expr]) -> Rendered {
        let rendered = self.each(arguments)?;
        let known: Vec<String> = rendered
            .iter()
            .map(|argument| format!("{argument} IS NOT NULL"))
            .collect();
        Ok(format!(
            "CASE WHEN {} THEN {}({}) END",
            known.join(" AND "),
            name.to_ascii_lowercase(),
            rendered.join(", ")
        ))
    }

    /// The match of a pattern, or of its only group.
    fn extract_match(&mut self, name: &str, text: &Expr, pattern: &Expr) -> Rendered {
        let Some(pattern) = self.constant(pattern) else {
            return Err(QueryError::unsupported(format!(
                "{name} with a pattern that is not a literal"
            )));
        };
        let group = capturing_groups(&pattern);
        if group > 1 {
            return Err(QueryError::invalid_query(format!(
                "Regular expressions passed into {name} must not have more than 1 capturing group"
            )));
        }
        let (text, pattern) = (self.expression(text)?, literals::text(&pattern));
        Ok(match name {
            "REGEXP_EXTRACT_ALL" => format!("regexp_extract_all({text}, {pattern}, {group})"),
            _ => format!(
                "CASE WHEN regexp_matches({text}, {pattern}) THEN regexp_extract({text}, {pattern}, {group}) END"
            ),
        })
    }

    /// `FORMAT` with the specifiers that mean the same in C.
    fn print(&mut self, format: &Expr, values: &[&Expr]) -> Rendered {
        let Some(format) = self.constant(format) else {
            return Err(QueryError::unsupported(
                "FORMAT with a format that is not a literal",
            ));
        };
        let mut characters = format.chars().peekable();
        while let Some(character) = characters.next() {
            if character != '%' {
                continue;
            }
            while characters
                .next_if(|next| next.is_ascii_digit() || ".-+ ".contains(*next))
                .is_some()
            {}
            match characters.next() {
                Some('d' | 'i' | 's' | 'f' | 'x' | 'X' | '%') => {}
                other => {
                    let specifier: String = other.into_iter().collect();
                    return Err(QueryError::unsupported(format!(
                        "the format specifier %{specifier}"
                    )));
                }
            }
        }
        let mut arguments = vec![literals::text(&format)];
        arguments.extend(self.each(values)?);
        Ok(format!("printf({})", arguments.join(", ")))
    }
}

/// The failure BigQuery reports for a function it does not know.
pub(super) fn unknown(name: &str, function: &Function) -> QueryError {
    let place = match function.name.0.first() {
        Some(ObjectNamePart::Identifier(ident)) => at(ident.span),
        _ => String::new(),
    };
    QueryError::invalid_query(format!("Function not found: {name};{place}"))
}

/// How many groups of a regular expression capture.
fn capturing_groups(pattern: &str) -> usize {
    let (mut groups, mut in_class) = (0, false);
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let mut step = character.len_utf8();
        match character {
            '\\' => step += rest[step..].chars().next().map_or(0, char::len_utf8),
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class
                && (!rest.starts_with("(?")
                    || rest.starts_with("(?P<")
                    || rest.starts_with("(?<")) =>
            {
                groups += 1;
            }
            _ => {}
        }
        rest = &rest[step..];
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::capturing_groups;

    #[test]
    fn only_groups_that_capture_count() {
        assert_eq!(capturing_groups(r"@(.+)$"), 1);
        assert_eq!(capturing_groups(r"(?:a|b)\([(](?P<name>x)"), 1);
        assert_eq!(capturing_groups(r"(a)(b)"), 2);
    }
}
