//! Whole queries: `WITH`, set operations, and what surrounds a `SELECT`.

use sqlparser::ast::{Cte, Query, SetExpr, SetOperator, SetQuantifier};

use super::{Rendered, Renderer};
use crate::{engine::quote, error::QueryError};

impl Renderer<'_> {
    pub(super) fn query(&mut self, query: &Query) -> Rendered {
        if !query.pipe_operators.is_empty() {
            return Err(QueryError::unsupported("pipe syntax (|>)"));
        }
        let odd = query.fetch.is_some()
            || !query.locks.is_empty()
            || query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some();
        if odd {
            return Err(QueryError::unsupported("a clause after the query"));
        }
        let outer = self.common_tables.len();
        let mut sql = String::new();
        if let Some(with) = &query.with {
            sql += if with.recursive {
                "WITH RECURSIVE "
            } else {
                "WITH "
            };
            sql += &self.common_tables(&with.cte_tables, with.recursive)?;
        }
        sql += &self.body(&query.body)?;
        if let Some(order_by) = &query.order_by {
            sql += &self.order_by(order_by)?;
        }
        if let Some(limit) = &query.limit_clause {
            sql += &self.limit(limit)?;
        }
        self.common_tables.truncate(outer);
        Ok(sql)
    }

    fn common_tables(&mut self, tables: &[Cte], recursive: bool) -> Rendered {
        let mut rendered = Vec::with_capacity(tables.len());
        if recursive {
            self.common_tables
                .extend(tables.iter().map(|table| table.alias.name.value.clone()));
        }
        for table in tables {
            if !table.alias.columns.is_empty()
                || table.from.is_some()
                || table.materialized.is_some()
            {
                return Err(QueryError::unsupported("a WITH entry with columns"));
            }
            let query = self.query(&table.query)?;
            rendered.push(format!("{} AS ({query})", quote(&table.alias.name.value)));
            self.common_tables.push(table.alias.name.value.clone());
        }
        Ok(rendered.join(", ") + " ")
    }

    fn body(&mut self, body: &SetExpr) -> Rendered {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => Ok(format!("({})", self.query(query)?)),
            SetExpr::SetOperation {
                left,
                op,
                set_quantifier,
                right,
            } => {
                let operator = match (op, set_quantifier) {
                    (SetOperator::Union, SetQuantifier::All) => "UNION ALL",
                    (SetOperator::Union, SetQuantifier::Distinct) => "UNION",
                    (SetOperator::Intersect, SetQuantifier::Distinct) => "INTERSECT",
                    (SetOperator::Except, SetQuantifier::Distinct) => "EXCEPT",
                    (operator, _) => {
                        return Err(QueryError::invalid_query(format!(
                            "Syntax error: Expected keyword ALL or keyword DISTINCT after {operator}"
                        )));
                    }
                };
                Ok(format!(
                    "{} {operator} {}",
                    self.body(left)?,
                    self.body(right)?
                ))
            }
            _ => Err(QueryError::unsupported("this form of query")),
        }
    }
}
