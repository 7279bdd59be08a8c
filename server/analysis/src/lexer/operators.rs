//! Punctuation and operators.

use sqlparser::tokenizer::Token;

use super::Lexer;
use crate::finding::Followed;

/// Longest first, so that the first that fits is the one GoogleSQL reads.
const OPERATORS: &[(&str, Token)] = &[
    ("|>", Token::VerticalBarRightAngleBracket),
    ("||", Token::StringConcat),
    ("<<", Token::ShiftLeft),
    (">>", Token::ShiftRight),
    ("<=", Token::LtEq),
    (">=", Token::GtEq),
    ("<>", Token::Neq),
    ("!=", Token::Neq),
    ("=>", Token::RArrow),
    ("->", Token::Arrow),
    ("=", Token::Eq),
    ("<", Token::Lt),
    (">", Token::Gt),
    ("+", Token::Plus),
    ("-", Token::Minus),
    ("*", Token::Mul),
    ("/", Token::Div),
    ("&", Token::Ampersand),
    ("|", Token::Pipe),
    ("^", Token::Caret),
    ("~", Token::Tilde),
    (".", Token::Period),
    (",", Token::Comma),
    (";", Token::SemiColon),
    ("(", Token::LParen),
    (")", Token::RParen),
    ("[", Token::LBracket),
    ("]", Token::RBracket),
];

impl Lexer<'_> {
    /// A question mark is a positional parameter; any other character is refused.
    pub(super) fn operator(&mut self) -> Followed<Token> {
        let rest = self.rest();
        if rest.starts_with('?') {
            self.at += 1;
            return Ok(Token::Placeholder("?".to_owned()));
        }
        let found = OPERATORS.iter().find(|(text, _)| rest.starts_with(text));
        let Some((text, token)) = found else {
            let start = self.at;
            self.at += rest.chars().next().map_or(0, char::len_utf8);
            return Err(self.error(start, "This character has no meaning here."));
        };
        self.at += text.len();
        Ok(token.clone())
    }
}
