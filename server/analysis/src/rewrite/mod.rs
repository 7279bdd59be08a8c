//! The masked SQL: each table with tagged columns becomes a subquery, by spans of the text.
//!
//! The text is never written anew from the syntax tree: everything else stays byte for byte.
//! Every tagged column of a table is masked, also one that the statement does not seem to reach:
//! so what is safe does not depend on what was understood.

mod clauses;
mod edit;
mod pseudo;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    follow,
    lexer::{self, place},
    mask::{self, Masks},
    value::{Field, Sources},
    walk::{Masked, Walk},
};
use clauses::Clauses;
use edit::{Edit, apply};

/// The masked SQL.
pub(crate) struct Rewritten {
    pub sql: String,
    /// Whether it names the parameter that carries the salt.
    pub needs_salt: bool,
}

/// The text with every table masked where it is read.
pub(crate) fn rewrite(sql: &str, tokens: &[TokenWithSpan], walk: &Walk<'_>) -> Followed<Rewritten> {
    let mut edits = Vec::new();
    let mut standing = Vec::new();
    let mut hidden = pseudo::Hidden::new();
    let mut needs_salt = tokens.iter().any(|t| mask::is_salt(&t.token));
    let mut plain = true;
    for masked in walk.masked.values() {
        let subquery = Subquery::of(sql, tokens, masked, &walk.sources, walk.masks)?;
        if let Some(place) = subquery.standing(sql, tokens, masked) {
            standing.push(place);
            continue;
        }
        needs_salt |= subquery.needs_salt;
        plain &= subquery.is_plain(masked);
        pseudo::rename(masked, &walk.naming, &mut edits, &mut hidden)?;
        subquery.place(masked, &mut edits);
    }
    pseudo::leave_out(hidden, &mut edits);
    keep_salt(tokens, &standing)?;
    edits.sort_by_key(|edit| edit.place.start);
    let sql = apply(sql, tokens, &edits)?;
    if !plain {
        read_again(&sql)?;
    }
    Ok(Rewritten { sql, needs_salt })
}

/// The salt's parameter is ours: only a mask that would be written the same may name it.
fn keep_salt(tokens: &[TokenWithSpan], standing: &[Place]) -> Followed<()> {
    let within = |at: &Place| standing.iter().any(|mask| mask.contains(&at.start));
    let salt = tokens.iter().filter(|t| mask::is_salt(&t.token));
    match salt.map(|t| place(t.span)).find(|at| !within(at)) {
        None => Ok(()),
        Some(at) => {
            let message = format!(
                "The parameter `{}` is kept for masks.",
                mask::SALT_PARAMETER
            );
            Err(Refusal::new(FindingCode::ReservedParameter, &at, message))
        }
    }
}

/// Where more than a name gave way to a subquery, the text is read anew as a whole.
fn read_again(sql: &str) -> Followed<()> {
    let read = lexer::tokens(sql).and_then(|tokens| follow::can_be_read(&tokens));
    read.map_err(|_| {
        let message = "The masked statement would not be readable.";
        Refusal::new(FindingCode::Unmaskable, &(0..0), message)
    })
}

/// What stands around a table's name so that it is masked.
struct Subquery {
    before: String,
    behind: String,
    /// Clauses that belong to the table and move inside.
    moved: Vec<Place>,
    /// The name that the text gives the table by naming it, in backquotes.
    alias: Option<String>,
    needs_salt: bool,
}

impl Subquery {
    fn of(
        sql: &str,
        tokens: &[TokenWithSpan],
        masked: &Masked,
        sources: &Sources,
        masks: &Masks<'_>,
    ) -> Followed<Self> {
        let masks = replacements(masked, sources, masks)?;
        let pseudo = pseudo::selected(masked)?;
        let before = format!("(SELECT * REPLACE ({masks}){pseudo} FROM ");
        let clauses = Clauses::behind(masked, tokens);
        let mut behind = String::new();
        let moved: Vec<Place> = clauses.version.into_iter().chain(clauses.sample).collect();
        for clause in &moved {
            behind.push(' ');
            behind.push_str(sql.get(clause.clone()).unwrap_or_default().trim_end());
        }
        behind.push(')');
        let unnamed = masked.alias_start.is_none() && !clauses.turned;
        let alias = masked.own_name.as_deref().filter(|_| unnamed);
        let alias = alias.map(mask::quoted);
        // What comes from the catalog can change nothing around it.
        if !alias
            .iter()
            .chain([&masks])
            .all(|text| lexer::is_closed(text))
        {
            return Err(unmaskable(&masked.place, "A name of it cannot be written."));
        }
        Ok(Self {
            needs_salt: mask::names_salt(&masks),
            before,
            behind,
            moved,
            alias,
        })
    }

    /// Whether nothing but the table's name gives way to the subquery. A subquery can stand
    /// wherever a table can, so that what could be read before can be read then.
    fn is_plain(&self, masked: &Masked) -> bool {
        self.moved.is_empty() && masked.pseudo.is_empty()
    }

    /// Where this very subquery stands around the name already. It then masks exactly what it
    /// would mask a second time, whoever wrote it.
    fn standing(&self, sql: &str, tokens: &[TokenWithSpan], masked: &Masked) -> Option<Place> {
        let start = masked.place.start.checked_sub(self.before.len())?;
        let end = masked.place.end + self.behind.len();
        let stands = sql.get(start..masked.place.start)? == self.before
            && sql.get(masked.place.end..end)? == self.behind;
        let opens = |t: &TokenWithSpan| t.token == Token::LParen && place(t.span).start == start;
        // Behind a token's start the same characters are the same tokens: no comment or string
        // has begun before.
        (stands && tokens.iter().any(opens)).then_some(start..end)
    }

    fn place(self, masked: &Masked, edits: &mut Vec<Edit>) {
        let (start, end) = (masked.place.start, masked.place.end);
        edits.push(Edit {
            place: start..start,
            text: self.before,
        });
        let mut text = self.behind;
        if let Some(alias) = &self.alias {
            text.push_str(" AS ");
            text.push_str(alias);
        }
        edits.push(Edit {
            place: end..end,
            text,
        });
        edits.extend(self.moved.into_iter().map(|place| Edit {
            place,
            text: String::new(),
        }));
    }
}

/// `mask AS name` for each column that carries something tagged.
fn replacements(masked: &Masked, sources: &Sources, masks: &Masks<'_>) -> Followed<String> {
    let sensitive = |field: &&Field| sources.sensitive(&field.value.flow).next().is_some();
    let mut written = Vec::new();
    for field in masked.fields.iter().filter(sensitive) {
        let Some(name) = &field.name else {
            let message = "A tagged column of it has no name.";
            return Err(unmaskable(&masked.place, message));
        };
        let same = masked.fields.iter().filter(|other| other.is_named(name));
        let own = masked.own_name.as_ref();
        if same.count() > 1 || own.is_some_and(|own| field.is_named(own)) {
            let message = "A tagged column of it shares its name with something else.";
            return Err(unmaskable(&masked.place, message));
        }
        let access = mask::quoted(name);
        let origin = field.value.origin.as_deref();
        let expression = origin
            .and_then(|column| masks.column(column, &access))
            .unwrap_or_else(|| mask::nothing(&access));
        written.push(format!("{expression} AS {access}"));
    }
    Ok(written.join(", "))
}

fn unmaskable(place: &Place, message: &str) -> Refusal {
    let message = format!("This table cannot be masked where it is read. {message}");
    Refusal::new(FindingCode::Unmaskable, place, message)
}
