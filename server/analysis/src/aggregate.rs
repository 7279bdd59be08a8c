//! Which columns of an answer summarise many rows, and which carry single ones.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Query, Select,
    SelectFlavor, SelectItem, SetExpr, Statement, Value,
};

use crate::{lexer, parse, value::same_name};

/// What one column of an answer tells of single rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// It is computed from all rows of its group, or from none.
    Aggregate,
    /// It is what rows are grouped by.
    Key,
    /// It carries values of single rows.
    Row,
}

/// Aggregate functions that summarise. Those that hand single values on, such as `ARRAY_AGG`
/// or `ANY_VALUE`, are none of them
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate_functions>).
const SUMMARIES: [&str; 21] = [
    "APPROX_COUNT_DISTINCT",
    "AVG",
    "BIT_AND",
    "BIT_OR",
    "BIT_XOR",
    "CORR",
    "COUNT",
    "COUNTIF",
    "COVAR_POP",
    "COVAR_SAMP",
    "LOGICAL_AND",
    "LOGICAL_OR",
    "MAX",
    "MIN",
    "STDDEV",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "SUM",
    "VARIANCE",
    "VAR_POP",
    "VAR_SAMP",
];

/// What each column of the answer is, in their order; none where the text is not one plain
/// `SELECT` whose columns are all written out.
#[must_use]
pub fn shares(sql: &str) -> Option<Vec<Share>> {
    parse::check_length(sql).ok()?;
    let tokens = lexer::tokens(sql).ok()?;
    let Ok(Statement::Query(query)) = parse::parse(&tokens) else {
        return None;
    };
    let select = plain(&query)?;
    let columns: Vec<_> = select.projection.iter().map(column).collect();
    let columns = columns.into_iter().collect::<Option<Vec<_>>>()?;
    let share = |position| share(select, &columns, position);
    Some((0..columns.len()).map(share).collect())
}

/// An expression and the name that the text gives it.
type Column<'a> = (&'a Expr, Option<&'a str>);

fn plain(query: &Query) -> Option<&Select> {
    match query.body.as_ref() {
        SetExpr::Select(select)
            if query.pipe_operators.is_empty()
                && select.value_table_mode.is_none()
                && select.flavor == SelectFlavor::Standard =>
        {
            Some(select)
        }
        _ => None,
    }
}

fn column(item: &SelectItem) -> Option<Column<'_>> {
    match item {
        SelectItem::UnnamedExpr(expr) => Some((expr, None)),
        SelectItem::ExprWithAlias { expr, alias } => Some((expr, Some(&alias.value))),
        _ => None,
    }
}

fn share(select: &Select, columns: &[Column<'_>], position: usize) -> Share {
    let (expr, name) = columns[position];
    let is_key = match &select.group_by {
        GroupByExpr::All(_) => !is_aggregated(expr),
        GroupByExpr::Expressions(keys, _) => keys
            .iter()
            .any(|key| key == expr || names(key, position, name)),
    };
    if is_key {
        Share::Key
    } else if is_aggregated(expr) {
        Share::Aggregate
    } else {
        Share::Row
    }
}

/// Whether a key of `GROUP BY` is the column at this position, by its number or its name.
fn names(key: &Expr, position: usize, name: Option<&str>) -> bool {
    match key {
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => *number == (position + 1).to_string(),
            _ => false,
        },
        Expr::Identifier(ident) => name.is_some_and(|name| same_name(name, &ident.value)),
        _ => false,
    }
}

/// Whether nothing of a single row comes through: aggregates, constants, and what is computed
/// from those alone.
fn is_aggregated(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) => true,
        Expr::Nested(inner)
        | Expr::UnaryOp { expr: inner, .. }
        | Expr::Cast { expr: inner, .. } => is_aggregated(inner),
        Expr::BinaryOp { left, right, .. } => is_aggregated(left) && is_aggregated(right),
        Expr::Function(function) => is_summary(function) || is_of_summaries(function),
        _ => false,
    }
}

fn is_summary(function: &Function) -> bool {
    let name = function.name.to_string().to_ascii_uppercase();
    function.over.is_none() && SUMMARIES.contains(&name.as_str())
}

fn is_of_summaries(function: &Function) -> bool {
    let FunctionArguments::List(list) = &function.args else {
        return false;
    };
    let plain = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => is_aggregated(expr),
        _ => false,
    };
    function.over.is_none()
        && list.clauses.is_empty()
        && !list.args.is_empty()
        && list.args.iter().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_is_an_aggregate_a_key_or_carries_rows() {
        use Share::{Aggregate, Key, Row};
        for (sql, expected) in [
            ("SELECT COUNT(*), 1 FROM t", vec![Aggregate, Aggregate]),
            (
                "SELECT c, ROUND(AVG(a) / COUNT(*), 2) AS n FROM t GROUP BY c",
                vec![Key, Aggregate],
            ),
            (
                "SELECT UPPER(c) AS u, SUM(a) FROM t GROUP BY u",
                vec![Key, Aggregate],
            ),
            (
                "SELECT UPPER(c), SUM(a) FROM t GROUP BY 1",
                vec![Key, Aggregate],
            ),
            (
                "SELECT UPPER(c), SUM(a) FROM t GROUP BY UPPER(c)",
                vec![Key, Aggregate],
            ),
            ("SELECT c, MAX(a) FROM t GROUP BY ALL", vec![Key, Aggregate]),
            ("SELECT a FROM t", vec![Row]),
            ("SELECT SUM(a) + b FROM t", vec![Row]),
            ("SELECT ANY_VALUE(a), ARRAY_AGG(b) FROM t", vec![Row, Row]),
            ("SELECT SUM(a) OVER () FROM t", vec![Row]),
            (
                "SELECT UPPER(a), COUNT(*) FROM t GROUP BY b",
                vec![Row, Aggregate],
            ),
            (
                "SELECT (SELECT a FROM t LIMIT 1), COUNT(*) FROM t",
                vec![Row, Aggregate],
            ),
            (
                "WITH w AS (SELECT a FROM t) SELECT COUNT(a) FROM w",
                vec![Aggregate],
            ),
        ] {
            assert_eq!(shares(sql), Some(expected), "{sql}");
        }
    }

    #[test]
    fn what_is_not_written_out_is_not_told() {
        for sql in [
            "SELECT * FROM t",
            "SELECT COUNT(*) FROM t UNION ALL SELECT 1",
            "SELECT AS STRUCT COUNT(*) AS n FROM t",
            "FROM t |> AGGREGATE COUNT(*)",
            "DELETE FROM t WHERE TRUE",
            "not SQL",
        ] {
            assert_eq!(shares(sql), None, "{sql}");
        }
    }
}
