//! `SELECT`: plain, with stars, grouped, with windows.

use super::{
    Generator,
    expression::{Atom, Scope},
    grammar,
    source::{From, Relation},
};
use crate::shape::{Kind, Member};

/// A `SELECT` and the columns that it gives.
pub(super) struct Selected {
    pub sql: String,
    pub columns: Vec<Member>,
}

/// Names for results that are columns of tables too.
const MISLEADING: &[&str] = &["ssn", "country", "name", "id", "balance"];

impl Generator<'_> {
    /// A `SELECT`, of columns of these kinds if some are wanted.
    pub(super) fn select(
        &mut self,
        wanted: Option<&[Kind]>,
        outer: &[Atom],
        depth: usize,
    ) -> Selected {
        let from = self.from(outer, depth);
        let style = self.random.below(100);
        if wanted.is_none() && style < 22 {
            return self.starred(&from, depth);
        }
        let kinds = wanted.map_or_else(|| self.any_kinds(), <[Kind]>::to_vec);
        match style {
            22..45 => self.grouped(&kinds, &from, depth),
            45..58 => self.windowed(&kinds, &from, depth),
            _ => self.plain(&kinds, &from, depth),
        }
    }

    /// Kinds of columns, seldom those that cannot be compared.
    fn any_kinds(&mut self) -> Vec<Kind> {
        let mut kinds = self.kinds();
        if self.random.chance(12) {
            kinds.push(match self.random.below(3) {
                0 => Kind::Document,
                1 => Kind::List(Box::new(Kind::Text)),
                _ => Kind::Record(Vec::new()),
            });
        }
        kinds
    }

    fn plain(&mut self, kinds: &[Kind], from: &From, depth: usize) -> Selected {
        let (items, columns) = self.items(kinds, &from.scope, depth);
        let comparable = kinds.iter().all(Kind::is_scalar);
        let distinct = if comparable && self.random.chance(12) {
            "DISTINCT "
        } else {
            ""
        };
        let filter = self.filter(&from.scope, depth);
        Selected {
            sql: format!("SELECT {distinct}{items} FROM {}{filter}", from.sql),
            columns,
        }
    }

    /// Expressions of these kinds, each under a name.
    fn items(&mut self, kinds: &[Kind], scope: &Scope, depth: usize) -> (String, Vec<Member>) {
        let mut columns: Vec<Member> = Vec::new();
        let mut items = Vec::new();
        for kind in kinds {
            let expression = self.expression(kind, scope, depth);
            let name = self.label(&columns);
            items.push(format!("{expression} AS {name}"));
            columns.push(Member::new(name, kind.clone()));
        }
        (items.join(", "), columns)
    }

    /// A name for a column of the result.
    fn label(&mut self, taken: &[Member]) -> String {
        let name = self.random.word(MISLEADING);
        if self.random.chance(12) && taken.iter().all(|column| column.name != name) {
            return name.to_owned();
        }
        self.fresh("c")
    }

    fn filter(&mut self, scope: &Scope, depth: usize) -> String {
        if !self.random.chance(55) {
            return String::new();
        }
        format!(" WHERE {}", self.expression(&Kind::Truth, scope, depth))
    }

    /// Every column of something, without some or with others in their place.
    fn starred(&mut self, from: &From, depth: usize) -> Selected {
        let filter = self.filter(&from.scope, depth);
        let mut star = String::from("*");
        let mut columns = match from.relations.as_slice() {
            [only] => starred_columns(only),
            several => {
                let Relation { alias, columns } = &several[self.random.below(several.len())];
                star = format!("{alias}.*");
                columns.clone()
            }
        };
        match self.random.below(3) {
            0 if columns.len() > 1 => {
                let left_out = columns.remove(self.random.below(columns.len()));
                star = format!("{star} EXCEPT ({})", left_out.name);
            }
            1 => {
                let at = self.random.below(columns.len());
                if let Some(column) = columns.get_mut(at) {
                    let kind = self.scalar();
                    let expression = self.expression(&kind, &from.scope, depth);
                    star = format!("{star} REPLACE ({expression} AS {})", column.name);
                    column.kind = kind;
                }
            }
            _ => {}
        }
        Selected {
            sql: format!("SELECT {star} FROM {}{filter}", from.sql),
            columns,
        }
    }

    fn grouped(&mut self, kinds: &[Kind], from: &From, depth: usize) -> Selected {
        let filter = self.filter(&from.scope, depth);
        let keys: Vec<Atom> = (0..self.random.below(3))
            .map(|_| {
                let kind = self.scalar();
                let sql = self.expression(&kind, &from.scope, depth.min(1));
                Atom { sql, kind }
            })
            .collect();
        let mut scope = Scope::default();
        scope.atoms = self.calls(grammar::AGGREGATES, &from.scope, depth);
        scope.atoms.extend(keys.iter().cloned());
        let (items, columns) = self.items(kinds, &scope, depth.min(2));
        let mut sql = format!("SELECT {items} FROM {}{filter}", from.sql);
        if !keys.is_empty() {
            let keys: Vec<String> = keys
                .into_iter()
                .map(|key| self.key(key.sql, &items))
                .collect();
            sql = format!("{sql} GROUP BY {}", keys.join(", "));
        }
        if self.random.chance(30) {
            let condition = self.expression(&Kind::Truth, &scope, depth.min(2));
            sql = format!("{sql} HAVING {condition}");
        }
        Selected { sql, columns }
    }

    /// A key by its place in the list, where the list holds nothing else.
    fn key(&mut self, key: String, items: &str) -> String {
        let only = items.starts_with(&format!("{key} AS ")) && !items.contains(", ");
        if only && self.random.chance(50) {
            return "1".to_owned();
        }
        key
    }

    fn windowed(&mut self, kinds: &[Kind], from: &From, depth: usize) -> Selected {
        let filter = self.filter(&from.scope, depth);
        let mut scope = from.scope.clone();
        let calls = self.calls(grammar::WINDOWS, &from.scope, depth.min(2));
        scope.atoms.extend(calls.iter().cloned());
        // As likely to be chosen as all other names together.
        scope.outer = calls;
        let (items, columns) = self.items(kinds, &scope, depth.min(2));
        let mut sql = format!("SELECT {items} FROM {}{filter}", from.sql);
        if self.random.chance(35)
            && let Some(call) = self.random.pick(&scope.outer).cloned()
        {
            let condition = self.expression(&Kind::Truth, &scope, depth.min(2));
            sql = format!("{sql} QUALIFY {} IS NOT NULL AND {condition}", call.sql);
        }
        Selected { sql, columns }
    }

    /// Some calls of functions that must not stand inside each other.
    fn calls(&mut self, from: &[(Kind, &'static str)], scope: &Scope, depth: usize) -> Vec<Atom> {
        let mut calls = Vec::new();
        for _ in 0..4 {
            if let Some((kind, template)) = self.random.pick(from) {
                let sql = self.expand(template, kind, scope, depth.min(2));
                let kind = kind.clone();
                calls.push(Atom { sql, kind });
            }
        }
        calls
    }
}

/// What `*` gives: no pseudo-columns.
fn starred_columns(relation: &Relation) -> Vec<Member> {
    let visible = |column: &&Member| !column.name.starts_with('_');
    relation.columns.iter().filter(visible).cloned().collect()
}
