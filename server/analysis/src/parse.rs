//! Tokens to a syntax tree, within bounds that keep every later step flat and short.

use sqlparser::{
    ast::Statement,
    dialect::BigQueryDialect,
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    lexer::place,
};

/// The longest text that is read, in bytes.
const LONGEST_TEXT: usize = 256 * 1024;
/// How deep brackets may nest.
const DEEPEST_BRACKETS: usize = 64;
/// How many operators may follow each other without a comma between: each adds a level to the tree.
const LONGEST_CHAIN: usize = 500;

/// Refuses a text that is longer than is read.
pub(crate) fn check_length(sql: &str) -> Followed<()> {
    if sql.len() <= LONGEST_TEXT {
        return Ok(());
    }
    let message = format!("The text has more than {LONGEST_TEXT} bytes.");
    Err(Refusal::new(FindingCode::TooLarge, &(0..0), message))
}

/// Parses the tokens of one statement.
pub(crate) fn parse(tokens: &[TokenWithSpan]) -> Followed<Statement> {
    check_depth(tokens)?;
    let tokens = without_array_types(tokens);
    let end = tokens.last().map_or(0..0, |t| place(t.span));
    let mut parser = Parser::new(&BigQueryDialect)
        .with_recursion_limit(2 * DEEPEST_BRACKETS)
        .with_tokens_with_locations(tokens);
    let statement = parser.parse_statement().map_err(|e| refuse(&e, &end))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        return Err(unreadable(&place(rest.span)));
    }
    Ok(statement)
}

/// The tree's depth is at most what brackets and chains of operators allow.
pub(crate) fn check_depth(tokens: &[TokenWithSpan]) -> Followed<()> {
    let mut chains: Vec<usize> = vec![0];
    for token in tokens {
        let too_deep = || {
            let message = "The statement nests too deep, or chains too many operators.";
            Refusal::new(FindingCode::TooDeep, &place(token.span), message)
        };
        match &token.token {
            Token::LParen | Token::LBracket => chains.push(0),
            Token::RParen | Token::RBracket if chains.len() > 1 => {
                chains.pop();
            }
            Token::Comma => chains.iter_mut().last().into_iter().for_each(|c| *c = 0),
            other if deepens(other) => {
                let chain = chains.last_mut().ok_or_else(too_deep)?;
                *chain += 1;
                if *chain > LONGEST_CHAIN {
                    return Err(too_deep());
                }
            }
            _ => {}
        }
        if chains.len() > DEEPEST_BRACKETS {
            return Err(too_deep());
        }
    }
    Ok(())
}

/// Whether a token may add a level to the tree without a bracket. Clauses and names do not.
fn deepens(token: &Token) -> bool {
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND
                | Keyword::OR
                | Keyword::NOT
                | Keyword::IS
                | Keyword::IN
                | Keyword::LIKE
                | Keyword::BETWEEN
                | Keyword::CASE
                | Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
                | Keyword::COLLATE
                | Keyword::AT
                | Keyword::INTERVAL
                | Keyword::PIVOT
                | Keyword::UNPIVOT
        ),
        Token::Whitespace(_)
        | Token::Period
        | Token::Comma
        | Token::Number(..)
        | Token::Placeholder(_)
        | Token::SingleQuotedString(_)
        | Token::SingleQuotedByteStringLiteral(_) => false,
        _ => true,
    }
}

/// `ARRAY<…>[…]` without the type, which the parser does not read and lineage does not need.
fn without_array_types(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        kept.push(token.clone());
        at += 1;
        if matches!(&token.token, Token::Word(word) if word.keyword == Keyword::ARRAY) {
            at = end_of_array_type(tokens, at).unwrap_or(at);
        }
    }
    kept
}

/// Where the `[` behind `<…>` is, when the tokens from `start` on are such.
fn end_of_array_type(tokens: &[TokenWithSpan], start: usize) -> Option<usize> {
    let mut open = 0_i64;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::Lt => open += 1,
            Token::Gt => open -= 1,
            Token::ShiftRight => open -= 2,
            Token::LBracket if open == 0 && at > start => return Some(at),
            Token::Word(_) | Token::Comma if open > 0 => {}
            _ => return None,
        }
        if open < 0 {
            return None;
        }
    }
    None
}

/// The parser's own message quotes the text, so only its place is taken over.
fn refuse(error: &ParserError, end: &Place) -> Refusal {
    match error {
        ParserError::RecursionLimitExceeded => {
            let message = "The statement nests too deep.";
            Refusal::new(FindingCode::TooDeep, end, message)
        }
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            unreadable(&place_in_message(message).unwrap_or_else(|| end.clone()))
        }
    }
}

fn unreadable(place: &Place) -> Refusal {
    let message = "The statement cannot be read as GoogleSQL from here on.";
    Refusal::new(FindingCode::SyntaxError, place, message)
}

/// The offset behind `Column: ` at the end of a parser's message.
fn place_in_message(message: &str) -> Option<Place> {
    let (_, column) = message.rsplit_once("Column: ")?;
    let start = column.trim().parse::<usize>().ok()?.checked_sub(1)?;
    Some(start..start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer;

    fn readable(sql: &str) -> bool {
        parse(&lexer::tokens(sql).expect("tokens")).is_ok()
    }

    #[test]
    fn reads_typed_arrays_and_keywords_behind_dots() {
        assert!(readable(
            "SELECT ARRAY<STRUCT<a INT64, b ARRAY<INT64>>>[(1, [2])]"
        ));
        assert!(readable("SELECT SAFE.SUBSTR('a', 1), NET.HOST('x')"));
        assert!(readable("SELECT a < b, ARRAY(SELECT 1)[OFFSET(0)] FROM t"));
    }

    #[test]
    fn bounds_hold() {
        let sum = |n| format!("SELECT {}", vec!["1"; n].join("+"));
        assert!(readable(&sum(400)) && !readable(&sum(100_000)));
        let nest = |n| format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n));
        assert!(readable(&nest(20)) && !readable(&nest(50_000)));
        assert!(!readable(&format!("SELECT * FROM {}", "(".repeat(63))));
        assert!(!readable(&format!("SELECT {}1", "NOT ".repeat(10_000))));
        assert!(readable(&format!("SELECT {}", vec!["a"; 20_000].join(","))));
    }
}
