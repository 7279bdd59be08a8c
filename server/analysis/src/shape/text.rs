//! A query's text with the values left out by which its rows are chosen.
//!
//! A literal **chooses rows** behind `WHERE`, `ON`, `HAVING`, `QUALIFY` and `LIMIT`: it is left
//! out, and only its kind stays. Everywhere else it decides what is **shown** - in the select
//! list, `GROUP BY 1`, `ORDER BY 2`, a pattern that cuts something out of a text, an option - and
//! is part of the shape. So are, wherever they stand, what names a part of a value: subscripts
//! and everything within the brackets of a JSON function.
//!
//! A list of literals alone, `IN (1, 2)` or `[1, 2]`, is one value however long it is. Names and
//! keywords are the same in any case and with or without backquotes; which tables and columns
//! they stand for is bound beside the text.

use std::collections::BTreeSet;

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan, Word},
};

use crate::{
    lexer::{is_reserved, keyword_of},
    mask,
};

/// The text, token by token.
pub(super) struct Text {
    pub parts: Vec<String>,
    /// Whether a parameter stands where values are shown.
    pub shows_parameter: bool,
}

impl Text {
    pub fn of(tokens: &[TokenWithSpan]) -> Self {
        let mut reader = Reader::default();
        for token in tokens {
            reader.take(&token.token);
        }
        let mut parts = reader.parts;
        while parts.last().is_some_and(|part| part == ";") {
            parts.pop();
        }
        Self {
            parts,
            shows_parameter: reader.shows_parameter,
        }
    }
}

/// Types whose name before a text makes another kind of literal of it: `DATE '2026-11-22'`.
const TYPES: [&str; 7] = [
    "bignumeric",
    "date",
    "datetime",
    "json",
    "numeric",
    "time",
    "timestamp",
];

/// What the values here do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Role {
    /// They decide what is shown.
    #[default]
    Show,
    /// They only choose rows.
    Choose,
}

/// What stands between a pair of brackets.
struct Level {
    /// The role around it.
    outer: Role,
    /// Where its parts begin, when it may be a list of literals.
    list: Option<usize>,
}

#[derive(Default)]
struct Reader {
    parts: Vec<String>,
    levels: Vec<Level>,
    role: Role,
    /// Whether the last part ends a value: what follows is then a subscript, or a difference.
    after_value: bool,
    shows_parameter: bool,
}

impl Reader {
    fn take(&mut self, token: &Token) {
        match token {
            Token::Whitespace(_) => {}
            Token::Word(word) => self.word(word),
            Token::Number(text, _) => self.literal("number", text),
            Token::SingleQuotedString(text) => self.literal("string", text),
            Token::SingleQuotedByteStringLiteral(text) => self.literal("bytes", text),
            Token::Placeholder(name) => self.parameter(token, name),
            Token::LParen | Token::LBracket => self.open(token),
            Token::RParen | Token::RBracket => self.close(token),
            Token::SemiColon | Token::VerticalBarRightAngleBracket => {
                self.role = Role::Show;
                self.push(token.to_string(), false);
            }
            Token::Minus if !self.after_value && self.role == Role::Choose => {
                self.push(SIGN.to_owned(), false);
            }
            other => self.push(other.to_string(), false),
        }
    }

    fn push(&mut self, part: String, ends_value: bool) {
        self.parts.push(part);
        self.after_value = ends_value;
    }

    fn word(&mut self, word: &Word) {
        if word.quote_style.is_some() {
            // A path in one pair of backquotes is the path of its parts.
            for (index, name) in word.value.split('.').enumerate() {
                if index > 0 {
                    self.push(".".to_owned(), false);
                }
                self.push(quoted_name(name), true);
            }
            return;
        }
        self.role = role_behind(word.keyword).unwrap_or(self.role);
        self.push(word.value.to_lowercase(), !is_reserved(word.keyword));
    }

    fn literal(&mut self, kind: &str, text: &str) {
        if self.role == Role::Show {
            // Kinds and texts are apart, so that no value reads as another token.
            return self.push(format!("={kind} {text}"), true);
        }
        let last = self.parts.last().map(String::as_str).unwrap_or_default();
        let kind = match (kind, last) {
            ("number", SIGN) => {
                self.parts.pop();
                kind.to_owned()
            }
            ("string", data_type) if TYPES.contains(&data_type) => {
                self.parts.pop().unwrap_or_default()
            }
            _ => kind.to_owned(),
        };
        self.push(format!("{LEFT_OUT}{kind}"), true);
    }

    fn parameter(&mut self, token: &Token, name: &str) {
        let is_value = !name.starts_with("@@") && !mask::is_salt(token);
        self.shows_parameter |= is_value && self.role == Role::Show;
        self.push(name.to_lowercase(), true);
    }

    fn open(&mut self, token: &Token) {
        let last = self.parts.last().map(String::as_str).unwrap_or_default();
        let is_array = *token == Token::LBracket && !self.after_value;
        let names_part = *token == Token::LBracket && self.after_value || last.starts_with("json");
        let is_list = is_array || *token == Token::LParen && last == "in";
        self.levels.push(Level {
            outer: self.role,
            list: is_list.then_some(self.parts.len() + 1),
        });
        if names_part {
            self.role = Role::Show;
        }
        self.push(token.to_string(), false);
    }

    fn close(&mut self, token: &Token) {
        if let Some(level) = self.levels.pop() {
            self.role = level.outer;
            if let Some(start) = level.list {
                self.shorten(start);
            }
        }
        self.push(token.to_string(), true);
    }

    /// Makes one value of a list in which nothing but literals was left out.
    fn shorten(&mut self, start: usize) {
        let items = self.parts.get(start..).unwrap_or_default();
        let is_literal = |part: &String| part == "," || part.starts_with(LEFT_OUT);
        if !items.iter().all(is_literal) {
            return;
        }
        let kinds: BTreeSet<String> = items.iter().filter(|p| *p != ",").cloned().collect();
        self.parts.truncate(start);
        self.parts.extend(kinds);
    }
}

/// A minus before a number that is left out with it.
const SIGN: &str = "sign -";
/// What begins the part of a literal that was left out. No token begins so.
const LEFT_OUT: &str = "any ";

/// A name in backquotes: as without them, unless it would not be a name then.
fn quoted_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_plain = name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_plain && !is_reserved(keyword_of(name)) {
        name.to_lowercase()
    } else {
        format!("`{name}`")
    }
}

/// What the values behind a keyword do; none where they do what they did before it.
fn role_behind(keyword: Keyword) -> Option<Role> {
    match keyword {
        Keyword::WHERE | Keyword::ON | Keyword::HAVING | Keyword::QUALIFY | Keyword::LIMIT => {
            Some(Role::Choose)
        }
        Keyword::SELECT
        | Keyword::FROM
        | Keyword::JOIN
        | Keyword::USING
        | Keyword::FOR
        | Keyword::TABLESAMPLE
        | Keyword::GROUP
        | Keyword::ORDER
        | Keyword::PARTITION
        | Keyword::WINDOW
        | Keyword::WITH
        | Keyword::UNION
        | Keyword::INTERSECT
        | Keyword::EXCEPT => Some(Role::Show),
        _ => None,
    }
}
