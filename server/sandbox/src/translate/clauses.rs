//! `GROUP BY`, `ORDER BY` and `LIMIT`.

use sqlparser::ast::{
    Expr, GroupByExpr, LimitClause, OrderBy, OrderByExpr, OrderByKind, OrderBySort, Select,
    SelectItem, Value,
};

use super::{Rendered, Renderer};
use crate::error::QueryError;

impl Renderer<'_> {
    pub(super) fn group_by(&mut self, select: &Select) -> Rendered {
        match &select.group_by {
            GroupByExpr::All(modifiers) if modifiers.is_empty() => Ok(" GROUP BY ALL".into()),
            GroupByExpr::Expressions(keys, modifiers) if modifiers.is_empty() => {
                if keys.is_empty() {
                    return Ok(String::new());
                }
                let keys = keys
                    .iter()
                    .map(|key| match aliased(key, select) {
                        Some((Some(place), _)) => Ok(place.to_string()),
                        _ => self.group_key(key, select),
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(format!(" GROUP BY {}", keys.join(", ")))
            }
            _ => Err(QueryError::unsupported("this form of GROUP BY")),
        }
    }

    fn group_keys(&mut self, keys: &[Expr], select: &Select) -> Rendered {
        let rendered = keys
            .iter()
            .map(|key| self.group_key(key, select))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(rendered.join(", "))
    }

    /// One key. A name means the column of the result before that of a table, where the engine
    /// looks in the other order: so a name is replaced by the column's place or, inside sets, by
    /// what it stands for.
    fn group_key(&mut self, key: &Expr, select: &Select) -> Rendered {
        match key {
            Expr::Rollup(sets) => Ok(format!("ROLLUP ({})", self.group_sets(sets, select)?)),
            Expr::Cube(sets) => Ok(format!("CUBE ({})", self.group_sets(sets, select)?)),
            Expr::GroupingSets(sets) => Ok(format!(
                "GROUPING SETS ({})",
                self.group_sets(sets, select)?
            )),
            Expr::Identifier(_) => {
                self.expression(aliased(key, select).map_or(key, |(_, expression)| expression))
            }
            _ => self.ordinal_or_expression(key),
        }
    }

    fn group_sets(&mut self, sets: &[Vec<Expr>], select: &Select) -> Rendered {
        let rendered = sets
            .iter()
            .map(|set| Ok(format!("({})", self.group_keys(set, select)?)))
            .collect::<Result<Vec<_>, QueryError>>()?;
        Ok(rendered.join(", "))
    }

    pub(super) fn order_by(&mut self, order_by: &OrderBy) -> Rendered {
        let (OrderByKind::Expressions(keys), None) = (&order_by.kind, &order_by.interpolate) else {
            return Err(QueryError::unsupported("ORDER BY ALL"));
        };
        let rendered = keys
            .iter()
            .map(|key| {
                let expression = self.ordinal_or_expression(&key.expr)?;
                self.order_key(&expression, key)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(format!(" ORDER BY {}", rendered.join(", ")))
    }

    /// A key with its direction. NULL sorts below everything, as the session is set to do.
    #[expect(
        clippy::unused_self,
        reason = "reads as one of the renderer's steps at its two call sites"
    )]
    pub(super) fn order_key(&self, expression: &str, key: &OrderByExpr) -> Rendered {
        let direction = match &key.options.sort {
            None | Some(OrderBySort::Asc) => "ASC",
            Some(OrderBySort::Desc) => "DESC",
            Some(other) => return Err(QueryError::unsupported(format!("ORDER BY {other:?}"))),
        };
        if key.with_fill.is_some() {
            return Err(QueryError::unsupported("ORDER BY WITH FILL"));
        }
        let nulls = match key.options.nulls_first {
            None => "",
            Some(true) => " NULLS FIRST",
            Some(false) => " NULLS LAST",
        };
        Ok(format!("{expression} {direction}{nulls}"))
    }

    /// A bare number is the place of a column; everything else is an expression.
    fn ordinal_or_expression(&mut self, key: &Expr) -> Rendered {
        match key {
            Expr::Value(value) => match &value.value {
                Value::Number(digits, _) => Ok(digits.clone()),
                _ => self.expression(key),
            },
            _ => self.expression(key),
        }
    }

    pub(super) fn limit(&mut self, limit: &LimitClause) -> Rendered {
        let LimitClause::LimitOffset {
            limit,
            offset,
            limit_by,
        } = limit
        else {
            return Err(QueryError::unsupported("LIMIT with a comma"));
        };
        if !limit_by.is_empty() {
            return Err(QueryError::unsupported("LIMIT BY"));
        }
        let mut sql = String::new();
        if let Some(limit) = limit {
            sql += " LIMIT ";
            sql += &self.ordinal_or_expression(limit)?;
        }
        if let Some(offset) = offset {
            sql += " OFFSET ";
            sql += &self.ordinal_or_expression(&offset.value)?;
        }
        Ok(sql)
    }
}

/// The column of the result that a key names: its place, unless a star stands before it, and its
/// expression.
fn aliased<'a>(key: &Expr, select: &'a Select) -> Option<(Option<usize>, &'a Expr)> {
    let Expr::Identifier(name) = key else {
        return None;
    };
    let items = &select.projection;
    let (index, expression) = items
        .iter()
        .enumerate()
        .find_map(|(index, item)| match item {
            SelectItem::ExprWithAlias { expr, alias }
                if alias.value.eq_ignore_ascii_case(&name.value) =>
            {
                Some((index, expr))
            }
            _ => None,
        })?;
    let star = |item: &SelectItem| {
        matches!(
            item,
            SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)
        )
    };
    Some((
        (!items[..index].iter().any(star)).then_some(index + 1),
        expression,
    ))
}
