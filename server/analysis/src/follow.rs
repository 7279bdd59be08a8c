//! Following the statements of a text one by one, with what the earlier ones leave for the later.

use std::ops::{ControlFlow, Range};

use domain::Finding;
use sqlparser::{
    ast::{ObjectName, Statement as Tree, Visit, visit_relations},
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    catalog::Catalog,
    change,
    describe::{columns, describe, note_change},
    finding::{FindingCode, Followed, Refusal},
    lexer,
    mask::Masks,
    parse,
    report::Statement,
    scope::Scope,
    script::{self, Item},
    statement::{self, Effect, Kind},
    value::{Field, Flow, Value},
    walk::{Clause, Ctes, Output, Walk, path},
};

/// How often a script is followed until nothing new flows into what it keeps.
const MOST_ROUNDS: usize = 16;

/// The reports of all statements, and why any of them is refused.
pub(crate) struct Judged<'c> {
    pub walk: Walk<'c>,
    pub reports: Vec<Statement>,
    pub refused: Vec<Finding>,
}

/// Follows every statement. What a script keeps may flow back through its loops, so it is
/// followed until its variables and tables carry nothing new.
pub(crate) fn judge<'c>(
    tokens: &[TokenWithSpan],
    items: &[Item],
    catalog: &'c Catalog,
    masks: &'c Masks<'c>,
) -> Judged<'c> {
    let mut walk = Walk::new(catalog, masks);
    let mut kept = walk.kept();
    for _ in 0..MOST_ROUNDS {
        walk.begin_script(script::repeats(items));
        let mut reports = Vec::with_capacity(items.len());
        let mut refused = Vec::new();
        for item in items {
            match item {
                Item::Enter { .. } => walk.enter_block(),
                Item::Leave => walk.leave_block(),
                _ => {
                    let (report, refusal) = walk.judge(tokens, item);
                    reports.push(report);
                    refused.extend(refusal);
                }
            }
        }
        let now = walk.kept();
        if now == kept || !refused.is_empty() {
            return Judged {
                walk,
                reports,
                refused,
            };
        }
        kept = now;
    }
    let message = "What flows through the variables of the script has no end.";
    Judged {
        walk,
        reports: Vec::new(),
        refused: vec![FindingCode::TooDeep.at(&(0..0), message)],
    }
}

impl Walk<'_> {
    /// The report of one part of the text, and why it is refused.
    fn judge(&mut self, tokens: &[TokenWithSpan], item: &Item) -> (Statement, Option<Finding>) {
        let mut report = Statement::default();
        self.begin_statement();
        let followed = self.item(tokens, item, &mut report);
        describe(self, &mut report);
        let refusal = followed.err().map(|refusal| {
            let range = tokens.get(item.range()).unwrap_or_default();
            refusal.into_finding_within(&statement::place_of(range))
        });
        report.findings.extend(refusal.clone());
        (report, refusal)
    }

    fn item(
        &mut self,
        tokens: &[TokenWithSpan],
        item: &Item,
        report: &mut Statement,
    ) -> Followed<()> {
        let part = |range: &Range<usize>| tokens.get(range.clone()).unwrap_or_default();
        match item {
            Item::Statement(range) => self.statement(part(range), report),
            Item::Bare { kind, .. } => {
                (*kind).clone_into(&mut report.kind);
                if *kind == "rollback_transaction" {
                    self.roll_back();
                }
                Ok(())
            }
            Item::Condition { kind, value } => {
                (*kind).clone_into(&mut report.kind);
                let value = self.within(Clause::Filter, |w| w.lone_expression(part(value)))?;
                self.decide_runs(&value.flow);
                Ok(())
            }
            Item::Declare { names, default } => {
                "declare".clone_into(&mut report.kind);
                match default {
                    Some(range) => {
                        let value = self.lone_expression(part(range))?;
                        self.assign_all(tokens, names, |_| value.clone(), report)
                    }
                    None => names
                        .iter()
                        .try_for_each(|&at| self.assign(tokens, at, &Value::default()).map(drop)),
                }
            }
            Item::Set { names, value } => {
                "set".clone_into(&mut report.kind);
                let value = self.lone_expression(part(value))?;
                let several = names.len() > 1;
                let of = |at: usize| {
                    if several {
                        value.part(at)
                    } else {
                        value.clone()
                    }
                };
                self.assign_all(tokens, names, of, report)
            }
            Item::Enter { .. } | Item::Leave => Ok(()),
            Item::For { variable, query } => {
                "for".clone_into(&mut report.kind);
                let query = parsed(part(query), Parser::parse_query)?;
                let output = self.query(&query, None, &Ctes::default())?;
                explain(&*query, self)?;
                report.columns = columns(self, &output);
                // How many rows there are decides how often the statements run.
                self.decide_runs(&Flow::default());
                let row = Value::from_fields(output.fields);
                self.assign(tokens, *variable, &row).map(drop)
            }
        }
    }

    fn assign_all(
        &mut self,
        tokens: &[TokenWithSpan],
        names: &[usize],
        value: impl Fn(usize) -> Value,
        report: &mut Statement,
    ) -> Followed<()> {
        let names = names.iter().enumerate();
        let fields = names.map(|(position, &at)| self.assign(tokens, at, &value(position)));
        let fields = fields.collect::<Followed<_>>()?;
        report.columns = columns(self, &Output { fields, row: None });
        Ok(())
    }

    fn lone_expression(&mut self, tokens: &[TokenWithSpan]) -> Followed<Value> {
        let expr = parsed(tokens, Parser::parse_expr)?;
        let value = self.expression(&expr, &Scope::default(), &Ctes::default())?;
        explain(&expr, self)?;
        Ok(value)
    }

    /// `SET` of a variable of the script, or of one of the system's that changes no meaning.
    fn assign(&mut self, tokens: &[TokenWithSpan], at: usize, value: &Value) -> Followed<Field> {
        let name = match tokens.get(at).map(|t| &t.token) {
            Some(Token::Word(word)) => {
                self.set_variable(&word.value, value);
                &word.value
            }
            Some(Token::Placeholder(name)) if name.eq_ignore_ascii_case("@@time_zone") => name,
            _ => {
                let place = tokens.get(at).map_or(0..0, |t| lexer::place(t.span));
                return Err(Refusal::unsupported(&place, "A change of this variable"));
            }
        };
        Ok(Field {
            name: Some(name.as_str().into()),
            value: value.clone(),
        })
    }

    /// One statement of SQL.
    fn statement(&mut self, tokens: &[TokenWithSpan], report: &mut Statement) -> Followed<()> {
        let kind = Kind::of(tokens);
        kind.name.clone_into(&mut report.kind);
        let output = self.followed(&kind, tokens, report)?;
        report.columns = columns(self, &output);
        if !self.writes.is_empty() {
            note_change(self, &output, &statement::place_of(tokens));
        }
        Ok(())
    }

    /// What a statement answers with, or stores.
    fn followed(
        &mut self,
        kind: &Kind,
        tokens: &[TokenWithSpan],
        report: &mut Statement,
    ) -> Followed<Output> {
        let place = statement::place_of(tokens);
        match kind.effect {
            Effect::Query => {
                let Tree::Query(query) = parse::parse(tokens)? else {
                    return Err(Refusal::unsupported(&place, "This statement"));
                };
                let followed = self.query(&query, None, &Ctes::default());
                if followed.is_err() {
                    self.note_relations(&*query);
                }
                let output = followed?;
                explain(&*query, self)?;
                Ok(output)
            }
            Effect::Insert => {
                let header = change::insert_header(tokens, &place)?;
                let output = self.insert(&header, &place)?;
                explain(&*header.query, self)?;
                Ok(output)
            }
            Effect::Change => {
                let tree = parse::parse(tokens)?;
                let output = self.modify(&tree, &place)?;
                explain(&tree, self)?;
                Ok(output)
            }
            Effect::Create => self.create(kind, tokens, report),
            Effect::CreateTemporaryFunction => {
                let function = change::function_header(tokens, &place)?;
                self.create_function(&function, &place)?;
                explain(&function.body, self)?;
                Ok(Output::default())
            }
            Effect::DropTable => {
                if let Some(target) = kind.parts(tokens).target
                    && self.drop_own(&target)?
                {
                    return Ok(Output::default());
                }
                self.name_all(kind, tokens, report);
                let message = "What is dropped is lost.";
                Err(Refusal::new(FindingCode::Destructive, &place, message))
            }
            Effect::Refused(code, message) => {
                self.name_all(kind, tokens, report);
                Err(Refusal::new(code, &place, message))
            }
        }
    }

    /// A table or view of its columns, or of a query.
    fn create(
        &mut self,
        kind: &Kind,
        tokens: &[TokenWithSpan],
        report: &mut Statement,
    ) -> Followed<Output> {
        let place = statement::place_of(tokens);
        let (Some(created), Some(target)) = (kind.created(tokens), kind.parts(tokens).target)
        else {
            self.name_all(kind, tokens, report);
            return Err(Refusal::unsupported(&place, "A part of this CREATE"));
        };
        let query = created.query.map(|range| {
            let tokens = tokens.get(range).unwrap_or_default();
            parsed(tokens, Parser::parse_query)
        });
        let query = query.transpose()?;
        let output = self.creation(kind, &target, &created.columns, query.as_deref(), &place)?;
        if let Some(query) = &query {
            explain(&**query, self)?;
        }
        Ok(output)
    }

    /// Puts what a refused statement names, and what its query answers with, into the report.
    fn name_all(&mut self, kind: &Kind, tokens: &[TokenWithSpan], report: &mut Statement) {
        let parts = kind.parts(tokens);
        if kind.name == "assert" {
            let condition = tokens.get(1..).unwrap_or_default();
            let end = condition
                .iter()
                .position(|t| matches!(&t.token, Token::Word(w) if w.keyword == Keyword::AS));
            let condition = &condition[..end.unwrap_or(condition.len())];
            drop(self.within(Clause::Filter, |walk| walk.lone_expression(condition)));
        }
        let query = parts.query.and_then(|range| tokens.get(range));
        if let Some(query) = query.and_then(|tokens| parsed(tokens, Parser::parse_query).ok()) {
            match self.query(&query, None, &Ctes::default()) {
                Ok(output) => report.columns = columns(self, &output),
                Err(_) => self.note_relations(&*query),
            }
        }
        let name = |object: &ObjectName| {
            path(object)
                .and_then(|parts| self.full_name(&parts, &(0..0)))
                .ok()
        };
        let (written, read): (Vec<_>, Vec<_>) = (
            parts.target.iter().filter_map(name).collect(),
            parts.sources.iter().filter_map(name).collect(),
        );
        self.writes.extend(written);
        self.reads.extend(read);
    }

    /// What a query that is not followed to its end names, as far as the catalog has it.
    fn note_relations(&mut self, tree: &impl Visit) {
        let _ = visit_relations(tree, |relation: &ObjectName| {
            if let Ok(parts) = path(relation) {
                self.note_read(&parts);
            }
            ControlFlow::<()>::Continue(())
        });
    }
}

/// What the tokens hold, when they hold nothing else.
pub(crate) fn parsed<T>(
    tokens: &[TokenWithSpan],
    parse: impl FnOnce(&mut Parser<'static>) -> Result<T, ParserError>,
) -> Followed<T> {
    let mut parser = parse::parser(parse::prepared(tokens)?);
    match parse(&mut parser) {
        Ok(tree) if parser.peek_token_ref().token == Token::EOF => Ok(tree),
        _ => {
            let message = "This part of the statement cannot be read as GoogleSQL.";
            let place = statement::place_of(tokens);
            Err(Refusal::new(FindingCode::SyntaxError, &place, message))
        }
    }
}

/// Whether every statement of a text can be read as what it was before.
pub(crate) fn can_be_read(tokens: &[TokenWithSpan]) -> Followed<()> {
    for item in script::read(tokens)? {
        let tokens = tokens.get(item.range()).unwrap_or_default();
        match item {
            Item::Statement(_) => match Kind::of(tokens).effect {
                Effect::Query | Effect::Change => parse::parse(tokens).map(drop)?,
                Effect::Insert => change::insert_header(tokens, &(0..0)).map(drop)?,
                Effect::CreateTemporaryFunction => {
                    change::function_header(tokens, &(0..0)).map(drop)?;
                }
                Effect::Create => {
                    let query = Kind::of(tokens).parts(tokens).query;
                    if let Some(query) = query.and_then(|range| tokens.get(range)) {
                        parsed(query, Parser::parse_query).map(drop)?;
                    }
                }
                Effect::DropTable | Effect::Refused(..) => {}
            },
            Item::For { .. } => parsed(tokens, Parser::parse_query).map(drop)?,
            Item::Condition { .. } => parsed(tokens, Parser::parse_expr).map(drop)?,
            Item::Declare { .. }
            | Item::Set { .. }
            | Item::Bare { .. }
            | Item::Enter { .. }
            | Item::Leave => {}
        }
    }
    Ok(())
}

/// Every relation that the tree names must have been met on the walk.
fn explain<T: Visit>(tree: &T, walk: &Walk<'_>) -> Followed<()> {
    let missed = visit_relations(tree, |relation: &ObjectName| {
        let place = path(relation).map_or(0..0, |parts| crate::walk::path_place(&parts));
        if walk.explained.contains(&place.start) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(place)
        }
    });
    match missed {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(place) => Err(Refusal::unsupported(&place, "The use of this table")),
    }
}
