//! Whole queries: `WITH`, set operations, `ORDER BY`, `LIMIT`, and forms of their own.

use super::{Generator, expression::Atom, select::Selected};
use crate::shape::{Kind, Member, Source};

/// A query and the columns that it gives.
pub(super) struct Query {
    pub sql: String,
    pub columns: Vec<Member>,
}

impl Generator<'_> {
    /// A query, of columns of these kinds if some are wanted.
    pub(super) fn query(&mut self, wanted: Option<&[Kind]>, outer: &[Atom], depth: usize) -> Query {
        let known = self.ctes.len();
        let mut sql = String::new();
        if depth > 0 && self.random.chance(15) {
            sql = self.with(depth);
        }
        let body = if depth > 0 && self.random.chance(10) {
            self.set_operation(wanted, outer, depth)
        } else {
            self.select(wanted, outer, depth)
        };
        sql += &body.sql;
        sql += &self.ending(&body.columns);
        self.ctes.truncate(known);
        Query {
            sql,
            columns: body.columns,
        }
    }

    fn with(&mut self, depth: usize) -> String {
        let mut entries = Vec::new();
        for _ in 0..=self.random.below(2) {
            let query = self.query(None, &[], depth - 1);
            // A name may hide a table's.
            let name = match self.random.below(8) {
                0 if self.ctes.is_empty() => "people".to_owned(),
                _ => self.fresh("w"),
            };
            entries.push(format!("{name} AS ({})", query.sql));
            self.ctes.push(Source {
                name,
                columns: query.columns,
            });
        }
        format!("WITH {} ", entries.join(", "))
    }

    fn set_operation(&mut self, wanted: Option<&[Kind]>, outer: &[Atom], depth: usize) -> Selected {
        let kinds = wanted.map_or_else(|| self.kinds(), <[Kind]>::to_vec);
        let operator = self.random.word(&[
            "UNION ALL",
            "UNION ALL",
            "UNION DISTINCT",
            "INTERSECT DISTINCT",
            "EXCEPT DISTINCT",
        ]);
        let left = self.select(Some(&kinds), outer, depth - 1);
        let right = self.select(Some(&kinds), outer, depth - 1);
        Selected {
            sql: format!("{} {operator} {}", left.sql, right.sql),
            columns: left.columns,
        }
    }

    /// `ORDER BY` and `LIMIT`, each now and then.
    fn ending(&mut self, columns: &[Member]) -> String {
        let mut sql = String::new();
        let sortable: Vec<&Member> = columns.iter().filter(|c| c.kind.is_scalar()).collect();
        if self.random.chance(30)
            && let Some(column) = self.random.pick(&sortable)
        {
            let direction = self.random.word(&["", " DESC", " ASC", " NULLS LAST"]);
            sql = format!("{sql} ORDER BY {}{direction}", column.name);
        }
        if self.random.chance(20) {
            sql = format!("{sql} LIMIT {}", 1 + self.random.below(5));
        }
        sql
    }

    /// A query of one column and at most one row.
    pub(super) fn scalar_query(&mut self, kind: &Kind, outer: &[Atom], depth: usize) -> String {
        let query = self.select(Some(std::slice::from_ref(kind)), outer, depth);
        let column = query.columns.first().map_or("", |column| &column.name);
        match kind {
            Kind::Record(_) | Kind::List(_) | Kind::Document => format!("{} LIMIT 1", query.sql),
            _ if self.random.chance(50) => {
                format!("SELECT MAX(q.{column}) FROM ({}) AS q", query.sql)
            }
            _ => format!("{} LIMIT 1", query.sql),
        }
    }

    /// One to three kinds of columns.
    pub(super) fn kinds(&mut self) -> Vec<Kind> {
        (0..=self.random.below(3)).map(|_| self.scalar()).collect()
    }

    /// A table turned around one of its columns.
    pub(super) fn pivot(&mut self, depth: usize) -> String {
        let kinds = [self.scalar(), Kind::Text, self.scalar()];
        let query = self.select(Some(&kinds), &[], depth - 1);
        let [_, by, value] = query.columns.as_slice() else {
            return query.sql;
        };
        let aggregate = self.random.word(&["COUNT", "MAX", "MIN", "ANY_VALUE"]);
        format!(
            "SELECT * FROM ({}) PIVOT({aggregate}({}) FOR {} IN ('DE', '12', '' AS nothing))",
            query.sql, value.name, by.name
        )
    }

    /// A table that is built from itself, step by step.
    pub(super) fn recursive(&mut self, depth: usize) -> String {
        let from = self.from(&[], depth - 1);
        let text = self.expression(&Kind::Text, &from.scope, depth - 1);
        let step = self
            .random
            .word(&["CONCAT(r.v, '1')", "SUBSTR(r.v, 2)", "r.v"]);
        let ending = self.random.word(&[
            "SELECT n, v FROM r",
            "SELECT COUNT(*) AS c, MAX(v) AS v FROM r WHERE v <> ''",
        ]);
        format!(
            "WITH RECURSIVE r AS (SELECT 1 AS n, {text} AS v FROM {} UNION ALL \
             SELECT r.n + 1, {step} FROM r WHERE r.n < 3) {ending}",
            from.sql
        )
    }
}
