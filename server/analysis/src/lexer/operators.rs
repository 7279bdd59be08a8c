//! Punctuation and operators.

use sqlparser::tokenizer::Token;

use super::Lexer;
use crate::finding::Followed;

impl Lexer<'_> {
    /// A question mark is a positional parameter; any other character is refused.
    pub(super) fn operator(&mut self) -> Followed<Token> {
        let rest = self.rest();
        if let Some((length, token)) = operator(rest.as_bytes()) {
            self.at += length;
            return Ok(token);
        }
        let start = self.at;
        self.at += rest.chars().next().map_or(0, char::len_utf8);
        Err(self.error(start, "This character has no meaning here."))
    }
}

/// The longest operator that the text begins with, and its length.
fn operator(rest: &[u8]) -> Option<(usize, Token)> {
    let of_two = match rest {
        [b'|', b'>', ..] => Some(Token::VerticalBarRightAngleBracket),
        [b'|', b'|', ..] => Some(Token::StringConcat),
        [b'<', b'<', ..] => Some(Token::ShiftLeft),
        [b'>', b'>', ..] => Some(Token::ShiftRight),
        [b'<', b'=', ..] => Some(Token::LtEq),
        [b'>', b'=', ..] => Some(Token::GtEq),
        [b'<', b'>', ..] | [b'!', b'=', ..] => Some(Token::Neq),
        [b'=', b'>', ..] => Some(Token::RArrow),
        [b'-', b'>', ..] => Some(Token::Arrow),
        _ => None,
    };
    if let Some(token) = of_two {
        return Some((2, token));
    }
    let token = match rest.first()? {
        b'=' => Token::Eq,
        b'<' => Token::Lt,
        b'>' => Token::Gt,
        b'+' => Token::Plus,
        b'-' => Token::Minus,
        b'*' => Token::Mul,
        b'/' => Token::Div,
        b'&' => Token::Ampersand,
        b'|' => Token::Pipe,
        b'^' => Token::Caret,
        b'~' => Token::Tilde,
        b'.' => Token::Period,
        b',' => Token::Comma,
        b':' => Token::Colon,
        b';' => Token::SemiColon,
        b'(' => Token::LParen,
        b')' => Token::RParen,
        b'[' => Token::LBracket,
        b']' => Token::RBracket,
        b'?' => Token::Placeholder("?".to_owned()),
        _ => return None,
    };
    Some((1, token))
}
