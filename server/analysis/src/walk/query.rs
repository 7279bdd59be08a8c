//! Queries: `WITH`, set operations, and what is behind the last arm.

use std::rc::Rc;

use sqlparser::ast::{
    Cte, Expr, LimitClause, OrderBy, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier,
    Spanned as _, With,
};

use super::{Clause, Walk, field, name};
use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    lexer::place,
    scope::{Relation, Scope},
    value::{Field, Value, same_name},
};

/// How often a recursive query is followed until nothing new flows.
const MOST_ROUNDS: usize = 32;

/// How many common table expressions may be in reach at once.
const MOST_CTES: usize = 1_000;

/// What a query answers with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Output {
    pub fields: Vec<Field>,
    /// The one value of each row, for `SELECT AS STRUCT` and `SELECT AS VALUE`.
    pub row: Option<Value>,
}

/// The common table expressions in reach, the nearest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ctes(Option<Rc<Link>>);

#[derive(Debug)]
struct Link {
    name: String,
    /// None while the expression itself is being followed.
    relation: Option<Relation>,
    /// How many are in reach, this one included.
    count: usize,
    rest: Ctes,
}

impl Ctes {
    fn with(&self, name: &str, relation: Option<Relation>) -> Followed<Self> {
        let rest = self.clone();
        let count = rest.0.as_ref().map_or(0, |link| link.count) + 1;
        if count > MOST_CTES {
            let message = "The statement has too many expressions in WITH.";
            return Err(Refusal::new(FindingCode::TooDeep, &(0..0), message));
        }
        Ok(Self(Some(Rc::new(Link {
            name: name.to_owned(),
            relation,
            count,
            rest,
        }))))
    }

    /// The relation of this name; an error where it is not yet known what it answers.
    pub fn find(&self, name: &str, place: &Place) -> Followed<Option<Relation>> {
        let mut ctes = self;
        while let Some(link) = &ctes.0 {
            if same_name(&link.name, name) && link.name != name {
                return Err(Refusal::unsupported(
                    place,
                    "A name of WITH in other letters",
                ));
            }
            if link.name == name {
                let unknown =
                    || Refusal::unsupported(place, "This reference within WITH RECURSIVE");
                return link.relation.clone().map(Some).ok_or_else(unknown);
            }
            ctes = &link.rest;
        }
        Ok(None)
    }
}

impl Output {
    fn into_relation(self) -> Relation {
        Relation {
            fields: self.fields,
            row: self.row,
            ..Relation::default()
        }
    }

    /// The value where the query stands for one.
    pub fn single(self, place: &Place) -> Followed<Value> {
        if let Some(row) = self.row {
            return Ok(row);
        }
        match <[Field; 1]>::try_from(self.fields) {
            Ok([only]) => Ok(only.value),
            Err(_) => Err(Refusal::new(
                FindingCode::SyntaxError,
                place,
                "A subquery that stands for a value has not exactly one column.",
            )),
        }
    }
}

impl Walk<'_> {
    /// Follows a query within what is around it.
    pub fn query(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
        ctes: &Ctes,
    ) -> Followed<Output> {
        self.deeper(|walk| walk.query_here(query, outer, ctes))
    }

    fn query_here(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
        ctes: &Ctes,
    ) -> Followed<Output> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch: None,
            locks,
            for_clause: None,
            settings: None,
            format_clause: None,
            pipe_operators,
        } = query
        else {
            return Err(Refusal::unsupported(&(0..0), "A clause of this query"));
        };
        if !locks.is_empty() {
            return Err(Refusal::unsupported(&(0..0), "A locking clause"));
        }
        let ctes = &match with {
            Some(with) => self.with(with, ctes)?,
            None => ctes.clone(),
        };
        let (output, mut scope) = self.body(body, outer, ctes)?;
        if !pipe_operators.is_empty() {
            return self.pipes(pipe_operators, (output, scope), query, ctes);
        }
        scope.aliases.clone_from(&output.fields);
        if let Some(order_by) = order_by {
            self.order_by(order_by, &output, &scope, ctes)?;
        }
        self.limit(limit_clause.as_ref(), ctes)?;
        Ok(output)
    }

    /// Expressions in `WITH` do not see what is around the query: a path in their `FROM` that
    /// begins like an outer alias is a table.
    fn with(&mut self, with: &With, ctes: &Ctes) -> Followed<Ctes> {
        let mut known = ctes.clone();
        if with.recursive {
            for cte in &with.cte_tables {
                known = known.with(name(&cte.alias.name)?, None)?;
            }
            return self.with_recursive(&with.cte_tables, known);
        }
        for cte in &with.cte_tables {
            let (cte_name, query) = named_query(cte)?;
            let output = self.query(query, None, &known)?;
            known = known.with(cte_name, Some(output.into_relation()))?;
        }
        Ok(known)
    }

    /// In `WITH RECURSIVE` an expression may read one that stands behind it: each is followed as
    /// soon as what it reads is known.
    fn with_recursive(&mut self, ctes: &[Cte], mut known: Ctes) -> Followed<Ctes> {
        let mut pending: Vec<&Cte> = ctes.iter().collect();
        while !pending.is_empty() {
            let mut waiting = Vec::new();
            let mut refused = None;
            for cte in &pending {
                let (cte_name, query) = named_query(cte)?;
                match self.recursive(cte_name, query, &known) {
                    Ok(output) => {
                        known = known.with(cte_name, Some(output.into_relation()))?;
                    }
                    Err(refusal) => {
                        refused.get_or_insert(refusal);
                        waiting.push(*cte);
                    }
                }
            }
            match refused {
                Some(refusal) if waiting.len() == pending.len() => return Err(refusal),
                _ => pending = waiting,
            }
        }
        Ok(known)
    }

    /// Follows a query that may read itself, from its first arm, until nothing new flows.
    fn recursive(&mut self, own: &str, query: &Query, ctes: &Ctes) -> Followed<Output> {
        let mut first = query.body.as_ref();
        while let SetExpr::SetOperation { left, .. } = first {
            first = left;
        }
        if std::ptr::eq(first, query.body.as_ref()) {
            return self.query(query, None, ctes);
        }
        let inner = match &query.with {
            Some(with) => self.with(with, ctes)?,
            None => ctes.clone(),
        };
        let mut output = self.deeper(|walk| walk.body(first, None, &inner))?.0;
        for _ in 0..MOST_ROUNDS {
            let known = ctes.with(own, Some(output.clone().into_relation()))?;
            let next = self.query(query, None, &known)?;
            let flows = |o: &Output| o.fields.iter().map(|f| f.value.flow.len()).sum::<usize>();
            if flows(&next) == flows(&output) {
                return Ok(next);
            }
            output = next;
        }
        Err(Refusal::unsupported(&(0..0), "A recursion of this length"))
    }

    /// The arms of a query, and the scope in which `ORDER BY` stands.
    pub(super) fn body<'s>(
        &mut self,
        body: &SetExpr,
        outer: Option<&'s Scope<'s>>,
        ctes: &Ctes,
    ) -> Followed<(Output, Scope<'s>)> {
        match body {
            SetExpr::Select(select) => self.select(select, outer, ctes),
            SetExpr::Query(query) => Ok((self.query(query, outer, ctes)?, Scope::within(outer))),
            SetExpr::SetOperation { .. } => {
                Ok((self.set_operation(body, outer, ctes)?, Scope::within(outer)))
            }
            SetExpr::Values(_)
            | SetExpr::Insert(_)
            | SetExpr::Update(_)
            | SetExpr::Delete(_)
            | SetExpr::Merge(_)
            | SetExpr::Table(_) => Err(Refusal::unsupported(&(0..0), "This kind of query")),
        }
    }

    /// A chain of arms leans to the left; it is followed from its left end without recursion.
    fn set_operation(
        &mut self,
        body: &SetExpr,
        outer: Option<&Scope<'_>>,
        ctes: &Ctes,
    ) -> Followed<Output> {
        let mut arms = Vec::new();
        let mut first = body;
        while let SetExpr::SetOperation {
            left,
            op,
            set_quantifier,
            right,
        } = first
        {
            arms.push((op, set_quantifier, right));
            first = left;
        }
        let mut output = self.deeper(|walk| walk.body(first, outer, ctes))?.0;
        for (op, quantifier, right) in arms.into_iter().rev() {
            let place = place(right.span());
            let right = self.deeper(|walk| walk.body(right, outer, ctes))?.0;
            output = combined(output, right, *op, *quantifier)?;
            if *op != SetOperator::Union {
                self.compared(&output, &place);
            }
            // By name, `parse::repair` does not tell `ALL` from `DISTINCT`.
            let keeps_all = matches!((op, quantifier), (SetOperator::Union, SetQuantifier::All));
            if !keeps_all {
                self.decide(&output);
            }
        }
        Ok(output)
    }

    /// The rows of an arm that `EXCEPT` and `INTERSECT` look for in the other.
    fn compared(&mut self, output: &Output, place: &Place) {
        let mut fields = output.fields.iter();
        if fields.any(|field| self.is_sensitive(&field.value.flow)) {
            let message = "Rows come or stay out by the values of a tagged column.";
            self.find(FindingCode::SensitivePredicate, place, message.to_owned());
        }
    }

    fn order_by(
        &mut self,
        order_by: &OrderBy,
        output: &Output,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<()> {
        let OrderBy {
            kind: OrderByKind::Expressions(keys),
            interpolate: None,
        } = order_by
        else {
            return Err(Refusal::unsupported(&(0..0), "This form of ORDER BY"));
        };
        for key in keys {
            self.sort_key(key, Some(output), scope, ctes)?;
        }
        Ok(())
    }

    fn limit(&mut self, limit: Option<&LimitClause>, ctes: &Ctes) -> Followed<()> {
        let nothing = Scope::default();
        match limit {
            None => Ok(()),
            Some(LimitClause::LimitOffset {
                limit,
                offset,
                limit_by,
            }) if limit_by.is_empty() => {
                let offset = offset.as_ref().map(|offset| &offset.value);
                for expr in limit.iter().chain(offset) {
                    self.within(Clause::Filter, |walk| walk.expression(expr, &nothing, ctes))?;
                }
                Ok(())
            }
            Some(_) => Err(Refusal::unsupported(&(0..0), "This form of LIMIT")),
        }
    }
}

/// One expression of `WITH`: its name and its query.
fn named_query(cte: &Cte) -> Followed<(&str, &Query)> {
    let Cte {
        alias,
        query,
        from: None,
        materialized: None,
        closing_paren_token: _,
    } = cte
    else {
        let place = place(cte.alias.name.span);
        return Err(Refusal::unsupported(&place, "This form of WITH"));
    };
    if !alias.columns.is_empty() || alias.at.is_some() {
        let what = "A list of columns in WITH";
        return Err(Refusal::unsupported(&place(alias.name.span), what));
    }
    Ok((name(&alias.name)?, query))
}

/// The column that a whole number in `GROUP BY` or `ORDER BY` counts off.
pub(super) fn ordinal<'o>(expr: &Expr, output: &'o Output) -> Option<&'o Field> {
    let Expr::Value(value) = expr else {
        return None;
    };
    let sqlparser::ast::Value::Number(text, _) = &value.value else {
        return None;
    };
    output
        .fields
        .get(text.parse::<usize>().ok()?.checked_sub(1)?)
}

/// What a set operation of two arms answers with.
pub(super) fn combined(
    left: Output,
    right: Output,
    operator: SetOperator,
    quantifier: SetQuantifier,
) -> Followed<Output> {
    let known = matches!(
        operator,
        SetOperator::Union | SetOperator::Except | SetOperator::Intersect
    );
    match quantifier {
        SetQuantifier::All | SetQuantifier::Distinct if known => by_position(left, right),
        // The parser's three forms stand for three modes: see `parse::repair`.
        SetQuantifier::AllByName | SetQuantifier::ByName | SetQuantifier::DistinctByName
            if known =>
        {
            by_name(left, right, quantifier)
        }
        _ => Err(Refusal::unsupported(&(0..0), "This form of set operation")),
    }
}

/// The arms of a set operation by name: all columns, the left arm's, or those of both.
fn by_name(left: Output, right: Output, quantifier: SetQuantifier) -> Followed<Output> {
    let unnamed = |output: &Output| {
        output.row.is_some() || output.fields.iter().any(|field| field.name.is_none())
    };
    if unnamed(&left) || unnamed(&right) {
        let what = "A column without a name, BY NAME,";
        return Err(Refusal::unsupported(&(0..0), what));
    }
    let same = |one: &Field, other: &Field| one.name.as_deref().is_some_and(|n| other.is_named(n));
    let mut fields = Vec::with_capacity(left.fields.len());
    for mut field in left.fields {
        match right.fields.iter().find(|other| same(other, &field)) {
            Some(other) => {
                field.value = Value::one_of(&[field.value, other.value.clone()]);
                fields.push(field);
            }
            None if quantifier == SetQuantifier::DistinctByName => {}
            None => fields.push(field),
        }
    }
    if quantifier == SetQuantifier::AllByName {
        let more = right.fields.into_iter();
        let more: Vec<Field> = more
            .filter(|f| !fields.iter().any(|g| same(f, g)))
            .collect();
        fields.extend(more);
    }
    Ok(Output { fields, row: None })
}

/// The arms of a set operation join by position, under the first arm's names.
fn by_position(left: Output, right: Output) -> Followed<Output> {
    if left.fields.len() != right.fields.len() {
        let message = "The arms of a set operation have different numbers of columns.";
        return Err(Refusal::new(FindingCode::SyntaxError, &(0..0), message));
    }
    let fields = left.fields.into_iter().zip(right.fields);
    Ok(Output {
        fields: fields
            .map(|(left, right)| field(left.name, Value::one_of(&[left.value, right.value])))
            .collect(),
        row: match (left.row, right.row) {
            (Some(left), Some(right)) => Some(Value::one_of(&[left, right])),
            (None, None) => None,
            (Some(row), None) | (None, Some(row)) => Some(Value::from_all([&row])),
        },
    })
}
