//! What stands behind a table's name: its version, alias and sample.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

use crate::{finding::Place, lexer::place, parse::ends_table, walk::Masked};

/// What stands behind a table's name and belongs to it.
#[derive(Default)]
pub(super) struct Clauses {
    pub version: Option<Place>,
    pub sample: Option<Place>,
    /// `PIVOT` or `UNPIVOT` follows: an alias must not stand before it.
    pub turned: bool,
}

impl Clauses {
    pub fn behind(masked: &Masked, tokens: &[TokenWithSpan]) -> Self {
        let first = tokens.partition_point(|t| place(t.span).start < masked.place.end);
        let significant: Vec<&TokenWithSpan> = tokens[first..]
            .iter()
            .filter(|t| !matches!(t.token, Token::Whitespace(_)))
            .take(MOST_TOKENS_BEHIND)
            .collect();
        let mut clauses = Self::default();
        let mut at = 0;
        let mut aliased = masked.alias_start.is_none();
        // The alias stands before the version, or behind it.
        for _ in 0..2 {
            if keyword(significant.get(at)) == Keyword::FOR {
                let end = end_of_version(&significant, at, masked);
                clauses.version = Some(between(&significant, at, end));
                at = end;
            } else if !aliased {
                let long = keyword(significant.get(at)) == Keyword::AS;
                at += if long { 2 } else { 1 };
                aliased = true;
            }
        }
        if keyword(significant.get(at)) == Keyword::TABLESAMPLE {
            let end = end_of_brackets(&significant, at);
            clauses.sample = Some(between(&significant, at, end));
            at = end;
        }
        clauses.turned = matches!(
            keyword(significant.get(at)),
            Keyword::PIVOT | Keyword::UNPIVOT
        );
        clauses
    }
}

/// Enough for any `FOR SYSTEM_TIME` and `TABLESAMPLE` that people write; a longer one is cut,
/// and the text that this gives does not parse.
const MOST_TOKENS_BEHIND: usize = 200;

fn keyword(token: Option<&&TokenWithSpan>) -> Keyword {
    match token.map(|t| &t.token) {
        Some(Token::Word(word)) => word.keyword,
        _ => Keyword::NoKeyword,
    }
}

fn between(tokens: &[&TokenWithSpan], first: usize, end: usize) -> Place {
    let start = tokens.get(first).map_or(0, |t| place(t.span).start);
    let last = tokens
        .get(end.saturating_sub(1))
        .map_or(start, |t| place(t.span).end);
    start..last
}

/// The token behind `FOR SYSTEM_TIME AS OF expression`: the alias, or what ends a table.
fn end_of_version(tokens: &[&TokenWithSpan], first: usize, masked: &Masked) -> usize {
    let mut open = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(first + 4) {
        let start = place(token.span).start;
        let alias = masked.alias_start == Some(start);
        match &token.token {
            _ if open == 0 && alias => return at,
            Token::RParen
            | Token::Comma
            | Token::SemiColon
            | Token::VerticalBarRightAngleBracket
                if open == 0 =>
            {
                return at;
            }
            Token::LParen | Token::LBracket => open += 1,
            Token::RParen | Token::RBracket => open = open.saturating_sub(1),
            Token::Word(word) if open == 0 => {
                let called = tokens.get(at + 1).is_some_and(|t| t.token == Token::LParen);
                if ends_table(word.keyword, called) {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// The token behind the first pair of brackets from `start` on.
fn end_of_brackets(tokens: &[&TokenWithSpan], start: usize) -> usize {
    let mut open = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.token {
            Token::LParen => open += 1,
            Token::RParen if open == 1 => return at + 1,
            Token::RParen => open = open.saturating_sub(1),
            _ => {}
        }
    }
    tokens.len()
}
