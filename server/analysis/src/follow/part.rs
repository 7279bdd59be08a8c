//! The parts of a script: what each does to its variables, and the statements between.

use std::ops::Range;

use domain::Finding;
use sqlparser::{
    parser::Parser,
    tokenizer::{Token, TokenWithSpan},
};

use super::{explain, parsed};
use crate::{
    describe::{columns, describe},
    finding::{Followed, Refusal},
    lexer,
    report::Statement,
    scope::Scope,
    script::Item,
    statement::{place_of, significant},
    value::{Field, Flow, Value},
    walk::{Clause, Ctes, Output, Walk},
};

impl Walk<'_> {
    /// The report of one part of the text, and why it is refused.
    pub(super) fn judge(
        &mut self,
        tokens: &[TokenWithSpan],
        item: &Item,
    ) -> (Statement, Option<Finding>) {
        let mut report = Statement::default();
        self.begin_statement();
        let followed = self.item(tokens, item, &mut report);
        describe(self, &mut report);
        let refusal = followed.err().map(|refusal| {
            let range = tokens.get(item.range()).unwrap_or_default();
            refusal.into_finding_within(&place_of(range))
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
            Item::Declare {
                names,
                data_type,
                default,
            } => {
                "declare".clone_into(&mut report.kind);
                self.declare(tokens, names, part(data_type))?;
                let Some(range) = default else {
                    return Ok(());
                };
                let value = self.lone_expression(part(range))?;
                self.assign_all(tokens, names, |_| value.clone(), report)
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

    fn declare(
        &mut self,
        tokens: &[TokenWithSpan],
        names: &[usize],
        data_type: &[TokenWithSpan],
    ) -> Followed<()> {
        let typed = significant(data_type).next().is_some();
        let data_type = typed.then(|| parsed(data_type, Parser::parse_data_type));
        let data_type = data_type.transpose()?;
        names.iter().try_for_each(|&at| match tokens.get(at) {
            Some(TokenWithSpan {
                token: Token::Word(word),
                ..
            }) => self.declare_variable(&word.value, data_type.as_ref()),
            _ => Ok(()),
        })
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

    pub(super) fn lone_expression(&mut self, tokens: &[TokenWithSpan]) -> Followed<Value> {
        let expr = parsed(tokens, Parser::parse_expr)?;
        let value = self.expression(&expr, &Scope::default(), &Ctes::default())?;
        explain(&expr, self)?;
        Ok(value)
    }

    /// `SET` of a variable of the script, or of one of the system's that changes no meaning.
    fn assign(&mut self, tokens: &[TokenWithSpan], at: usize, value: &Value) -> Followed<Field> {
        let name = match tokens.get(at).map(|t| &t.token) {
            Some(Token::Word(word)) => {
                self.set_variable(&word.value, value)?;
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
}
