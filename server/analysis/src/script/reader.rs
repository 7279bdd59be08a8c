//! Reading a text into its statements, blocks and all.

use std::ops::Range;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::Item;
use crate::{
    finding::{FindingCode, Followed, Refusal},
    lexer::place,
    parse::Cursor,
};

/// The statements of a text.
pub(crate) fn read(tokens: &[TokenWithSpan]) -> Followed<Vec<Item>> {
    let mut reader = Reader {
        tokens: Cursor(tokens),
        at: 0,
        open: Vec::new(),
        items: Vec::new(),
    };
    while reader.peek().is_some() {
        reader.statement()?;
    }
    if !reader.open.is_empty() || reader.items.is_empty() {
        return Err(reader.broken("A block is not closed, or there is no statement."));
    }
    Ok(reader.items)
}

/// A block that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Begin,
    If,
    Case,
    Loop,
    While,
    Repeat,
    For,
}

impl Block {
    /// The word behind its `END`.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Begin => None,
            Self::If => Some("IF"),
            Self::Case => Some("CASE"),
            Self::Loop => Some("LOOP"),
            Self::While => Some("WHILE"),
            Self::Repeat => Some("REPEAT"),
            Self::For => Some("FOR"),
        }
    }
}

/// Blocks may nest this deep.
const DEEPEST_BLOCKS: usize = 64;

struct Reader<'t> {
    tokens: Cursor<'t>,
    at: usize,
    open: Vec<Block>,
    items: Vec<Item>,
}

impl<'t> Reader<'t> {
    fn peek(&mut self) -> Option<&'t Token> {
        self.at = self.tokens.at_or_after(self.at);
        self.tokens.token(self.at)
    }

    fn is(&mut self, word: &str) -> bool {
        self.peek();
        self.tokens.is(self.at, word)
    }

    fn is_one_of(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().find(|word| self.is(word)).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, words: &[&str]) -> Followed<()> {
        for word in words {
            if !self.take(word) {
                return Err(self.broken("This part of the script cannot be read."));
            }
        }
        Ok(())
    }

    fn broken(&self, message: &str) -> Refusal {
        let here = self.tokens.0.get(self.at).map_or(0..0, |t| place(t.span));
        Refusal::new(FindingCode::SyntaxError, &here, message)
    }

    fn open(&mut self, block: Block) -> Followed<()> {
        if self.open.len() >= DEEPEST_BLOCKS {
            let message = "The blocks of the script nest too deep.";
            return Err(Refusal::new(FindingCode::TooDeep, &(0..0), message));
        }
        self.open.push(block);
        let repeats = matches!(
            block,
            Block::Loop | Block::While | Block::Repeat | Block::For
        );
        self.items.push(Item::Enter { repeats });
        Ok(())
    }

    /// Another way through the same block: what the one before made may not be there.
    fn branch(&mut self) {
        self.items.push(Item::Leave);
        self.items.push(Item::Enter { repeats: false });
    }

    fn statement(&mut self) -> Followed<()> {
        if self.peek() == Some(&Token::SemiColon) {
            return Err(self.broken("A statement is empty."));
        }
        let label = matches!(self.peek(), Some(Token::Word(_)))
            && self.tokens.token(self.tokens.after(self.at)) == Some(&Token::Colon);
        if label {
            self.at = self.tokens.after(self.at) + 1;
        }
        match self.open.last().copied() {
            Some(Block::Begin) if self.is("EXCEPTION") => {
                self.branch();
                return self.expect(&["EXCEPTION", "WHEN", "ERROR", "THEN"]);
            }
            Some(Block::If) if self.take("ELSEIF") => {
                self.branch();
                return self.condition("if", "THEN");
            }
            Some(Block::Case) if self.take("WHEN") => {
                self.branch();
                return self.condition("case", "THEN");
            }
            Some(Block::If | Block::Case) if self.take("ELSE") => {
                self.branch();
                return Ok(());
            }
            Some(Block::Repeat) if self.take("UNTIL") => {
                self.condition("repeat", "END")?;
                self.at -= 1;
                return Ok(());
            }
            Some(_) if self.is("END") => return self.end(),
            _ => {}
        }
        self.opening()
    }

    /// What opens a block, or stands alone.
    fn opening(&mut self) -> Followed<()> {
        let begins = self.is("BEGIN") && !self.begins_transaction();
        let opened = [
            ("IF", Block::If),
            ("CASE", Block::Case),
            ("LOOP", Block::Loop),
            ("WHILE", Block::While),
            ("REPEAT", Block::Repeat),
            ("FOR", Block::For),
        ];
        let block = opened.iter().find(|(word, _)| self.is(word));
        let Some(block) = block
            .map(|(_, block)| *block)
            .or(begins.then_some(Block::Begin))
        else {
            return self.single();
        };
        let at = self.at;
        self.at += 1;
        self.open(block)?;
        match block {
            Block::If => self.condition("if", "THEN")?,
            Block::While => self.condition("while", "DO")?,
            Block::Case if self.is("WHEN") => {}
            Block::Case => {
                self.condition("case", "WHEN")?;
                self.at -= 1;
            }
            Block::For => self.each()?,
            Block::Begin => self.bare("begin", at),
            Block::Loop => self.bare("loop", at),
            Block::Repeat => self.bare("repeat", at),
        }
        Ok(())
    }

    fn begins_transaction(&self) -> bool {
        let next = self.tokens.after(self.at);
        self.tokens.is(next, "TRANSACTION")
            || matches!(self.tokens.token(next), None | Some(Token::SemiColon))
    }

    fn bare(&mut self, kind: &'static str, at: usize) {
        self.items.push(Item::Bare { kind, at });
    }

    fn end(&mut self) -> Followed<()> {
        self.at += 1;
        self.items.push(Item::Leave);
        let word = self.open.pop().and_then(Block::word);
        self.expect(word.as_slice())?;
        if matches!(self.peek(), Some(Token::Word(_))) {
            self.at += 1;
        }
        self.terminated()
    }

    /// A statement ends in a semicolon or with the text.
    fn terminated(&mut self) -> Followed<()> {
        match self.peek() {
            None => Ok(()),
            Some(Token::SemiColon) => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.broken("A semicolon is missing.")),
        }
    }

    /// The tokens up to a word outside brackets and `CASE … END`, and goes behind that word.
    fn until(&mut self, word: &str) -> Followed<Range<usize>> {
        let start = self.at;
        let (mut brackets, mut cases) = (0_usize, 0_usize);
        while let Some(token) = self.peek() {
            match token {
                Token::LParen | Token::LBracket => brackets += 1,
                Token::RParen | Token::RBracket => brackets = brackets.saturating_sub(1),
                Token::SemiColon => break,
                Token::Word(_) if brackets == 0 && cases == 0 && self.is(word) => {
                    self.at += 1;
                    return Ok(start..self.at - 1);
                }
                Token::Word(_) if self.is("CASE") => cases += 1,
                Token::Word(_) if self.is("END") => cases = cases.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
        Err(self.broken("This part of the script does not end."))
    }

    /// The tokens up to the semicolon, or the end of the text.
    fn rest(&mut self) -> Followed<Range<usize>> {
        let start = self.at;
        while self.peek().is_some_and(|token| *token != Token::SemiColon) {
            self.at += 1;
        }
        let end = self.at;
        self.terminated()?;
        Ok(start..end)
    }

    fn condition(&mut self, kind: &'static str, end: &str) -> Followed<()> {
        let value = self.until(end)?;
        self.items.push(Item::Condition { kind, value });
        Ok(())
    }

    fn each(&mut self) -> Followed<()> {
        self.peek();
        let variable = self.at;
        self.at += 1;
        self.expect(&["IN"])?;
        let query = self.until("DO")?;
        self.items.push(Item::For { variable, query });
        Ok(())
    }

    fn single(&mut self) -> Followed<()> {
        let jumps = [
            ("BEGIN", "begin_transaction"),
            ("COMMIT", "commit_transaction"),
            ("ROLLBACK", "rollback_transaction"),
            ("BREAK", "break"),
            ("LEAVE", "break"),
            ("CONTINUE", "continue"),
            ("ITERATE", "continue"),
            ("RETURN", "return"),
        ];
        let at = self.at;
        if let Some((_, kind)) = jumps.iter().find(|(word, _)| self.is(word)) {
            if self.rest()?.len() > 2 {
                return Err(self.broken("This part of the script cannot be read."));
            }
            self.bare(kind, at);
            return Ok(());
        }
        match self.is_one_of(&["DECLARE", "SET", "RAISE", "CREATE"]) {
            Some("DECLARE") => self.declare(),
            Some("SET") => self.set(),
            Some("RAISE") => self.raise(),
            Some(_) if self.creates_procedure() => self.procedure(),
            _ => {
                let statement = self.rest()?;
                self.items.push(Item::Statement(statement));
                Ok(())
            }
        }
    }

    fn declare(&mut self) -> Followed<()> {
        self.at += 1;
        let mut names = Vec::new();
        loop {
            if !matches!(self.peek(), Some(Token::Word(_))) {
                return Err(self.broken("A variable has no name."));
            }
            names.push(self.at);
            self.at += 1;
            if self.peek() != Some(&Token::Comma) {
                break;
            }
            self.at += 1;
        }
        let rest = self.rest()?;
        let default = rest.clone().find(|&at| self.tokens.is(at, "DEFAULT"));
        let data_type = rest.start..default.unwrap_or(rest.end);
        let default = default.map(|at| at + 1..rest.end);
        self.items.push(Item::Declare {
            names,
            data_type,
            default,
        });
        Ok(())
    }

    /// `SET x = value` and `SET (x, y) = value`.
    fn set(&mut self) -> Followed<()> {
        self.at += 1;
        let mut names = Vec::new();
        while let Some(token) = self.peek() {
            match token {
                Token::Eq => break,
                Token::Word(_) | Token::Placeholder(_) => names.push(self.at),
                Token::LParen | Token::RParen | Token::Comma => {}
                _ => return Err(self.broken("This assignment cannot be read.")),
            }
            self.at += 1;
        }
        if self.peek().is_none() || names.is_empty() {
            return Err(self.broken("This assignment cannot be read."));
        }
        self.at += 1;
        let value = self.rest()?;
        self.items.push(Item::Set { names, value });
        Ok(())
    }

    fn raise(&mut self) -> Followed<()> {
        let at = self.at;
        self.at += 1;
        if !self.take("USING") {
            self.rest()?;
            self.bare("raise", at);
            return Ok(());
        }
        self.expect(&["MESSAGE"])?;
        self.at += 1;
        let value = self.rest()?;
        self.items.push(Item::Condition {
            kind: "raise",
            value,
        });
        Ok(())
    }

    fn creates_procedure(&self) -> bool {
        let words = std::iter::successors(Some(self.at), |&at| Some(self.tokens.after(at)));
        words.take(4).any(|at| self.tokens.is(at, "PROCEDURE"))
    }

    /// `CREATE PROCEDURE … BEGIN … END`: one statement, whose body holds others.
    fn procedure(&mut self) -> Followed<()> {
        let (start, position) = (self.at, self.items.len());
        self.items.push(Item::Statement(start..start));
        while !self.is("BEGIN") {
            if matches!(self.peek(), None | Some(Token::SemiColon)) {
                self.terminated()?;
                self.items[position] = Item::Statement(start..self.at);
                return Ok(());
            }
            self.at += 1;
        }
        let outside = self.open.len();
        self.opening()?;
        while self.open.len() > outside {
            if self.peek().is_none() {
                return Err(self.broken("The body of the procedure does not end."));
            }
            self.statement()?;
        }
        self.items[position] = Item::Statement(start..self.at);
        Ok(())
    }
}
