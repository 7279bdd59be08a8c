//! `FROM`: tables, views, wildcards, common table expressions, subqueries, joins and arrays.

use super::{
    Generator,
    expression::{Atom, Scope},
};
use crate::shape::{Kind, Member, Source};

/// Names that are columns too, so that one must know which of the two is meant.
const MISLEADING: &[&str] = &["ssn", "country", "name", "id", "person"];

/// One item of `FROM`.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub alias: String,
    pub columns: Vec<Member>,
}

/// A `FROM` clause and what it defines.
pub(super) struct From {
    pub sql: String,
    pub scope: Scope,
    pub relations: Vec<Relation>,
}

impl Generator<'_> {
    /// A `FROM` clause; `outer` is what the queries around it define.
    pub(super) fn from(&mut self, outer: &[Atom], depth: usize) -> From {
        let (mut sql, first) = self.relation(depth);
        let mut relations = vec![first];
        while relations.len() < 3 && self.random.chance(30) {
            let (text, joined) = if self.random.chance(30) {
                match self.unnested(&relations) {
                    Some(unnested) => unnested,
                    None => break,
                }
            } else {
                self.joined(&relations, depth)
            };
            sql += &text;
            relations.push(joined);
        }
        let scope = self.scope(&relations, outer);
        From {
            sql,
            scope,
            relations,
        }
    }

    /// What a `FROM` clause of these relations defines.
    pub(super) fn scope(&mut self, relations: &[Relation], outer: &[Atom]) -> Scope {
        let plain = relations.len() == 1 && self.random.chance(40);
        let mut scope = Scope {
            outer: outer.to_vec(),
            ..Scope::default()
        };
        for relation in relations {
            let qualified = atoms(relation);
            scope.for_subqueries.extend(qualified.iter().cloned());
            scope.rows.push(relation.alias.clone());
            let prefix = format!("{}.", relation.alias);
            scope.atoms.extend(qualified.into_iter().map(|atom| {
                let short = atom.sql.strip_prefix(&prefix).filter(|_| plain);
                Atom {
                    sql: short.unwrap_or(&atom.sql).to_owned(),
                    kind: atom.kind,
                }
            }));
        }
        scope
    }

    /// A table, view, wildcard, common table expression or subquery.
    pub(super) fn relation(&mut self, depth: usize) -> (String, Relation) {
        if depth > 0 && self.subqueries > 0 && self.random.chance(22) {
            self.subqueries -= 1;
            let query = self.query(None, &[], depth - 1);
            let alias = self.alias();
            let sql = format!("({}) AS {alias}", query.sql);
            let columns = query.columns;
            return (sql, Relation { alias, columns });
        }
        let known = self.random.chance(60).then(|| self.random.pick(&self.ctes));
        let source = match known.flatten() {
            Some(source) => Some(source),
            None => self.random.pick(self.sources),
        };
        let Source { name, columns } = source.cloned().unwrap_or_else(|| Source {
            name: "lab.words".to_owned(),
            columns: Vec::new(),
        });
        let own = name.rsplit('.').next().unwrap_or_default();
        if !own.contains('*') && self.random.chance(20) && !self.used.contains(&own.to_owned()) {
            let alias = own.to_owned();
            self.used.push(alias.clone());
            return (name, Relation { alias, columns });
        }
        let alias = self.alias();
        let word = if self.random.chance(80) { " AS " } else { " " };
        (format!("{name}{word}{alias}"), Relation { alias, columns })
    }

    /// A new alias, now and then one that is the name of a column.
    pub(super) fn alias(&mut self) -> String {
        let misleading = self.random.word(MISLEADING).to_owned();
        if self.random.chance(4) && !self.used.contains(&misleading) {
            self.used.push(misleading.clone());
            return misleading;
        }
        self.fresh("t")
    }

    fn joined(&mut self, left: &[Relation], depth: usize) -> (String, Relation) {
        let (text, relation) = self.relation(depth.saturating_sub(1));
        if self.random.chance(12) {
            let word = self.random.word(&[", ", " CROSS JOIN "]);
            return (format!("{word}{text}"), relation);
        }
        let word = self.random.word(&[
            "JOIN",
            "JOIN",
            "INNER JOIN",
            "LEFT JOIN",
            "RIGHT JOIN",
            "FULL JOIN",
        ]);
        let condition = self.join_condition(left, &relation, depth);
        (format!(" {word} {text} {condition}"), relation)
    }

    fn join_condition(&mut self, left: &[Relation], right: &Relation, depth: usize) -> String {
        let both = |member: &&Member| {
            let same = |other: &Member| other.name == member.name && other.kind == member.kind;
            member.kind.is_scalar() && left.len() == 1 && left[0].columns.iter().any(same)
        };
        let shared: Vec<&Member> = right.columns.iter().filter(both).collect();
        if self.random.chance(15)
            && let Some(member) = self.random.pick(&shared)
        {
            return format!("USING ({})", member.name);
        }
        let here = atoms(right);
        let there: Vec<Atom> = left.iter().flat_map(atoms).collect();
        if self.random.chance(80)
            && let Some(one) = self.random.pick(&here).filter(|atom| atom.kind.is_scalar())
        {
            let fitting: Vec<&Atom> = there.iter().filter(|atom| atom.kind == one.kind).collect();
            if let Some(two) = self.random.pick(&fitting) {
                let operator = self.random.word(&["=", "=", "=", "<", "<>"]);
                return format!("ON {} {operator} {}", two.sql, one.sql);
            }
        }
        let scope = Scope {
            atoms: there.into_iter().chain(here).collect(),
            ..Scope::default()
        };
        let condition = self.expression(&Kind::Truth, &scope, depth.min(2));
        format!("ON {condition}")
    }

    /// An array of a relation further left, if there is one.
    fn unnested(&mut self, left: &[Relation]) -> Option<(String, Relation)> {
        let lists: Vec<Atom> = left
            .iter()
            .flat_map(atoms)
            .filter(|atom| matches!(atom.kind, Kind::List(_)))
            .collect();
        let list = self.random.pick(&lists)?.clone();
        let Kind::List(element) = list.kind else {
            return None;
        };
        let alias = self.fresh("u");
        let mut sql = match self.random.below(4) {
            0 => format!(", {} AS {alias}", list.sql),
            1 => format!(" LEFT JOIN UNNEST({}) AS {alias}", list.sql),
            _ => format!(", UNNEST({}) AS {alias}", list.sql),
        };
        let columns = match *element {
            Kind::Record(members) => members,
            kind => vec![Member::new("", kind)],
        };
        if sql.contains("UNNEST") && self.random.chance(25) {
            sql = format!("{sql} WITH OFFSET AS {}", self.fresh("o"));
        }
        Some((sql, Relation { alias, columns }))
    }
}

/// Every value that a relation gives, fields of records too, with the relation's name before it.
///
/// The element of an array of plain values has no name of its own.
pub(super) fn atoms(relation: &Relation) -> Vec<Atom> {
    let mut found = Vec::new();
    for column in &relation.columns {
        let sql = match column.name.as_str() {
            "" => relation.alias.clone(),
            "_TABLE_SUFFIX" => column.name.clone(),
            name => format!("{}.{name}", relation.alias),
        };
        collect(sql, &column.kind, &mut found);
    }
    found
}

fn collect(sql: String, kind: &Kind, found: &mut Vec<Atom>) {
    if let Kind::Record(members) = kind {
        for member in members {
            collect(format!("{sql}.{}", member.name), &member.kind, found);
        }
    }
    found.push(Atom {
        sql,
        kind: kind.clone(),
    });
}
