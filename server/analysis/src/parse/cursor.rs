//! Looking around among tokens, past white space.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan, Word},
};

/// The longest type that is read, in tokens.
const LONGEST_TYPE: usize = 2_000;

/// Tokens that are looked at by their position; every look-ahead is bounded.
pub(crate) struct Cursor<'t>(pub &'t [TokenWithSpan]);

/// A set operation that joins its arms by name.
pub(crate) struct SetOperation {
    /// Where `UNION`, `INTERSECT` or `EXCEPT` stands.
    pub operator: usize,
    /// The words that the parser gets behind it.
    pub quantifier: &'static [&'static str],
    /// Behind the last word of the operation.
    pub end: usize,
}

pub(super) fn keyword(token: &TokenWithSpan) -> Keyword {
    word(Some(&token.token)).map_or(Keyword::NoKeyword, |word| word.keyword)
}

/// Words that cannot be part of an expression outside brackets: they stand behind a table.
/// `called` says whether a bracket follows, as behind the function `LEFT`.
pub(crate) const fn ends_table(keyword: Keyword, called: bool) -> bool {
    match keyword {
        Keyword::LEFT | Keyword::RIGHT => !called,
        Keyword::AS
        | Keyword::CROSS
        | Keyword::EXCEPT
        | Keyword::FOR
        | Keyword::FULL
        | Keyword::GROUP
        | Keyword::HAVING
        | Keyword::INNER
        | Keyword::INTERSECT
        | Keyword::JOIN
        | Keyword::LIMIT
        | Keyword::NATURAL
        | Keyword::ON
        | Keyword::ORDER
        | Keyword::PIVOT
        | Keyword::QUALIFY
        | Keyword::SELECT
        | Keyword::TABLESAMPLE
        | Keyword::UNION
        | Keyword::UNPIVOT
        | Keyword::USING
        | Keyword::WHERE
        | Keyword::WINDOW => true,
        _ => false,
    }
}

pub(super) fn word(token: Option<&Token>) -> Option<&Word> {
    match token {
        Some(Token::Word(word)) => Some(word),
        _ => None,
    }
}

impl<'t> Cursor<'t> {
    pub fn token(&self, at: usize) -> Option<&'t Token> {
        self.0.get(at).map(|token| &token.token)
    }

    pub fn keyword(&self, at: usize) -> Keyword {
        self.0.get(at).map_or(Keyword::NoKeyword, keyword)
    }

    /// The position of the next token that is no white space.
    pub fn after(&self, at: usize) -> usize {
        self.at_or_after(at + 1)
    }

    pub fn at_or_after(&self, at: usize) -> usize {
        let rest = self.0.get(at..).unwrap_or_default();
        let space = rest
            .iter()
            .take_while(|t| matches!(t.token, Token::Whitespace(_)));
        at + space.count()
    }

    pub fn is_literal(&self, at: usize) -> bool {
        matches!(
            self.token(at),
            Some(Token::Number(..) | Token::SingleQuotedString(_))
        )
    }

    pub fn is(&self, at: usize, text: &str) -> bool {
        word(self.token(at))
            .is_some_and(|w| w.quote_style.is_none() && w.value.eq_ignore_ascii_case(text))
    }

    /// Behind `<…>`, when that stands at `from`; `>>` closes two.
    pub fn end_of_type(&self, from: usize) -> Option<usize> {
        let start = self.at_or_after(from);
        let mut open = 0_usize;
        for (at, token) in self.0.iter().enumerate().skip(start).take(LONGEST_TYPE) {
            match token.token {
                Token::Lt => open += 1,
                Token::Gt => open = open.checked_sub(1)?,
                Token::ShiftRight => open = open.checked_sub(2)?,
                Token::Word(_)
                | Token::Comma
                | Token::Whitespace(_)
                | Token::LParen
                | Token::RParen
                | Token::Number(..)
                | Token::Period
                | Token::SingleQuotedString(_)
                    if open > 0 => {}
                _ => return None,
            }
            if open == 0 {
                return Some(at + 1);
            }
        }
        None
    }

    /// Behind the brackets that open next; `at` where none do.
    pub fn end_of_brackets(&self, at: usize) -> usize {
        let mut start = self.after(at);
        while word(self.token(start)).is_some() && start - at < 8 {
            start = self.after(start);
        }
        if self.token(start) != Some(&Token::LParen) {
            return at;
        }
        self.end_of_pair(start, &Token::LParen, &Token::RParen)
    }

    /// Behind the `[…]` that begins at `start`.
    pub fn end_of_square_brackets(&self, start: usize) -> usize {
        self.end_of_pair(start, &Token::LBracket, &Token::RBracket)
    }

    pub fn end_of_pair(&self, start: usize, opening: &Token, closing: &Token) -> usize {
        let mut open = 0_usize;
        for (at, token) in self.0.iter().enumerate().skip(start) {
            if token.token == *opening {
                open += 1;
            } else if token.token == *closing {
                open = open.saturating_sub(1);
                if open == 0 {
                    return at + 1;
                }
            }
        }
        self.0.len()
    }

    /// Behind `WITH DIFFERENTIAL_PRIVACY OPTIONS(…)` and its like, when that stands at `from` and
    /// holds no query: the parser does not see what is in it.
    pub fn end_of_privacy(&self, from: usize) -> Option<usize> {
        let with = self.at_or_after(from);
        let kind = self.after(with);
        let options = self.after(kind);
        let found = self.keyword(with) == Keyword::WITH
            && word(self.token(kind)).is_some()
            && self.is(options, "OPTIONS");
        let end = self.end_of_brackets(options);
        let is_query = |at| {
            matches!(
                self.keyword(at),
                Keyword::SELECT | Keyword::FROM | Keyword::WITH
            )
        };
        (found && !(options..end).any(is_query)).then_some(end)
    }

    /// Behind the expression of `FOR SYSTEM_TIME AS OF expression`, given `SYSTEM_TIME`.
    pub fn end_of_version(&self, system_time: usize) -> usize {
        let mut open = 0_usize;
        let start = self.after(self.after(system_time)) + 1;
        for (at, token) in self.0.iter().enumerate().skip(start) {
            match &token.token {
                Token::LParen | Token::LBracket => open += 1,
                Token::RParen
                | Token::Comma
                | Token::SemiColon
                | Token::VerticalBarRightAngleBracket
                    if open == 0 =>
                {
                    return at;
                }
                Token::RParen | Token::RBracket => open = open.saturating_sub(1),
                Token::Word(word) if open == 0 => {
                    let called = self.token(self.after(at)) == Some(&Token::LParen);
                    if ends_table(word.keyword, called) {
                        return at;
                    }
                }
                _ => {}
            }
        }
        self.0.len()
    }

    /// The set operation by name that begins here:
    /// `[FULL|LEFT|INNER] [OUTER] UNION ALL {[STRICT] CORRESPONDING | BY NAME}`.
    pub fn set_operation(&self, at: usize) -> Option<SetOperation> {
        let mode = self.keyword(at);
        let mut operator = at;
        if matches!(mode, Keyword::FULL | Keyword::LEFT | Keyword::INNER) {
            operator = self.after(at);
            if self.keyword(operator) == Keyword::OUTER {
                operator = self.after(operator);
            }
        }
        if !matches!(
            self.keyword(operator),
            Keyword::UNION | Keyword::INTERSECT | Keyword::EXCEPT
        ) {
            return None;
        }
        let mut next = self.after(operator);
        if matches!(self.keyword(next), Keyword::ALL | Keyword::DISTINCT) {
            next = self.after(next);
        }
        let strict = self.is(next, "STRICT");
        if strict {
            next = self.after(next);
        }
        let by_name = self.keyword(next) == Keyword::BY && self.is(self.after(next), "NAME");
        if !by_name && !self.is(next, "CORRESPONDING") {
            return None;
        }
        // Where both arms must have the same columns, all columns are the left arm's columns.
        let quantifier: &[&str] = match mode {
            Keyword::FULL => &["ALL", "BY", "NAME"],
            Keyword::LEFT => &["BY", "NAME"],
            Keyword::INNER => &["DISTINCT", "BY", "NAME"],
            _ if strict || by_name => &["ALL", "BY", "NAME"],
            _ => &["DISTINCT", "BY", "NAME"],
        };
        let last = if by_name { self.after(next) } else { next };
        Some(SetOperation {
            operator,
            quantifier,
            end: last + 1,
        })
    }
}
