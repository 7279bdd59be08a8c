//! Strings, bytes and quoted identifiers, in all their prefixes and quotes.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, Word},
};

use super::Lexer;
use crate::finding::{Followed, Refusal};

/// How a literal begins, and with that how it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoted {
    prefix: usize,
    raw: bool,
    bytes: bool,
    quote: u8,
    triple: bool,
}

impl Quoted {
    /// The literal that begins at `rest`, if one does.
    pub(super) fn starting(rest: &str) -> Option<Self> {
        let (prefix, raw, bytes) = match rest.as_bytes() {
            [b'\'' | b'"' | b'`', ..] => (0, false, false),
            [b'r' | b'R', b'\'' | b'"', ..] => (1, true, false),
            [b'b' | b'B', b'\'' | b'"', ..] => (1, false, true),
            [b'r' | b'R', b'b' | b'B', b'\'' | b'"', ..]
            | [b'b' | b'B', b'r' | b'R', b'\'' | b'"', ..] => (2, true, true),
            _ => return None,
        };
        let (_, quotes) = rest.as_bytes().split_at(prefix);
        let quote = *quotes.first()?;
        let triple = quote != b'`' && quotes.starts_with(&[quote; 3]);
        Some(Self {
            prefix,
            raw,
            bytes,
            quote,
            triple,
        })
    }

    fn width(self) -> usize {
        if self.triple { 3 } else { 1 }
    }
}

impl Lexer<'_> {
    /// Goes behind the literal, whatever it holds; none if it is not closed.
    pub(super) fn skip_quoted(&mut self, form: Quoted) -> Option<()> {
        self.at += form.prefix + form.width();
        self.at = self.find_closing(form)? + form.width();
        Some(())
    }

    pub(super) fn quoted(&mut self, form: Quoted) -> Followed<Token> {
        let start = self.at;
        self.at += form.prefix + form.width();
        let inner = self.at;
        let unclosed = || self.error(start, "A quoted text is not closed.");
        let closing = self.find_closing(form).ok_or_else(unclosed)?;
        self.at = closing + form.width();
        let content = &self.text[inner..closing];
        let content = if form.raw {
            content.to_owned()
        } else {
            let place = start..self.at;
            unescape(content, form.bytes).ok_or_else(|| invalid_escape(&place))?
        };
        self.quoted_ends(start)?;
        match form {
            Quoted { quote: b'`', .. } if content.is_empty() => {
                Err(self.error(start, "A quoted name is empty."))
            }
            Quoted { quote: b'`', .. } => Ok(Token::Word(Word {
                value: content,
                quote_style: Some('`'),
                keyword: Keyword::NoKeyword,
            })),
            Quoted { bytes: true, .. } => Ok(Token::SingleQuotedByteStringLiteral(content)),
            _ => Ok(Token::SingleQuotedString(content)),
        }
    }

    /// A backslash takes the next character with it, in raw literals too.
    fn find_closing(&self, form: Quoted) -> Option<usize> {
        let end = &[form.quote; 3][..form.width()];
        let rest = self.rest().as_bytes();
        let mut at = 0;
        loop {
            match rest.get(at)? {
                b'\\' => {
                    at += 1;
                    if !form.triple && matches!(rest.get(at)?, b'\n' | b'\r') {
                        return None;
                    }
                }
                b'\n' | b'\r' if !form.triple => return None,
                _ if rest[at..].starts_with(end) => return Some(self.at + at),
                _ => {}
            }
            at += 1;
        }
    }

    /// Adjacent literals are an error in GoogleSQL, and a name must not touch a literal.
    fn quoted_ends(&self, start: usize) -> Followed<()> {
        match self.rest().bytes().next() {
            Some(b'\'' | b'"' | b'`') => Err(self.error(start, "Two quoted texts touch.")),
            Some(byte) if super::is_word(byte) => {
                Err(self.error(start, "A quoted text runs into a name."))
            }
            _ => Ok(()),
        }
    }
}

fn invalid_escape(place: &crate::finding::Place) -> Refusal {
    Refusal::new(
        crate::finding::FindingCode::SyntaxError,
        place,
        "A quoted text holds an escape that GoogleSQL does not know.",
    )
}

/// What the escapes spell; none where one is not GoogleSQL's.
fn unescape(content: &str, bytes: bool) -> Option<String> {
    if !content.contains('\\') {
        return Some(content.to_owned());
    }
    let mut plain = String::with_capacity(content.len());
    let mut rest = content.chars();
    while let Some(c) = rest.next() {
        plain.push(if c == '\\' {
            escape(&mut rest, bytes)?
        } else {
            c
        });
    }
    Some(plain)
}

/// In bytes, `\xff` stands for one byte; a character of the same number serves here.
fn escape(rest: &mut std::str::Chars<'_>, bytes: bool) -> Option<char> {
    let simple = match rest.next()? {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        c @ ('\\' | '?' | '"' | '\'' | '`') => c,
        'x' | 'X' => return number(rest, String::new(), 2, 16),
        'u' if !bytes => return number(rest, String::new(), 4, 16),
        'U' if !bytes => return number(rest, String::new(), 8, 16),
        first @ '0'..='3' => return number(rest, first.to_string(), 3, 8),
        _ => return None,
    };
    Some(simple)
}

fn number(
    rest: &mut std::str::Chars<'_>,
    mut digits: String,
    width: usize,
    radix: u32,
) -> Option<char> {
    while digits.len() < width {
        digits.push(rest.next().filter(|c| c.is_digit(radix))?);
    }
    char::from_u32(u32::from_str_radix(&digits, radix).ok()?)
}
