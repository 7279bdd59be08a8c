//! Tokens to a syntax tree, within bounds that keep every later step flat and short.

mod cursor;
mod dialect;
mod repair;

use sqlparser::{
    ast::Statement,
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    lexer::place,
};
pub(crate) use cursor::{Cursor, ends_table};
use dialect::GoogleSql;

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

/// A parser of GoogleSQL over tokens that were prepared.
pub(crate) fn parser(tokens: Vec<TokenWithSpan>) -> Parser<'static> {
    Parser::new(&GoogleSql)
        .with_recursion_limit(2 * DEEPEST_BRACKETS)
        .with_tokens_with_locations(tokens)
}

/// Parses the tokens of one statement.
pub(crate) fn parse(tokens: &[TokenWithSpan]) -> Followed<Statement> {
    let tokens = prepared(tokens)?;
    let end = tokens.last().map_or(0..0, |t| place(t.span));
    let mut parser = parser(tokens);
    let statement = parser.parse_statement().map_err(|e| refuse(&e, &end))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        return Err(unreadable(&place(rest.span)));
    }
    Ok(statement)
}

/// The tokens as the parser reads them, when they nest within bounds.
pub(crate) fn prepared(tokens: &[TokenWithSpan]) -> Followed<Vec<TokenWithSpan>> {
    check_depth(tokens)?;
    Ok(repair::readable(tokens))
}

/// The tree's depth is at most what brackets and chains of operators allow.
fn check_depth(tokens: &[TokenWithSpan]) -> Followed<()> {
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

    fn parses(sql: &str) -> bool {
        parse(&lexer::tokens(sql).expect("tokens")).is_ok()
    }

    #[test]
    fn reads_typed_arrays_and_keywords_behind_dots() {
        assert!(parses(
            "SELECT ARRAY<STRUCT<a INT64, b ARRAY<INT64>>>[(1, [2])]"
        ));
        assert!(parses("SELECT SAFE.SUBSTR('a', 1), NET.HOST('x')"));
        assert!(parses("SELECT a < b, ARRAY(SELECT 1)[OFFSET(0)] FROM t"));
    }

    #[test]
    fn reads_what_the_parser_alone_does_not() {
        for sql in [
            "SELECT a << 2 | b >> 1, WITH(x AS 1, y AS x + 1, y), ARRAY_FILTER(c, (e, i) -> e > i)",
            "SELECT RANGE<DATE> '[2020-01-01, UNBOUNDED)', CAST(a AS RANGE<DATE>)",
            "SELECT a NOT LIKE ALL UNNEST(b), a LIKE ANY ('x', 'y') FROM t",
            "SELECT 1 AS a FULL OUTER UNION ALL BY NAME SELECT 2 AS b",
            "SELECT 1 AS a UNION DISTINCT STRICT CORRESPONDING SELECT 2 AS a",
            "SELECT 1 FROM t AS a FOR SYSTEM TIME AS OF x TABLESAMPLE SYSTEM (1 PERCENT), u",
            "SELECT 1 FROM t, t.items i WITH OFFSET AS o JOIN t.more WITH OFFSET ON TRUE",
            "SELECT * FROM f(TABLE t, MODEL m) UNPIVOT((a, b) FOR c IN ((d, e) AS 1, (f, g) AS 'x'))",
            "FROM t |> WINDOW SUM(a) OVER () AS s |> DISTINCT |> AGGREGATE COUNT(*) GROUP AND ORDER BY a",
            "SELECT WITH DIFFERENTIAL_PRIVACY OPTIONS(epsilon = 1) COUNT(*) FROM t",
            "SELECT a IN ((SELECT 1), 2) AND b IN ((1, 2), (3, 4)) AND c IN ((SELECT 1))",
            "SELECT minus, position, convert, top, t.144a FROM table AS sort, t overlaps",
        ] {
            assert!(parses(sql), "{sql}");
        }
    }

    #[test]
    fn bounds_hold() {
        let sum = |n| format!("SELECT {}", vec!["1"; n].join("+"));
        assert!(parses(&sum(400)) && !parses(&sum(100_000)));
        let nest = |n| format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n));
        assert!(parses(&nest(20)) && !parses(&nest(50_000)));
        assert!(!parses(&format!("SELECT * FROM {}", "(".repeat(63))));
        assert!(!parses(&format!("SELECT {}1", "NOT ".repeat(10_000))));
        assert!(parses(&format!("SELECT {}", vec!["a"; 20_000].join(","))));
    }
}
