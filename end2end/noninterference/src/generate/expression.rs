//! Expressions of a kind, from the grammar and the names in scope.

use super::{Generator, grammar};
use crate::shape::Kind;

/// Something that an expression can name.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub sql: String,
    pub kind: Kind,
}

/// What an expression can name where it stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// Values.
    pub atoms: Vec<Atom>,
    /// Range variables.
    pub rows: Vec<String>,
    /// Values of the queries around this one.
    pub outer: Vec<Atom>,
    /// What a subquery in this place may name; nothing where rows are grouped.
    pub for_subqueries: Vec<Atom>,
}

impl Generator<'_> {
    /// An expression of a kind; deeper ones hold more operators.
    pub(super) fn expression(&mut self, kind: &Kind, scope: &Scope, depth: usize) -> String {
        if depth == 0 || self.random.chance(25) {
            return self.leaf(kind, scope);
        }
        let template = self.random.word(grammar::templates(kind));
        self.expand(template, kind, scope, depth - 1)
    }

    /// A name, or else a literal.
    fn leaf(&mut self, kind: &Kind, scope: &Scope) -> String {
        if let Kind::Record(_) = kind {
            return self.row(scope);
        }
        let outside = !scope.outer.is_empty() && self.random.chance(25);
        let atoms = if outside { &scope.outer } else { &scope.atoms };
        let fitting: Vec<&Atom> = atoms.iter().filter(|atom| atom.kind == *kind).collect();
        if self.random.chance(85)
            && let Some(atom) = self.random.pick(&fitting)
        {
            return atom.sql.clone();
        }
        self.random.word(grammar::literals(kind)).to_owned()
    }

    /// A whole row.
    fn row(&mut self, scope: &Scope) -> String {
        match self.random.pick(&scope.rows) {
            Some(row) => row.clone(),
            None => "STRUCT(1 AS one)".to_owned(),
        }
    }

    /// A kind that can be compared.
    pub(super) fn scalar(&mut self) -> Kind {
        // Texts twice as often: they hold what is most worth hiding.
        let kinds = &Kind::SCALARS;
        let at = self.random.below(kinds.len() + 3);
        kinds.get(at).cloned().unwrap_or(Kind::Text)
    }

    /// A template with every `{hole}` filled.
    pub(super) fn expand(
        &mut self,
        template: &str,
        kind: &Kind,
        scope: &Scope,
        depth: usize,
    ) -> String {
        let mut sql = String::new();
        let mut rest = template;
        while let Some((before, hole, after)) = next_hole(rest) {
            sql += before;
            sql += &self.fill(hole, kind, scope, depth);
            rest = after;
        }
        sql + rest
    }

    fn fill(&mut self, hole: &str, kind: &Kind, scope: &Scope, depth: usize) -> String {
        match hole {
            "any" => {
                let kind = self.scalar();
                self.expression(&kind, scope, depth)
            }
            "row" => self.row(scope),
            "one" => self.scalar_subquery(kind, scope, depth),
            "query" => self.subquery(None, scope, depth),
            hole => match hole.strip_prefix("many ") {
                Some(kind) => self.subquery(Some(&named(kind)), scope, depth),
                None => self.expression(&named(hole), scope, depth),
            },
        }
    }

    /// A subquery of one row, or a name where there are enough subqueries.
    fn scalar_subquery(&mut self, kind: &Kind, scope: &Scope, depth: usize) -> String {
        if self.subqueries == 0 {
            return self.leaf(kind, scope);
        }
        self.subqueries -= 1;
        let query = self.scalar_query(kind, &scope.for_subqueries, depth);
        format!("({query})")
    }

    fn subquery(&mut self, kind: Option<&Kind>, scope: &Scope, depth: usize) -> String {
        if self.subqueries == 0 {
            let kind = kind.unwrap_or(&Kind::Text);
            return format!("SELECT {}", self.random.word(grammar::literals(kind)));
        }
        self.subqueries -= 1;
        let kinds = kind.map(std::slice::from_ref);
        self.query(kinds, &scope.for_subqueries, depth).sql
    }
}

/// The kind that a hole names.
fn named(hole: &str) -> Kind {
    match hole {
        "integer" => Kind::Integer,
        "float" => Kind::Float,
        "numeric" => Kind::Numeric,
        "truth" => Kind::Truth,
        "day" => Kind::Day,
        "document" => Kind::Document,
        "texts" => Kind::List(Box::new(Kind::Text)),
        _ => Kind::Text,
    }
}

/// What stands before the next hole, in it and behind it.
fn next_hole(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (hole, after) = rest.split_once('}')?;
    Some((before, hole, after))
}
