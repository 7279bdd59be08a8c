//! The heads of `INSERT` and `CREATE TABLE … AS`, before their query.

use sqlparser::{
    ast::{Ident, ObjectName, Query},
    keywords::Keyword,
    parser::{IsOptional, Parser, ParserError},
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    parse::prepared,
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

/// `CREATE [OR REPLACE] TABLE [IF NOT EXISTS] table AS query`.
pub(crate) fn create_header(tokens: &[TokenWithSpan], place: &Place) -> Followed<Header> {
    read(tokens, place, |parser| {
        parser.expect_keyword_is(Keyword::CREATE)?;
        let _ = parser.parse_keywords(&[Keyword::OR, Keyword::REPLACE]);
        parser.advance_token();
        let _ = parser.parse_keywords(&[Keyword::IF, Keyword::NOT, Keyword::EXISTS]);
        let target = parser.parse_object_name(true)?;
        parser.expect_keyword_is(Keyword::AS)?;
        Ok(Header {
            target,
            columns: Vec::new(),
            query: parser.parse_query()?,
        })
    })
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
