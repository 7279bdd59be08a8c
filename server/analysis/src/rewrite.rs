//! The masked SQL: each table with tagged columns becomes a subquery, by spans of the text.
//!
//! The text is never written anew from the syntax tree: everything else stays byte for byte.

use std::collections::BTreeMap;

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    lexer::place,
    mask,
    value::{Field, Sources},
    walk::Masked,
};

/// A piece of the text and what stands there instead.
struct Edit {
    place: Place,
    text: String,
}

/// The text with every table masked where it is read.
pub(crate) fn rewrite(
    sql: &str,
    tokens: &[TokenWithSpan],
    tables: &BTreeMap<usize, Masked>,
    sources: &Sources,
) -> Followed<String> {
    let mut edits = Vec::new();
    for masked in tables.values() {
        mask_table(sql, tokens, masked, sources, &mut edits)?;
    }
    edits.sort_by_key(|edit| edit.place.start);
    apply(sql, &edits)
}

fn apply(sql: &str, edits: &[Edit]) -> Followed<String> {
    let mut text = String::with_capacity(sql.len() + edits.len() * 256);
    let mut copied = 0;
    for edit in edits {
        let kept = sql.get(copied..edit.place.start);
        let kept = kept.ok_or_else(|| unmaskable(&edit.place, "It overlaps another table."))?;
        text.push_str(kept);
        text.push_str(&edit.text);
        copied = edit.place.end;
    }
    text.push_str(sql.get(copied..).unwrap_or_default());
    Ok(text)
}

fn mask_table(
    sql: &str,
    tokens: &[TokenWithSpan],
    masked: &Masked,
    sources: &Sources,
    edits: &mut Vec<Edit>,
) -> Followed<()> {
    if masked.starred && !masked.pseudo.is_empty() {
        let message = "A pseudo-column and every other column are read at once.";
        return Err(unmaskable(&masked.place, message));
    }
    let replacements = replacements(masked, sources)?;
    let after = Clauses::behind(masked, tokens);
    let read = |place: &Place| sql.get(place.clone()).unwrap_or_default();
    let mut selected = format!("* REPLACE ({replacements})");
    for pseudo in &masked.pseudo {
        selected.push_str(", ");
        selected.push_str(pseudo);
    }
    let mut text = format!("(SELECT {selected} FROM {}", read(&masked.place));
    for moved in after.version.iter().chain(&after.sample) {
        text.push(' ');
        text.push_str(read(moved).trim_end());
        edits.push(Edit {
            place: moved.clone(),
            text: String::new(),
        });
    }
    text.push(')');
    if let Some(own) = masked
        .own_name
        .as_ref()
        .filter(|_| masked.alias_start.is_none() && !after.turned)
    {
        text.push_str(" AS ");
        text.push_str(&mask::quoted(own));
    }
    edits.push(Edit {
        place: masked.place.clone(),
        text,
    });
    Ok(())
}

/// `mask AS name` for each column that carries something tagged.
fn replacements(masked: &Masked, sources: &Sources) -> Followed<String> {
    let sensitive = |field: &&Field| sources.sensitive(&field.value.flow).next().is_some();
    let mut written = Vec::new();
    for field in masked.fields.iter().filter(sensitive) {
        let Some(name) = &field.name else {
            return Err(unmaskable(
                &masked.place,
                "A tagged column of it has no name.",
            ));
        };
        let same = masked
            .fields
            .iter()
            .filter(|other| other.is_named(name))
            .count();
        let hidden = masked
            .own_name
            .as_ref()
            .is_some_and(|own| field.is_named(own));
        if same > 1 || hidden {
            let message = "A tagged column of it shares its name with something else.";
            return Err(unmaskable(&masked.place, message));
        }
        let access = mask::quoted(name);
        let origin = field.value.origin.as_deref();
        let expression = origin
            .and_then(|column| mask::column(column, &access))
            .unwrap_or_else(|| mask::nothing(&access));
        written.push(format!("{expression} AS {access}"));
    }
    Ok(written.join(", "))
}

/// What stands behind a table's name and belongs to it.
#[derive(Default)]
struct Clauses {
    version: Option<Place>,
    sample: Option<Place>,
    /// `PIVOT` or `UNPIVOT` follows: an alias must not stand before it.
    turned: bool,
}

impl Clauses {
    fn behind(masked: &Masked, tokens: &[TokenWithSpan]) -> Self {
        let first = tokens.partition_point(|t| place(t.span).start < masked.place.end);
        let significant: Vec<&TokenWithSpan> = tokens[first..]
            .iter()
            .filter(|t| !matches!(t.token, Token::Whitespace(_)))
            .take(MOST_TOKENS_BEHIND)
            .collect();
        let mut clauses = Self::default();
        let mut at = 0;
        let mut aliased = masked.alias_start.is_none();
        // The alias stands before the version, or behind it.
        for _ in 0..2 {
            if keyword(significant.get(at)) == Keyword::FOR {
                let end = end_of_version(&significant, at, masked);
                clauses.version = Some(between(&significant, at, end));
                at = end;
            } else if !aliased {
                let long = keyword(significant.get(at)) == Keyword::AS;
                at += if long { 2 } else { 1 };
                aliased = true;
            }
        }
        if keyword(significant.get(at)) == Keyword::TABLESAMPLE {
            let end = end_of_brackets(&significant, at);
            clauses.sample = Some(between(&significant, at, end));
            at = end;
        }
        clauses.turned = matches!(
            keyword(significant.get(at)),
            Keyword::PIVOT | Keyword::UNPIVOT
        );
        clauses
    }
}

/// Enough for any `FOR SYSTEM_TIME` and `TABLESAMPLE` that people write; a longer one is cut,
/// and the text that this gives does not parse.
const MOST_TOKENS_BEHIND: usize = 200;

fn keyword(token: Option<&&TokenWithSpan>) -> Keyword {
    match token.map(|t| &t.token) {
        Some(Token::Word(word)) => word.keyword,
        _ => Keyword::NoKeyword,
    }
}

fn between(tokens: &[&TokenWithSpan], first: usize, end: usize) -> Place {
    let start = tokens.get(first).map_or(0, |t| place(t.span).start);
    let last = tokens
        .get(end.saturating_sub(1))
        .map_or(start, |t| place(t.span).end);
    start..last
}

/// The token behind `FOR SYSTEM_TIME AS OF expression`: the alias, or what ends a table.
fn end_of_version(tokens: &[&TokenWithSpan], first: usize, masked: &Masked) -> usize {
    let mut open = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(first + 4) {
        let start = place(token.span).start;
        let alias = masked.alias_start == Some(start);
        match &token.token {
            _ if open == 0 && alias => return at,
            Token::RParen
            | Token::Comma
            | Token::SemiColon
            | Token::VerticalBarRightAngleBracket
                if open == 0 =>
            {
                return at;
            }
            Token::LParen | Token::LBracket => open += 1,
            Token::RParen | Token::RBracket => open = open.saturating_sub(1),
            Token::Word(_) if open == 0 && ends_table(tokens, at) => return at,
            _ => {}
        }
    }
    tokens.len()
}

/// Words that cannot be part of an expression outside brackets.
fn ends_table(tokens: &[&TokenWithSpan], at: usize) -> bool {
    let called = tokens.get(at + 1).is_some_and(|t| t.token == Token::LParen);
    match keyword(tokens.get(at)) {
        Keyword::LEFT | Keyword::RIGHT => !called,
        Keyword::AS
        | Keyword::WHERE
        | Keyword::JOIN
        | Keyword::INNER
        | Keyword::FULL
        | Keyword::CROSS
        | Keyword::ON
        | Keyword::USING
        | Keyword::GROUP
        | Keyword::HAVING
        | Keyword::QUALIFY
        | Keyword::WINDOW
        | Keyword::ORDER
        | Keyword::LIMIT
        | Keyword::UNION
        | Keyword::EXCEPT
        | Keyword::INTERSECT
        | Keyword::TABLESAMPLE
        | Keyword::PIVOT
        | Keyword::UNPIVOT
        | Keyword::SELECT => true,
        _ => false,
    }
}

/// The token behind the first pair of brackets from `start` on.
fn end_of_brackets(tokens: &[&TokenWithSpan], start: usize) -> usize {
    let mut open = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.token {
            Token::LParen => open += 1,
            Token::RParen if open == 1 => return at + 1,
            Token::RParen => open = open.saturating_sub(1),
            _ => {}
        }
    }
    tokens.len()
}

fn unmaskable(place: &Place, message: &str) -> Refusal {
    let message = format!("This table cannot be masked where it is read. {message}");
    Refusal::new(FindingCode::Unmaskable, place, message)
}
