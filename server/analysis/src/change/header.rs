//! The heads of `INSERT` and `CREATE TEMP FUNCTION`.

use std::{ops::Range, rc::Rc};

use sqlparser::{
    ast::{Ident, ObjectName, Query},
    keywords::Keyword,
    parser::{IsOptional, Parser, ParserError},
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    follow::parsed,
    parse::{Cursor, prepared},
    statement::{name_at, pieces},
    walk::Function,
};

/// Where rows go, and the query that gives them.
pub(crate) struct Header {
    pub target: ObjectName,
    pub columns: Vec<Ident>,
    pub query: Box<Query>,
}

/// `INSERT [INTO] table [(columns)] query`.
pub(crate) fn insert_header(tokens: &[TokenWithSpan], place: &Place) -> Followed<Header> {
    read(tokens, place, |parser| {
        parser.expect_keyword_is(Keyword::INSERT)?;
        let _ = parser.parse_keyword(Keyword::INTO);
        let target = parser.parse_object_name(true)?;
        let columns = if opens_columns(parser) {
            parser.parse_parenthesized_column_list(IsOptional::Mandatory, false)?
        } else {
            Vec::new()
        };
        Ok(Header {
            target,
            columns,
            query: parser.parse_query()?,
        })
    })
}

/// `CREATE TEMP FUNCTION name(parameters) [RETURNS type] AS (expression)`.
pub(crate) fn function_header(tokens: &[TokenWithSpan], place: &Place) -> Followed<Rc<Function>> {
    let cursor = Cursor(tokens);
    let unsupported = || Refusal::unsupported(place, "This form of function");
    let start = (0..tokens.len()).find(|&at| cursor.is(at, "FUNCTION"));
    let (name, opening) = start
        .and_then(|at| name_at(&cursor, at + 1))
        .ok_or_else(unsupported)?;
    if cursor.token(opening) != Some(&Token::LParen) {
        return Err(unsupported());
    }
    let end = cursor.end_of_pair(opening, &Token::LParen, &Token::RParen);
    let parameters = parameters(&cursor, opening + 1..end.saturating_sub(1));
    let body = (end..tokens.len()).find(|&at| cursor.keyword(at) == Keyword::AS);
    let body = body
        .and_then(|at| tokens.get(at + 1..))
        .ok_or_else(unsupported)?;
    Ok(Rc::new(Function {
        name,
        parameters: parameters.ok_or_else(unsupported)?,
        body: parsed(body, Parser::parse_expr)?,
    }))
}

fn parameters(cursor: &Cursor<'_>, range: Range<usize>) -> Option<Vec<Rc<str>>> {
    if range.is_empty() {
        return Some(Vec::new());
    }
    let firsts = pieces(cursor, range).into_iter();
    let names = firsts.map(
        |piece| match cursor.token(cursor.at_or_after(piece.start)) {
            Some(Token::Word(word)) => Some(word.value.as_str().into()),
            _ => None,
        },
    );
    names.collect()
}

fn opens_columns(parser: &Parser<'_>) -> bool {
    let query = [Keyword::SELECT, Keyword::WITH, Keyword::FROM];
    parser.peek_token_ref().token == Token::LParen
        && !matches!(
            &parser.peek_nth_token_ref(1).token,
            Token::Word(word) if query.contains(&word.keyword)
        )
}

fn read(
    tokens: &[TokenWithSpan],
    place: &Place,
    head: impl FnOnce(&mut Parser<'_>) -> Result<Header, ParserError>,
) -> Followed<Header> {
    let tokens = prepared(tokens)?;
    let mut parser = crate::parse::parser(tokens);
    match head(&mut parser) {
        Ok(header) if parser.peek_token_ref().token == Token::EOF => Ok(header),
        _ => {
            let message = "This form of the statement is not followed.";
            Err(Refusal::new(
                FindingCode::UnsupportedConstruct,
                place,
                message,
            ))
        }
    }
}
