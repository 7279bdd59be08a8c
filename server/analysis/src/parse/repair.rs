//! What the parser cannot read but GoogleSQL can, told in tokens that the parser reads.
//!
//! Every kept token keeps its place in the text. Only what lineage does not need is left out, or
//! said in another way that means the same to the walk.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

use super::cursor::{Cursor, keyword, word};
use crate::lexer::{is_reserved, span};

/// How many tokens in front of an argument are looked at for the bracket of its call.
const LONGEST_ARGUMENTS: usize = 500;

/// The tokens as the parser reads them.
pub(super) fn readable(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut repair = Repair {
        tokens: Cursor(tokens),
        kept: Vec::with_capacity(tokens.len()),
        delayed: Vec::new(),
        unpivot_ends: 0,
    };
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        repair.release(at);
        at = match &token.token {
            Token::Word(_) => repair.word(token, at),
            Token::VerticalBarRightAngleBracket => repair.pipe(token, at),
            _ => repair.keep(token, at),
        };
    }
    repair.release(at);
    repair.kept
}

struct Repair<'t> {
    tokens: Cursor<'t>,
    kept: Vec<TokenWithSpan>,
    /// What the parser wants later, and where; the last comes first.
    delayed: Vec<(usize, Vec<TokenWithSpan>)>,
    /// The end of the brackets behind `UNPIVOT`.
    unpivot_ends: usize,
}

impl Repair<'_> {
    fn keep(&mut self, token: &TokenWithSpan, at: usize) -> usize {
        self.kept.push(token.clone());
        at + 1
    }

    fn release(&mut self, at: usize) {
        while let Some((_, tokens)) = self.delayed.pop_if(|(end, _)| *end <= at) {
            self.kept.extend(tokens);
        }
    }

    /// Where reading goes on behind this word.
    fn word(&mut self, token: &TokenWithSpan, at: usize) -> usize {
        let after = self.tokens.after(at);
        let next = self.tokens.keyword(after);
        match keyword(token) {
            Keyword::ARRAY => self.array(token, at),
            Keyword::RANGE => self.range(token, at),
            Keyword::FULL
            | Keyword::LEFT
            | Keyword::INNER
            | Keyword::UNION
            | Keyword::INTERSECT => self.set_operation(token, at),
            Keyword::EXCEPT if !matches!(self.tokens.token(after), Some(Token::LParen)) => {
                self.set_operation(token, at)
            }
            Keyword::FOR if matches!(next, Keyword::SYSTEM_TIME | Keyword::SYSTEM) => {
                self.system_time(token, at)
            }
            Keyword::OFFSET if self.is_behind_with() => {
                let next = self.keep(token, at);
                let aliased = matches!(word(self.tokens.token(after)), Some(w)
                    if w.keyword == Keyword::AS || !is_reserved(w.keyword));
                if !aliased {
                    self.synthetic("AS");
                    self.synthetic("offset");
                }
                next
            }
            Keyword::WITH if next == Keyword::OFFSET => {
                self.array_with_offset();
                self.keep(token, at)
            }
            Keyword::SELECT => {
                let next = self.keep(token, at);
                self.tokens.end_of_privacy(next).unwrap_or(next)
            }
            Keyword::IN if self.is_list_of_queries(after) => {
                let next = self.keep(token, at);
                self.add(Token::LParen);
                self.add(Token::Plus);
                self.tokens.after(next - 1) + 1
            }
            Keyword::GROUP if next == Keyword::AND => {
                self.keep(token, at);
                self.tokens.after(after) + 1
            }
            Keyword::UNPIVOT => {
                self.unpivot_ends = self.tokens.end_of_brackets(at);
                self.keep(token, at)
            }
            Keyword::AS if at < self.unpivot_ends && self.tokens.is_literal(after) => after + 1,
            _ if self.is_kind_of_argument(at, after) => after,
            _ => self.keep(token, at),
        }
    }

    /// `ARRAY<type>[…]` as `CAST([…] AS ARRAY<type>)`: the type names the fields.
    fn array(&mut self, token: &TokenWithSpan, at: usize) -> usize {
        let opens = self
            .tokens
            .end_of_type(at + 1)
            .map(|end| (end, self.tokens.at_or_after(end)));
        let Some((end, bracket)) =
            opens.filter(|&(_, at)| self.tokens.token(at) == Some(&Token::LBracket))
        else {
            return self.keep(token, at);
        };
        let closing = self.tokens.end_of_square_brackets(bracket);
        let name = std::mem::take(&mut self.kept);
        self.synthetic("AS");
        self.synthetic("ARRAY");
        self.kept.extend(readable(&self.tokens.0[at + 1..end]));
        self.add(Token::RParen);
        let typed = std::mem::replace(&mut self.kept, name);
        self.delayed.push((closing, typed));
        self.synthetic("CAST");
        self.add(Token::LParen);
        end
    }

    /// `IN ((SELECT …), …)`: the parser would take the first query for the whole, if no sign stood
    /// before it.
    fn is_list_of_queries(&self, opening: usize) -> bool {
        let inner = self.tokens.after(opening);
        let both = [opening, inner].map(|at| self.tokens.token(at) == Some(&Token::LParen));
        both == [true; 2] && {
            let end = self
                .tokens
                .end_of_pair(inner, &Token::LParen, &Token::RParen);
            self.tokens.token(self.tokens.at_or_after(end)) == Some(&Token::Comma)
        }
    }

    fn is_behind_with(&self) -> bool {
        matches!(self.last_kept(0), Some(Token::Word(w)) if w.keyword == Keyword::WITH)
    }

    /// `RANGE<DATE> '[…)'` is a literal; `RANGE<DATE>` elsewhere is a type.
    fn range(&mut self, token: &TokenWithSpan, at: usize) -> usize {
        let Some(end) = self.tokens.end_of_type(at + 1) else {
            return self.keep(token, at);
        };
        let next = self.tokens.at_or_after(end);
        if !matches!(self.tokens.token(next), Some(Token::SingleQuotedString(_))) {
            self.kept.push(token.clone());
        }
        end
    }

    /// `MODEL m` and `TABLE t` as arguments of a table function. Anywhere else these words are
    /// names: in `SELECT 1, model m` one of a column.
    fn is_kind_of_argument(&self, at: usize, after: usize) -> bool {
        let opens = self.last_kept(0);
        matches!(opens, Some(Token::LParen | Token::Comma))
            && matches!(word(self.tokens.token(at)), Some(w) if w.quote_style.is_none()
                && ["MODEL", "TABLE"].iter().any(|kind| w.value.eq_ignore_ascii_case(kind)))
            && matches!(word(self.tokens.token(after)), Some(w) if !is_reserved(w.keyword))
            && self.is_in_table_function()
    }

    /// Whether what was kept last is directly in the brackets of a call behind `FROM` or `JOIN`.
    fn is_in_table_function(&self) -> bool {
        let Some(bracket) = self.innermost_bracket() else {
            return false;
        };
        let queries = self.kept[bracket..].iter();
        let mut queries = queries.filter(|t| matches!(keyword(t), Keyword::SELECT | Keyword::FROM));
        let called = self.path_start(bracket);
        let before = called.and_then(|start| self.significant_before(start, 0));
        queries.next().is_none()
            && before
                .is_some_and(|at| matches!(keyword(&self.kept[at]), Keyword::FROM | Keyword::JOIN))
    }

    /// The bracket that is open still, when it was kept lately: such arguments stand in front.
    fn innermost_bracket(&self) -> Option<usize> {
        let mut closed = 0_usize;
        for (at, token) in self.kept.iter().enumerate().rev().take(LONGEST_ARGUMENTS) {
            match token.token {
                Token::RParen => closed += 1,
                Token::LParen if closed == 0 => return Some(at),
                Token::LParen => closed -= 1,
                _ => {}
            }
        }
        None
    }

    /// What joins the arms of a set operation, in the parser's words: by position `ALL` and
    /// `DISTINCT` as they are; by name `BY NAME` for the left arm's columns, `ALL BY NAME` for
    /// all columns and `DISTINCT BY NAME` for those that both arms have. Whether rows are distinct
    /// makes no difference to lineage.
    fn set_operation(&mut self, token: &TokenWithSpan, at: usize) -> usize {
        let Some(found) = self.tokens.set_operation(at) else {
            return self.keep(token, at);
        };
        let Some(operator) = self.tokens.0.get(found.operator) else {
            return self.keep(token, at);
        };
        self.kept.push(operator.clone());
        for keyword in found.quantifier {
            self.synthetic(keyword);
        }
        found.end
    }

    /// A word of its own, without a place in the text.
    fn synthetic(&mut self, text: &str) {
        self.add(Token::make_word(text, None));
    }

    fn add(&mut self, token: Token) {
        self.kept.push(TokenWithSpan::new(token, span(&(0..0))));
    }

    /// GoogleSQL has the alias before `FOR SYSTEM_TIME AS OF`, the parser behind it.
    fn system_time(&mut self, token: &TokenWithSpan, at: usize) -> usize {
        let system = self.tokens.after(at);
        let last = match self.tokens.keyword(system) {
            Keyword::SYSTEM_TIME => system,
            _ => self.tokens.after(system),
        };
        let alias = self.alias_start().map(|start| self.kept.split_off(start));
        if let Some(alias) = alias {
            self.delayed.push((self.tokens.end_of_version(last), alias));
        }
        self.kept.push(token.clone());
        self.synthetic("SYSTEM_TIME");
        last + 1
    }

    /// `FROM t, t.items AS i WITH OFFSET` in the long form `UNNEST(t.items) AS i WITH OFFSET`.
    fn array_with_offset(&mut self) {
        let alias = self.alias_start();
        let end = alias.unwrap_or(self.kept.len());
        let Some(start) = self.path_start(end) else {
            return;
        };
        let own = self
            .significant_before(end, 0)
            .map(|at| self.kept[at].clone());
        let tail = self.kept.split_off(end);
        let path = self.kept.split_off(start);
        self.synthetic("UNNEST");
        self.add(Token::LParen);
        self.kept.extend(path);
        self.add(Token::RParen);
        if alias.is_none() {
            self.synthetic("AS");
            self.kept.extend(own);
        }
        self.kept.extend(tail);
    }

    /// The position of the nth last kept token before `end` that is no white space.
    fn significant_before(&self, end: usize, nth: usize) -> Option<usize> {
        (0..end)
            .rev()
            .filter(|&at| !matches!(self.kept[at].token, Token::Whitespace(_)))
            .nth(nth)
    }

    fn last_kept(&self, nth: usize) -> Option<&Token> {
        let at = self.significant_before(self.kept.len(), nth)?;
        Some(&self.kept[at].token)
    }

    /// Where the alias of the table that was just kept starts, when it has one.
    fn alias_start(&self) -> Option<usize> {
        let alias = self.significant_before(self.kept.len(), 0)?;
        word(Some(&self.kept[alias].token))?;
        let before = self.significant_before(alias, 0)?;
        match &self.kept[before].token {
            Token::Word(w) if w.keyword == Keyword::AS => Some(before),
            Token::Word(w) if !is_reserved(w.keyword) => Some(alias),
            Token::Number(..) => Some(alias),
            _ => None,
        }
    }

    /// Where the path `a.b.c` that ends before `end` starts; none where no path ends there.
    fn path_start(&self, end: usize) -> Option<usize> {
        let mut start = self.significant_before(end, 0)?;
        word(Some(&self.kept[start].token))?;
        loop {
            let dot = self.significant_before(start, 0)?;
            match &self.kept[dot].token {
                Token::Period => {}
                Token::Comma => return Some(start),
                Token::Word(word) if is_reserved(word.keyword) => return Some(start),
                _ => return None,
            }
            start = self.significant_before(dot, 0)?;
            word(Some(&self.kept[start].token))?;
        }
    }

    /// Pipe operators in the words of others that mean the same for lineage.
    fn pipe(&mut self, token: &TokenWithSpan, at: usize) -> usize {
        let operator = self.tokens.after(at);
        let Some(Token::Word(found)) = self.tokens.token(operator) else {
            return self.keep(token, at);
        };
        match found.keyword {
            Keyword::WINDOW => {
                self.kept.push(token.clone());
                self.synthetic("EXTEND");
                operator + 1
            }
            Keyword::DISTINCT => {
                self.kept.push(token.clone());
                self.synthetic("WHERE");
                self.synthetic("TRUE");
                operator + 1
            }
            Keyword::SELECT => {
                let next = self.tokens.after(operator);
                self.kept.push(token.clone());
                self.synthetic("SELECT");
                match self.tokens.keyword(next) {
                    Keyword::DISTINCT | Keyword::ALL => next + 1,
                    _ => operator + 1,
                }
            }
            _ => self.keep(token, at),
        }
    }
}
