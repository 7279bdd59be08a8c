//! Following the statements of a text one by one, with what the earlier ones leave for the later.

mod part;
mod statement;

use std::ops::ControlFlow;

use domain::Finding;
use sqlparser::{
    ast::{ObjectName, Visit, visit_relations},
    parser::{Parser, ParserError},
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    catalog::Catalog,
    change,
    finding::{FindingCode, Followed, Refusal},
    mask::Masks,
    parse,
    report::Statement,
    script::{self, Item},
    statement::{Effect, Kind, place_of},
    walk::{Walk, path},
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
            let place = place_of(tokens);
            Err(Refusal::new(FindingCode::SyntaxError, &place, message))
        }
    }
}

/// Whether every statement of a text can be read as what it was before.
pub(crate) fn can_be_read(tokens: &[TokenWithSpan]) -> Followed<()> {
    for item in script::read(tokens)? {
        let part = tokens.get(item.range()).unwrap_or_default();
        match item {
            Item::Statement(_) => statement_can_be_read(part)?,
            Item::For { .. } => parsed(part, Parser::parse_query).map(drop)?,
            Item::Condition { value, .. }
            | Item::Set { value, .. }
            | Item::Declare {
                default: Some(value),
                ..
            } => {
                let value = tokens.get(value).unwrap_or_default();
                parsed(value, Parser::parse_expr).map(drop)?;
            }
            Item::Declare { default: None, .. }
            | Item::Bare { .. }
            | Item::Enter { .. }
            | Item::Leave => {}
        }
    }
    Ok(())
}

fn statement_can_be_read(tokens: &[TokenWithSpan]) -> Followed<()> {
    let kind = Kind::of(tokens);
    match kind.effect {
        Effect::Query | Effect::Change => parse::parse(tokens).map(drop),
        Effect::Insert => change::insert_header(tokens, &(0..0)).map(drop),
        Effect::CreateTemporaryFunction => change::function_header(tokens, &(0..0)).map(drop),
        Effect::Create => match kind.parts(tokens).query {
            Some(query) => {
                let query = tokens.get(query).unwrap_or_default();
                parsed(query, Parser::parse_query).map(drop)
            }
            None => Ok(()),
        },
        Effect::DropTable | Effect::Refused(..) => Ok(()),
    }
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
