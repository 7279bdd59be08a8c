//! Dates and times: parts, intervals, truncation, differences, formats.

use sqlparser::ast::{DateTimeField, Expr, Interval};

use super::{Rendered, Renderer};
use crate::error::QueryError;

/// A part of a date or time as the engine calls it; weeks begin some days after Monday.
pub(super) struct Part {
    name: String,
    /// How many days to move so that the week begins on the engine's Monday.
    week_shift: i32,
}

impl Part {
    /// Reads `MONTH`, `WEEK(MONDAY)`, `ISOWEEK` ….
    pub(super) fn parse(text: &str) -> Result<Self, QueryError> {
        let upper = text.to_ascii_uppercase();
        let week_shift = match upper.as_str() {
            "WEEK" | "WEEK(SUNDAY)" => 1,
            "WEEK(SATURDAY)" => 2,
            "WEEK(FRIDAY)" => 3,
            "WEEK(THURSDAY)" => 4,
            "WEEK(WEDNESDAY)" => 5,
            "WEEK(TUESDAY)" => 6,
            _ => 0,
        };
        let name = match upper.as_str() {
            "MICROSECOND" | "MILLISECOND" | "SECOND" | "MINUTE" | "HOUR" | "DAY" | "MONTH"
            | "QUARTER" | "YEAR" | "ISOYEAR" => upper.to_ascii_lowercase(),
            "ISOWEEK" => "week".into(),
            week if week.starts_with("WEEK") => "week".into(),
            _ => return Err(QueryError::unsupported(format!("the date part {text}"))),
        };
        Ok(Self { name, week_shift })
    }

    fn shifted(&self, operand: &str, direction: char) -> String {
        match self.week_shift {
            0 => operand.to_owned(),
            days => format!("({operand} {direction} to_days({days}))"),
        }
    }
}

impl Renderer<'_> {
    /// `DATE_TRUNC(x, MONTH)` and its sisters; the result has the type of `x`.
    pub(super) fn truncate(&mut self, operand: &Expr, part: &Expr) -> Rendered {
        let operand = self.expression(operand)?;
        let part = Part::parse(&part.to_string())?;
        let truncated = format!(
            "date_trunc('{}', {})",
            part.name,
            part.shifted(&operand, '+')
        );
        Ok(format!(
            "cast_to_type({}, {operand})",
            part.shifted(&truncated, '-')
        ))
    }

    /// `DATE_ADD(x, INTERVAL 1 DAY)` and its sisters; the result has the type of `x`.
    pub(super) fn shift(&mut self, operand: &Expr, operator: char, interval: &Expr) -> Rendered {
        let operand = self.expression(operand)?;
        let interval = self.expression(interval)?;
        Ok(format!(
            "cast_to_type({operand} {operator} {interval}, {operand})"
        ))
    }

    /// `DATE_DIFF` and `DATETIME_DIFF` count the boundaries between two times, `TIMESTAMP_DIFF`
    /// and `TIME_DIFF` the whole units.
    pub(super) fn difference(
        &mut self,
        whole: bool,
        later: &Expr,
        earlier: &Expr,
        part: &Expr,
    ) -> Rendered {
        let part = Part::parse(&part.to_string())?;
        let (later, earlier) = (self.expression(later)?, self.expression(earlier)?);
        if part.name == "week" {
            let week =
                |operand: &str| format!("date_trunc('week', {})", part.shifted(operand, '+'));
            return Ok(format!(
                "(date_diff('day', {}, {}) // 7)",
                week(&earlier),
                week(&later)
            ));
        }
        let function = if whole { "date_sub" } else { "date_diff" };
        Ok(format!("{function}('{}', {earlier}, {later})", part.name))
    }

    /// `INTERVAL 3 DAY`.
    pub(super) fn interval(&mut self, interval: &Interval) -> Rendered {
        let (Some(field), None) = (&interval.leading_field, &interval.last_field) else {
            return Err(QueryError::unsupported(format!("the interval {interval}")));
        };
        let count = self.expression(&interval.value)?;
        let field = field.to_string().to_ascii_uppercase();
        let (function, factor) = match field.as_str() {
            "MICROSECOND" => ("to_microseconds", 1),
            "MILLISECOND" => ("to_microseconds", 1000),
            "SECOND" => ("to_seconds", 1),
            "MINUTE" => ("to_minutes", 1),
            "HOUR" => ("to_hours", 1),
            "DAY" => ("to_days", 1),
            "WEEK" => ("to_days", 7),
            "MONTH" => ("to_months", 1),
            "QUARTER" => ("to_months", 3),
            "YEAR" => ("to_months", 12),
            _ => {
                return Err(QueryError::unsupported(format!(
                    "the interval part {field}"
                )));
            }
        };
        let size = if matches!(function, "to_days" | "to_months") {
            "INTEGER"
        } else {
            "BIGINT"
        };
        Ok(format!("{function}(CAST(({count}) * {factor} AS {size}))"))
    }

    /// `EXTRACT(part FROM x)`.
    ///
    /// Source: <https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions#extract>
    pub(super) fn extract(&mut self, field: &DateTimeField, operand: &Expr) -> Rendered {
        let operand = match operand {
            Expr::AtTimeZone {
                timestamp,
                time_zone,
            } => {
                format!(
                    "timezone({}, {})",
                    self.expression(time_zone)?,
                    self.expression(timestamp)?
                )
            }
            plain => self.expression(plain)?,
        };
        let field = field.to_string().to_ascii_uppercase();
        Ok(match field.as_str() {
            "DAYOFWEEK" => format!("(date_part('dow', {operand}) + 1)"),
            "DAYOFYEAR" => format!("date_part('doy', {operand})"),
            "WEEK" => format!("CAST(strftime({operand}, '%U') AS BIGINT)"),
            "ISOWEEK" => format!("date_part('week', {operand})"),
            "DATE" => format!("CAST({operand} AS DATE)"),
            "TIME" => format!("CAST({operand} AS TIME)"),
            "DATETIME" => format!("CAST({operand} AS TIMESTAMP)"),
            "MILLISECOND" => format!("(date_part('millisecond', {operand}) % 1000)"),
            "MICROSECOND" => format!("(date_part('microsecond', {operand}) % 1000000)"),
            "SECOND" | "MINUTE" | "HOUR" | "DAY" | "MONTH" | "QUARTER" | "YEAR" | "ISOYEAR" => {
                format!("date_part('{}', {operand})", field.to_ascii_lowercase())
            }
            _ => return Err(QueryError::unsupported(format!("EXTRACT of {field}"))),
        })
    }

    /// `FORMAT_DATE(format, x)`, `PARSE_DATE(format, s)` and their sisters.
    pub(super) fn formatted(&mut self, function: &str, format: &Expr, operand: &Expr) -> Rendered {
        let Some(format) = self.constant(format) else {
            return Err(QueryError::unsupported(format!(
                "{function} with a format that is not a literal"
            )));
        };
        let format = expand_format(function, &format)?;
        let operand = self.expression(operand)?;
        Ok(format!(
            "bq_{}({}, {operand})",
            function.to_ascii_lowercase(),
            super::literals::text(&format)
        ))
    }
}

/// Writes a format with elements that mean the same to the engine.
///
/// Source: <https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements>
fn expand_format(function: &str, format: &str) -> Rendered {
    let mut expanded = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            expanded.push(character);
            continue;
        }
        match characters.next() {
            Some('F') => expanded.push_str("%Y-%m-%d"),
            Some('T' | 'X') => expanded.push_str("%H:%M:%S"),
            Some('D' | 'x') => expanded.push_str("%m/%d/%y"),
            Some('R') => expanded.push_str("%H:%M"),
            Some('h') => expanded.push_str("%b"),
            Some(
                same @ ('Y' | 'm' | 'd' | 'y' | 'b' | 'B' | 'a' | 'A' | 'H' | 'I' | 'M' | 'S' | 'p'
                | 'j' | 'U' | 'W' | 'u' | 'w' | 'V' | 'G' | '%'),
            ) => {
                expanded.extend(['%', same]);
            }
            other => {
                let element: String = other.into_iter().collect();
                return Err(QueryError::unsupported(format!(
                    "the format element %{element} in {function}"
                )));
            }
        }
    }
    Ok(expanded)
}
