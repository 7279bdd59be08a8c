//! What a statement names: its target, what it copies, and the query within it.

use std::ops::Range;

use sqlparser::{
    ast::ObjectName,
    keywords::Keyword,
    tokenizer::{Token, Word},
};

use super::{Kind, Target, name_at};
use crate::parse::Cursor;

/// What a statement is about.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// What it makes, changes or drops.
    pub target: Option<ObjectName>,
    /// What else it names, and reads.
    pub sources: Vec<ObjectName>,
    /// The tokens of the query within it.
    pub query: Option<Range<usize>>,
}

/// A `CREATE` of a table or view that consists of these parts alone.
#[derive(Debug)]
pub(crate) struct Created {
    /// The names of its columns, in their order; none where they are the query's.
    pub columns: Vec<String>,
    pub query: Option<Range<usize>>,
}

/// How many names of a statement are looked at.
const MOST_NAMES: usize = 64;

/// Options that only describe a table or view, or say how long it lives.
const HARMLESS_OPTIONS: &[&str] = &[
    "DEFAULT_ROUNDING_MODE",
    "DESCRIPTION",
    "ENABLE_REFRESH",
    "EXPIRATION_TIMESTAMP",
    "FRIENDLY_NAME",
    "LABELS",
    "MAX_STALENESS",
    "PARTITION_EXPIRATION_DAYS",
    "REFRESH_INTERVAL_MINUTES",
    "REQUIRE_PARTITION_FILTER",
];

pub(super) fn read(kind: &Kind, cursor: &Cursor<'_>) -> Parts {
    let start = match kind.target {
        Target::Next | Target::Read => Some(behind_existence(cursor, kind.words)),
        Target::On => outside_brackets(cursor, kind.words)
            .find(|&at| cursor.keyword(at) == Keyword::ON)
            .map(|on| behind_object_type(cursor, cursor.after(on))),
        Target::Into => outside_brackets(cursor, kind.words)
            .find(|&at| cursor.is(at, "INTO") || cursor.is(at, "OVERWRITE"))
            .map(|into| behind_object_type(cursor, cursor.after(into))),
        Target::Nothing => None,
    };
    let named = start
        .and_then(|at| name_at(cursor, at))
        .map(|(name, _)| name);
    let mut parts = Parts {
        query: query(cursor, kind.words),
        sources: sources(cursor, kind),
        target: None,
    };
    match kind.target {
        Target::Read => parts.sources.extend(named),
        _ => parts.target = named,
    }
    parts
}

/// Tables behind `LIKE`, `COPY`, `CLONE` and `REFERENCES`.
fn sources(cursor: &Cursor<'_>, kind: &Kind) -> Vec<ObjectName> {
    let makes_table = kind.name.starts_with("create_table")
        || matches!(
            kind.name,
            "create_snapshot_table" | "create_materialized_view" | "alter_table"
        );
    if !makes_table {
        return Vec::new();
    }
    let copied = copying(cursor, kind.words);
    let referred = (kind.words..cursor.0.len())
        .filter(|&at| cursor.is(at, "REFERENCES") || cursor.is(at, "OF"))
        .take(MOST_NAMES);
    let names = copied.into_iter().chain(referred);
    names
        .filter_map(|at| name_at(cursor, cursor.after(at)))
        .map(|(name, _)| name)
        .collect()
}

/// The words that make a table of another.
const COPYING: [&str; 3] = ["LIKE", "COPY", "CLONE"];

/// Where such a word stands: right behind the name of what is made.
fn copying(cursor: &Cursor<'_>, from: usize) -> Option<usize> {
    let (_, behind) = name_at(cursor, behind_existence(cursor, from))?;
    let at = cursor.at_or_after(behind);
    COPYING.iter().any(|word| cursor.is(at, word)).then_some(at)
}

/// `LIKE`, `COPY` or `CLONE`, when a table is made of another.
pub(super) fn copying_word(cursor: &Cursor<'_>, from: usize) -> Option<&'static str> {
    let at = copying(cursor, from)?;
    COPYING.into_iter().find(|word| cursor.is(at, word))
}

/// The tokens behind `AS`, when they are a query.
pub(super) fn query(cursor: &Cursor<'_>, from: usize) -> Option<Range<usize>> {
    let mut all = outside_brackets(cursor, from);
    let query = all.find_map(|at| {
        let next = cursor.after(at);
        let opens = cursor.token(next) == Some(&Token::LParen)
            || matches!(
                cursor.keyword(next),
                Keyword::SELECT | Keyword::WITH | Keyword::FROM
            );
        (cursor.keyword(at) == Keyword::AS && opens).then_some(next)
    })?;
    Some(query..cursor.0.len())
}

/// The positions of tokens that stand in no brackets, from `from` on.
fn outside_brackets<'c>(cursor: &'c Cursor<'_>, from: usize) -> impl Iterator<Item = usize> + 'c {
    let mut open = 0_usize;
    let tokens = cursor.0.iter().enumerate().skip(from);
    tokens.filter_map(move |(at, token)| {
        match token.token {
            Token::LParen => open += 1,
            Token::RParen => open = open.saturating_sub(1),
            _ => {}
        }
        (open == 0).then_some(at)
    })
}

/// Behind `IF [NOT] EXISTS`, when that stands here.
fn behind_existence(cursor: &Cursor<'_>, at: usize) -> usize {
    let mut next = at;
    for word in ["IF", "NOT", "EXISTS"] {
        if cursor.is(next, word) {
            next = cursor.after(next);
        }
    }
    next
}

/// Behind `TABLE`, `VIEW` and the like, when a name follows that.
fn behind_object_type(cursor: &Cursor<'_>, at: usize) -> usize {
    let kinds = [
        "TABLE",
        "VIEW",
        "SCHEMA",
        "MATERIALIZED",
        "EXTERNAL",
        "TEMP",
    ];
    let next = cursor.after(at);
    let named = matches!(cursor.token(next), Some(Token::Word(_)));
    if named && kinds.iter().any(|kind| cursor.is(at, kind)) {
        return behind_object_type(cursor, next);
    }
    at
}

/// Reads `[IF NOT EXISTS] name [(columns)] [PARTITION BY …] [CLUSTER BY …] [OPTIONS(…)] [AS …]`.
pub(super) fn created(cursor: &Cursor<'_>, words: usize) -> Option<Created> {
    let (_, mut at) = name_at(cursor, behind_existence(cursor, words))?;
    let query = query(cursor, words);
    let end = query.as_ref().map_or(cursor.0.len(), |query| query.start);
    // Nothing between the name and the query may read anything.
    let reads = |t: &Token| {
        matches!(
            t,
            Token::Word(Word {
                keyword: Keyword::SELECT | Keyword::FROM | Keyword::WITH,
                ..
            })
        )
    };
    if cursor.0.get(at..end)?.iter().any(|t| reads(&t.token)) {
        return None;
    }
    let mut columns = Vec::new();
    if cursor.token(at) == Some(&Token::LParen) {
        let behind = cursor.end_of_pair(at, &Token::LParen, &Token::RParen);
        columns = column_names(cursor, at + 1..behind - 1);
        at = behind;
    }
    let clauses_known = clauses(cursor, at, end);
    (clauses_known && (query.is_some() || !columns.is_empty()))
        .then_some(Created { columns, query })
}

/// Whether only clauses that shape a table stand between two positions.
fn clauses(cursor: &Cursor<'_>, from: usize, end: usize) -> bool {
    let shaping = ["PARTITION", "CLUSTER", "DEFAULT", "OPTIONS"];
    let mut at = cursor.at_or_after(from);
    if at >= end || cursor.keyword(at) == Keyword::AS {
        return true;
    }
    if !shaping.iter().any(|word| cursor.is(at, word)) {
        return false;
    }
    while at < end {
        if cursor.is(at, "OPTIONS") {
            let opening = cursor.after(at);
            let behind = cursor.end_of_pair(opening, &Token::LParen, &Token::RParen);
            if !options_are_harmless(cursor, opening + 1..behind.saturating_sub(1)) {
                return false;
            }
            at = behind;
        } else {
            at += 1;
        }
    }
    true
}

/// Whether each option of `name = value, …` is known to be harmless.
fn options_are_harmless(cursor: &Cursor<'_>, range: Range<usize>) -> bool {
    pieces(cursor, range).iter().all(|piece| {
        let first = cursor.at_or_after(piece.start);
        piece.is_empty()
            || HARMLESS_OPTIONS
                .iter()
                .any(|option| cursor.is(first, option))
    })
}

/// The first word of each definition in a list of columns, but for constraints.
fn column_names(cursor: &Cursor<'_>, range: Range<usize>) -> Vec<String> {
    let pieces = pieces(cursor, range);
    let firsts = pieces.iter().map(|piece| cursor.at_or_after(piece.start));
    firsts
        .filter(|&at| !is_constraint(cursor, at))
        .filter_map(|at| match cursor.token(at) {
            Some(Token::Word(word)) => Some(word.value.clone()),
            _ => None,
        })
        .collect()
}

/// Whether a constraint starts here; the words may be names of columns, too.
fn is_constraint(cursor: &Cursor<'_>, at: usize) -> bool {
    let key = |at| {
        let kind = cursor.is(at, "PRIMARY") || cursor.is(at, "FOREIGN");
        kind && cursor.is(cursor.after(at), "KEY")
    };
    let behind_name = cursor.after(cursor.after(at));
    key(at) || cursor.is(at, "CONSTRAINT") && key(behind_name)
}

/// The parts of a list, by its commas outside all brackets.
pub(crate) fn pieces(cursor: &Cursor<'_>, range: Range<usize>) -> Vec<Range<usize>> {
    let mut open = 0_i64;
    // Those of types; elsewhere `<` and `>` compare.
    let mut angles = 0_i64;
    let mut pieces = Vec::new();
    let mut start = range.start;
    for at in range.clone() {
        match cursor.token(at) {
            Some(Token::LParen | Token::LBracket) => open += 1,
            Some(Token::RParen | Token::RBracket) => open -= 1,
            Some(Token::Lt) if at > range.start && is_generic(cursor, at - 1) => angles += 1,
            Some(Token::Gt) if angles > 0 => angles -= 1,
            Some(Token::ShiftRight) if angles > 0 => angles = (angles - 2).max(0),
            Some(Token::Comma) if open == 0 && angles == 0 => {
                pieces.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(start..range.end);
    pieces
}

/// Whether a type with types in angle brackets is named here.
fn is_generic(cursor: &Cursor<'_>, at: usize) -> bool {
    let types = ["ARRAY", "STRUCT", "RANGE"];
    types.iter().any(|name| cursor.is(at, name))
}
