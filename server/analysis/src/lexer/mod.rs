//! GoogleSQL's lexical rules
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical>).
//!
//! The parser's own tokenizer reads some texts differently from BigQuery, which would let a
//! query hide columns in what only looks like a comment or a string. So the text is read here,
//! and the parser gets tokens whose literals are already plain. A token's span carries byte
//! offsets: line 1, column = offset + 1.

mod operators;
mod quoted;

use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Whitespace};

use crate::finding::{FindingCode, Followed, Place, Refusal};
use quoted::Quoted;

/// Reads the whole text into tokens, white space included.
pub(crate) fn tokens(text: &str) -> Followed<Vec<TokenWithSpan>> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens: Vec<TokenWithSpan> = Vec::with_capacity(text.len() / 4);
    let mut after_dot = false;
    while let Some(next) = lexer.peek() {
        let start = lexer.at;
        let token = lexer.token(next, after_dot)?;
        if !matches!(token, Token::Whitespace(_)) {
            after_dot = token == Token::Period;
        }
        tokens.push(TokenWithSpan::new(token, span(&(start..lexer.at))));
    }
    Ok(tokens)
}

/// A place in the text as the parser's span.
pub(crate) fn span(place: &Place) -> Span {
    let location = |offset: usize| Location::new(1, offset as u64 + 1);
    Span::new(location(place.start), location(place.end))
}

/// The place that a span stands for; the empty place where the parser knows none.
pub(crate) fn place(span: Span) -> Place {
    let offset = |location: Location| {
        usize::try_from(location.column).map_or(0, |column| column.saturating_sub(1))
    };
    offset(span.start)..offset(span.end)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn error(&self, start: usize, message: &str) -> Refusal {
        Refusal::new(
            FindingCode::SyntaxError,
            &(start..self.at.max(start)),
            message,
        )
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn token(&mut self, next: char, after_dot: bool) -> Followed<Token> {
        if is_space(next) {
            self.take_while(is_space);
            return Ok(Token::Whitespace(Whitespace::Space));
        }
        if self.comment()? {
            return Ok(Token::Whitespace(Whitespace::Space));
        }
        if let Some(form) = Quoted::starting(self.rest()) {
            return self.quoted(form);
        }
        match next {
            'a'..='z' | 'A'..='Z' | '_' => Ok(self.word(after_dot)),
            '0'..='9' => self.number(),
            '.' if !after_dot && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                self.fraction()
            }
            '@' => self.parameter(),
            _ => self.operator(),
        }
    }

    /// A bare carriage return ends a comment as a line feed does; `/* */` does not nest.
    fn comment(&mut self) -> Followed<bool> {
        let rest = self.rest();
        if rest.starts_with('#') || rest.starts_with("--") {
            let start = self.at;
            let comment = self.take_while(|c| c != '\n' && c != '\r');
            if comment.to_ascii_lowercase().starts_with("#legacysql") {
                return Err(Refusal::unsupported(&(start..self.at), "Legacy SQL"));
            }
            return Ok(true);
        }
        if !rest.starts_with("/*") {
            return Ok(false);
        }
        let Some(length) = rest[2..].find("*/") else {
            return Err(self.error(self.at, "A comment is not closed."));
        };
        self.at += length + 4;
        Ok(true)
    }

    /// Behind a dot a keyword is a name, as in `SAFE.LEFT(x, 1)`.
    fn word(&mut self, after_dot: bool) -> Token {
        let word = self.take_while(is_word);
        match Token::make_word(word, None) {
            Token::Word(mut word) if after_dot => {
                word.keyword = sqlparser::keywords::Keyword::NoKeyword;
                Token::Word(word)
            }
            token => token,
        }
    }

    fn number(&mut self) -> Followed<Token> {
        let start = self.at;
        if self.rest().starts_with("0x") || self.rest().starts_with("0X") {
            self.at += 2;
            self.take_while(|c| c.is_ascii_hexdigit());
            return self.number_ends(start);
        }
        self.take_while(|c| c.is_ascii_digit());
        if self.rest().starts_with('.') && !self.names_follow_dot() {
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        self.exponent();
        self.number_ends(start)
    }

    /// Whether the dot belongs to a path, as in `my-project-123.dataset`.
    fn names_follow_dot(&self) -> bool {
        let rest = &self.rest().as_bytes()[1..];
        match rest {
            [b'e' | b'E', b'0'..=b'9' | b'+' | b'-', ..] | [] => false,
            [first, ..] => first.is_ascii_alphabetic() || matches!(first, b'_' | b'`'),
        }
    }

    fn fraction(&mut self) -> Followed<Token> {
        let start = self.at;
        self.at += 1;
        self.take_while(|c| c.is_ascii_digit());
        self.exponent();
        self.number_ends(start)
    }

    fn exponent(&mut self) {
        let rest = self.rest().as_bytes();
        let digits = match rest {
            [b'e' | b'E', b'0'..=b'9', ..] => 1,
            [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => 2,
            _ => return,
        };
        self.at += digits;
        self.take_while(|c| c.is_ascii_digit());
    }

    fn number_ends(&mut self, start: usize) -> Followed<Token> {
        if self
            .peek()
            .is_some_and(|c| is_word(c) || !c.is_ascii() && !is_space(c))
        {
            return Err(self.error(start, "A number runs into a name."));
        }
        Ok(Token::Number(self.text[start..self.at].to_owned(), false))
    }

    fn parameter(&mut self) -> Followed<Token> {
        let start = self.at;
        self.at += 1;
        let name = self.take_while(is_word);
        if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Ok(Token::Placeholder(self.text[start..self.at].to_owned()));
        }
        let what = "A system variable, or a hint,";
        Err(Refusal::unsupported(&(start..self.at), what))
    }
}

/// The white space that GoogleSQL knows; vertical tabs and form feeds are refused elsewhere.
fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\n' | '\r' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests;
