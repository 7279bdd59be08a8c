//! What kind of statement a text is, by its first words: only some kinds are followed at all.

mod heads;
mod parts;

use sqlparser::{
    ast::ObjectName,
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    finding::{FindingCode, Place},
    lexer::place,
    parse::Cursor,
};
pub(crate) use parts::{Created, Parts, pieces};

/// What is done with a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Query,
    Insert,
    /// `UPDATE`, `DELETE` and `MERGE`.
    Change,
    /// A table or view, made of its columns or of a query.
    Create,
    /// A function of this script only.
    CreateTemporaryFunction,
    /// Only a table of this script may be dropped.
    DropTable,
    /// Never run, for this reason.
    Refused(FindingCode, &'static str),
}

/// Where a statement names what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// Behind the first words.
    Next,
    /// Behind the first words, and only read.
    Read,
    /// Behind `ON`.
    On,
    /// Behind `INTO` or `OVERWRITE`.
    Into,
    /// It names no table.
    Nothing,
}

/// The kind of a statement, and what its first words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// As the report names it.
    pub name: &'static str,
    pub effect: Effect,
    pub target: Target,
    /// `TEMP`: what is made ends with the script.
    pub temporary: bool,
    /// `IF NOT EXISTS`.
    pub unless_exists: bool,
    /// How many tokens the first words are.
    words: usize,
}

impl Kind {
    /// Whether it makes a view.
    pub fn is_view(&self) -> bool {
        matches!(self.name, "create_view" | "create_materialized_view")
    }

    /// The kind of the statement that these tokens are.
    pub fn of(tokens: &[TokenWithSpan]) -> Self {
        let cursor = Cursor(tokens);
        let mut at = cursor.at_or_after(0);
        let mut temporary = false;
        let creates = cursor.is(at, "CREATE");
        if creates {
            at = cursor.after(at);
            if cursor.is(at, "OR") {
                at = cursor.after(cursor.after(at));
            }
            if cursor.is(at, "TEMP") || cursor.is(at, "TEMPORARY") {
                temporary = true;
                at = cursor.after(at);
            }
        }
        let (head, words) = heads::find(&cursor, creates, at);
        let kind = Self {
            name: head.name,
            effect: head.effect,
            target: head.target,
            temporary,
            unless_exists: creates && cursor.is(words, "IF"),
            words,
        };
        kind.refined(&cursor)
    }

    /// What `CREATE TABLE` makes depends on what follows.
    fn refined(self, cursor: &Cursor<'_>) -> Self {
        const COPIES: &str = "The columns of the new table would have no tags.";
        let copies = |name| Self {
            name,
            effect: Effect::Refused(FindingCode::SchemaChange, COPIES),
            ..self
        };
        match (self.name, parts::copying_word(cursor, self.words)) {
            ("create_table", Some("LIKE")) => copies("create_table_like"),
            ("create_table", Some("COPY")) => copies("create_table_copy"),
            ("create_table", Some(_)) => copies("create_table_clone"),
            ("create_table", None) if parts::query(cursor, self.words).is_some() => Self {
                name: "create_table_as",
                ..self
            },
            ("create_function", _) if runs_elsewhere(cursor) => Self {
                effect: Effect::Refused(
                    FindingCode::RemoteCode,
                    "A function would be created that runs outside GoogleSQL.",
                ),
                ..self
            },
            ("create_function", _) if self.temporary => Self {
                effect: Effect::CreateTemporaryFunction,
                ..self
            },
            _ => self,
        }
    }

    /// What the statement names, and the query within it.
    pub fn parts(&self, tokens: &[TokenWithSpan]) -> Parts {
        parts::read(self, &Cursor(tokens))
    }

    /// The columns, options and query of a `CREATE`; none where more than those stands there.
    pub fn created(&self, tokens: &[TokenWithSpan]) -> Option<Created> {
        parts::created(&Cursor(tokens), self.words)
    }
}

/// Whether a function is remote, or written in another language than SQL.
fn runs_elsewhere(cursor: &Cursor<'_>) -> bool {
    (0..cursor.0.len()).any(|at| cursor.is(at, "LANGUAGE") || cursor.is(at, "REMOTE"))
}

/// Tokens without white space.
pub(crate) fn significant(tokens: &[TokenWithSpan]) -> impl Iterator<Item = &TokenWithSpan> {
    tokens
        .iter()
        .filter(|t| !matches!(t.token, Token::Whitespace(_)))
}

/// From the first token to the last.
pub(crate) fn place_of(tokens: &[TokenWithSpan]) -> Place {
    let mut all = significant(tokens);
    let first = all.next().map_or(0..0, |t| place(t.span));
    let last = all.last().map_or(first.end, |t| place(t.span).end);
    first.start..last
}

/// The name that begins at a position, and the position behind it.
pub(crate) fn name_at(cursor: &Cursor<'_>, at: usize) -> Option<(ObjectName, usize)> {
    /// Longer than any name, however many hyphens it has.
    const LONGEST: usize = 64;
    let start = cursor.at_or_after(at);
    let rest = cursor.0.get(start..)?;
    let rest = rest.get(..LONGEST.min(rest.len()))?;
    let mut parser = crate::parse::parser(rest.to_vec());
    let name = parser.parse_object_name(true).ok()?;
    let next = place(parser.peek_token_ref().span).start;
    let behind = rest
        .iter()
        .position(|t| place(t.span).start == next && next > 0);
    Some((name, start + behind.unwrap_or(rest.len())))
}
