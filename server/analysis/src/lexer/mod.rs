//! GoogleSQL's lexical rules
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical>).
//!
//! The parser's own tokenizer reads some texts differently from BigQuery, which would let a
//! query hide columns in what only looks like a comment or a string. So the text is read here,
//! and the parser gets tokens whose literals are already plain. A token's span carries byte
//! offsets: line 1, column = offset + 1.

mod closed;
mod keywords;
mod operators;
mod quoted;

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Location, Span, Token, TokenWithSpan, Whitespace, Word},
};

use crate::finding::{FindingCode, Followed, Place, Refusal};
pub(crate) use closed::is_closed;
pub(crate) use keywords::{is_reserved, keyword_of};
use quoted::Quoted;

/// Reads the whole text into tokens. White space and comments are left out, but for those beside
/// a hyphen: by them the parser tells `my-project` from `my - project`.
pub(crate) fn tokens(text: &str) -> Followed<Vec<TokenWithSpan>> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens: Vec<TokenWithSpan> = Vec::with_capacity(text.len() / 5 + 1);
    let (mut before, mut after_hyphen) = (Before::Other, false);
    while lexer.at < text.len() {
        let start = lexer.at;
        let token = if lexer.gap()? {
            if !after_hyphen && !lexer.rest().starts_with('-') {
                continue;
            }
            Token::Whitespace(Whitespace::Space)
        } else {
            let token = lexer.token(before)?;
            before = Before::of(&token);
            token
        };
        after_hyphen = token == Token::Minus;
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

/// What a token's reading depends on: the token before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Dot,
    /// The end of a name or value, whose parts a dot would name.
    Value,
    Other,
}

impl Before {
    fn of(token: &Token) -> Self {
        match token {
            Token::Period => Self::Dot,
            Token::Word(word) if !is_reserved(word.keyword) => Self::Value,
            Token::RParen | Token::RBracket => Self::Value,
            _ => Self::Other,
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self, start: usize, message: &str) -> Refusal {
        Refusal::new(
            FindingCode::SyntaxError,
            &(start..self.at.max(start)),
            message,
        )
    }

    /// Takes the ASCII characters that are accepted; a byte of any other character is not.
    fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| !accept(byte));
        let (taken, _) = rest.split_at(length.unwrap_or(rest.len()));
        self.at += taken.len();
        taken
    }

    fn token(&mut self, before: Before) -> Followed<Token> {
        let rest = self.rest();
        if let Some(form) = Quoted::starting(rest) {
            return self.quoted(form);
        }
        match rest.as_bytes() {
            [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => Ok(self.word(before)),
            [b'0'..=b'9', ..] if before == Before::Dot => Ok(self.word(before)),
            [b'0'..=b'9', ..] => self.number(),
            [b'.', b'0'..=b'9', ..] if before == Before::Other => self.fraction(),
            [b'@', ..] => self.parameter(),
            _ => self.operator(),
        }
    }

    /// Takes white space, or a comment. A bare carriage return ends a comment as a line feed
    /// does; `/* */` does not nest.
    fn gap(&mut self) -> Followed<bool> {
        let rest = self.rest();
        match rest.as_bytes() {
            [b'#', ..] | [b'-', b'-', ..] => {
                let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
                if is_legacy(&rest.as_bytes()[..end]) {
                    return Err(Refusal::unsupported(
                        &(self.at..self.at + end),
                        "Legacy SQL",
                    ));
                }
                self.at += end;
            }
            [b'/', b'*', ..] => {
                let Some(length) = rest[2..].find("*/") else {
                    return Err(self.error(self.at, "A comment is not closed."));
                };
                self.at += length + 4;
            }
            _ => {
                let end = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
                self.at += end;
                return Ok(end > 0);
            }
        }
        Ok(true)
    }

    /// Behind a dot a keyword is a name, as in `SAFE.LEFT(x, 1)`, and a name may start with a
    /// digit.
    fn word(&mut self, before: Before) -> Token {
        let word = self.take_while(is_word);
        let keyword = match before {
            Before::Dot => Keyword::NoKeyword,
            Before::Value | Before::Other => keyword_of(word),
        };
        Token::Word(Word {
            value: word.to_owned(),
            quote_style: None,
            keyword,
        })
    }

    fn number(&mut self) -> Followed<Token> {
        let start = self.at;
        if self.rest().starts_with("0x") || self.rest().starts_with("0X") {
            self.at += 2;
            self.take_while(|byte| byte.is_ascii_hexdigit());
            return self.number_ends(start);
        }
        self.take_while(|byte| byte.is_ascii_digit());
        if self.rest().starts_with('.') && !self.names_follow_dot(start) {
            self.at += 1;
            self.take_while(|byte| byte.is_ascii_digit());
        }
        self.exponent();
        self.number_ends(start)
    }

    /// Whether the dot behind the number at `start` belongs to a path, as in
    /// `my-project-123.dataset`. Elsewhere it is the number's: `1.FROM t` reads a table.
    fn names_follow_dot(&self, start: usize) -> bool {
        let hyphenated = match self.text.as_bytes()[..start] {
            [.., before, b'-'] => is_word(before) || before == b'`',
            _ => false,
        };
        let name = self.rest()[1..].split(|c| !is_word_character(c)).next();
        let name = name.unwrap_or_default();
        let quoted = self.rest()[1..].starts_with('`');
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && !is_reserved(keyword_of(name));
        hyphenated && (quoted || is_name)
    }

    fn fraction(&mut self) -> Followed<Token> {
        let start = self.at;
        self.at += 1;
        self.take_while(|byte| byte.is_ascii_digit());
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
        self.take_while(|byte| byte.is_ascii_digit());
    }

    fn number_ends(&mut self, start: usize) -> Followed<Token> {
        let next = self.rest().chars().next();
        if next.is_some_and(|c| is_word_character(c) || !c.is_ascii() && !is_space(c)) {
            return Err(self.error(start, "A number runs into a name."));
        }
        Ok(Token::Number(self.text[start..self.at].to_owned(), false))
    }

    fn parameter(&mut self) -> Followed<Token> {
        let start = self.at;
        self.at += 1;
        if self.rest().starts_with('`') {
            return self.quoted_parameter(start);
        }
        let system = self.rest().starts_with('@');
        self.at += usize::from(system);
        // A system variable has a path of names: `@@error.message`.
        let name = self.take_while(|byte| is_word(byte) || system && byte == b'.');
        if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Ok(Token::Placeholder(self.text[start..self.at].to_owned()));
        }
        Err(Refusal::unsupported(&(start..self.at), "A hint"))
    }

    /// ``@`name` ``, as Python's DB-API writes parameters: the same as without the quotes.
    fn quoted_parameter(&mut self, start: usize) -> Followed<Token> {
        self.at += 1;
        let name = self.take_while(is_word);
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if is_name && self.rest().starts_with('`') {
            self.at += 1;
            return Ok(Token::Placeholder(format!("@{name}")));
        }
        Err(Refusal::unsupported(
            &(start..self.at),
            "A parameter with such a name",
        ))
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

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_word_character(c: char) -> bool {
    u8::try_from(c).is_ok_and(is_word)
}

/// `#legacySQL` asks BigQuery to read the text as another language.
fn is_legacy(comment: &[u8]) -> bool {
    let word = comment.get(..LEGACY.len());
    word.is_some_and(|word| word.eq_ignore_ascii_case(LEGACY))
}

const LEGACY: &[u8] = b"#legacysql";

#[cfg(test)]
mod tests;
