//! Pipe syntax: `FROM … |> WHERE … |> SELECT …`.

use super::{
    Generator,
    expression::Scope,
    grammar,
    source::{Relation, atoms},
};
use crate::shape::{Kind, Member};

impl Generator<'_> {
    /// A query in pipe syntax.
    pub(super) fn pipe(&mut self, depth: usize) -> String {
        let from = self.from(&[], depth - 1);
        let mut sql = format!("FROM {}", from.sql);
        let mut scope = from.scope;
        let mut ordered = Vec::new();
        for _ in 0..=self.random.below(4) {
            sql += " |> ";
            sql += &self.operator(&mut scope, &mut ordered);
        }
        if self.random.chance(30) {
            sql = format!("{sql} |> LIMIT {}", 1 + self.random.below(5));
        }
        sql
    }

    fn operator(&mut self, scope: &mut Scope, columns: &mut Vec<Member>) -> String {
        match self.random.below(5) {
            0 => {
                let name = self.fresh("x");
                let kind = self.scalar();
                let expression = self.expression(&kind, scope, 2);
                let added = Relation {
                    alias: String::new(),
                    columns: vec![Member::new(&name, kind)],
                };
                scope.atoms.extend(unqualified(&added));
                format!("EXTEND {expression} AS {name}")
            }
            1 => {
                let kinds = self.kinds();
                let selected = self.named_expressions(&kinds, scope);
                let sql = selected.0;
                *columns = selected.1;
                *scope = only(columns);
                format!("SELECT {sql}")
            }
            2 => {
                let kind = self.scalar();
                let key = self.expression(&kind, scope, 1);
                let (name, key_name) = (self.fresh("x"), self.fresh("k"));
                let aggregate = self.random.pick(grammar::AGGREGATES).cloned();
                let (result, template) = aggregate.unwrap_or((Kind::Integer, "COUNT(*)"));
                let call = self.expand(template, &result, scope, 1);
                *columns = vec![Member::new(&key_name, kind), Member::new(&name, result)];
                *scope = only(columns);
                format!("AGGREGATE {call} AS {name} GROUP BY {key} AS {key_name}")
            }
            3 => {
                let kind = self.scalar();
                format!("ORDER BY {}", self.expression(&kind, scope, 1))
            }
            _ => format!("WHERE {}", self.expression(&Kind::Truth, scope, 2)),
        }
    }

    fn named_expressions(&mut self, kinds: &[Kind], scope: &Scope) -> (String, Vec<Member>) {
        let mut columns = Vec::new();
        let mut items = Vec::new();
        for kind in kinds {
            let name = self.fresh("x");
            items.push(format!("{} AS {name}", self.expression(kind, scope, 2)));
            columns.push(Member::new(name, kind.clone()));
        }
        (items.join(", "), columns)
    }
}

/// A scope in which only these columns can be named.
fn only(columns: &[Member]) -> Scope {
    let relation = Relation {
        alias: String::new(),
        columns: columns.to_vec(),
    };
    Scope {
        atoms: unqualified(&relation),
        ..Scope::default()
    }
}

fn unqualified(relation: &Relation) -> Vec<super::expression::Atom> {
    let mut found = atoms(relation);
    for atom in &mut found {
        atom.sql = atom.sql.trim_start_matches('.').to_owned();
    }
    found
}
