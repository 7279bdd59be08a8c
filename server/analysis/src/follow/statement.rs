//! One statement of SQL: what it answers with, stores, reads and writes.

use std::ops::ControlFlow;

use domain::TableName;
use sqlparser::{
    ast::{ObjectName, Statement as Tree, Visit, visit_relations},
    keywords::Keyword,
    parser::Parser,
    tokenizer::{Token, TokenWithSpan},
};

use super::{explain, parsed};
use crate::{
    change,
    describe::{columns, note_change},
    finding::{FindingCode, Followed, Refusal},
    parse,
    report::Statement,
    statement::{Effect, Kind, place_of},
    uses::row_limit,
    walk::{Clause, Ctes, Output, Walk, path},
};

impl Walk<'_> {
    /// One statement of SQL.
    pub(super) fn statement(
        &mut self,
        tokens: &[TokenWithSpan],
        report: &mut Statement,
    ) -> Followed<()> {
        let kind = Kind::of(tokens);
        kind.name.clone_into(&mut report.kind);
        let output = self.followed(&kind, tokens, report)?;
        report.columns = columns(self, &output);
        if !self.writes.is_empty() {
            note_change(self, &output, &place_of(tokens));
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
        let place = place_of(tokens);
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
                report.limit = row_limit(&query);
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
                let message = "What is dropped is lost.";
                let refused = (kind, FindingCode::Destructive, message);
                Err(self.refused(refused, tokens, report))
            }
            Effect::Refused(code, message) => {
                Err(self.refused((kind, code, message), tokens, report))
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
        let place = place_of(tokens);
        let parts = kind.parts(tokens);
        let (Some(created), Some(target)) = (kind.created(tokens), &parts.target) else {
            let message = "A part of this CREATE is not followed.";
            let refused = (kind, FindingCode::UnsupportedConstruct, message);
            return Err(self.refused(refused, tokens, report));
        };
        let query = created.query.map(|range| {
            let tokens = tokens.get(range).unwrap_or_default();
            parsed(tokens, Parser::parse_query)
        });
        let query = query.transpose()?;
        let output = self.creation(kind, target, &created.columns, query.as_deref(), &place)?;
        if let Some(query) = &query {
            explain(&**query, self)?;
        }
        self.reads.extend(self.full_names(&parts.sources));
        Ok(output)
    }

    /// Puts what a refused statement names, and what its query answers with, into the report; an
    /// error where that query is not understood.
    fn name_all(
        &mut self,
        kind: &Kind,
        tokens: &[TokenWithSpan],
        report: &mut Statement,
    ) -> Followed<()> {
        let parts = kind.parts(tokens);
        if kind.name == "assert" {
            let condition = tokens.get(1..).unwrap_or_default();
            let end = condition
                .iter()
                .position(|t| matches!(&t.token, Token::Word(w) if w.keyword == Keyword::AS));
            let condition = &condition[..end.unwrap_or(condition.len())];
            drop(self.within(Clause::Filter, |walk| walk.lone_expression(condition)));
        }
        self.writes.extend(self.full_names(parts.target.as_slice()));
        self.reads.extend(self.full_names(&parts.sources));
        let Some(query) = parts.query.and_then(|range| tokens.get(range)) else {
            return Ok(());
        };
        let query = parsed(query, Parser::parse_query)?;
        let output = self.query(&query, None, &Ctes::default());
        if output.is_err() {
            self.note_relations(&*query);
        }
        report.columns = columns(self, &output?);
        explain(&*query, self)
    }

    fn full_names(&self, objects: &[ObjectName]) -> Vec<TableName> {
        let names = objects
            .iter()
            .map(|object| self.full_name(&path(object)?, &(0..0)));
        names.filter_map(Result::ok).collect()
    }

    /// A refusal for what the statement is, or because what is within it is not understood.
    fn refused(
        &mut self,
        (kind, code, message): (&Kind, FindingCode, &str),
        tokens: &[TokenWithSpan],
        report: &mut Statement,
    ) -> Refusal {
        let place = place_of(tokens);
        match self.name_all(kind, tokens, report) {
            Ok(()) => Refusal::new(code, &place, message),
            Err(refusal) => {
                self.findings.push(code.at(&place, message));
                refusal
            }
        }
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
