//! BigQuery's error messages without the values they quote.
//!
//! A message may repeat a literal of the query (`Could not cast literal "…"`) or a value of the
//! data (`Bad int64 value: …`, without any quotes; `ERROR(note)` gives the value itself). So a
//! message passes only if it has a shape of the table in [`shapes`]; any other is replaced by a
//! sentence of ours with a code.

mod shapes;

use std::sync::LazyLock;

use regex::Regex;

use shapes::{ABOUT_NAMES, ABOUT_VALUES, LIMITS};

/// Longer sentences help nobody.
const MAXIMUM_LENGTH: usize = 300;

/// What stands for a message of no known shape.
const UNLISTED: &str = "its message is not shown, because it may quote data (unlisted)";

/// When BigQuery said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before any data was read: what it quotes comes from the request.
    Request,
    /// When a job was over, which may have put data into any sentence that it likes.
    Job,
}

/// BigQuery's reason, if it looks like one: a single word.
pub(super) fn reason(text: &str) -> String {
    let is_word = !text.is_empty()
        && text.len() <= 64
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word { text } else { "unknown" }.to_owned()
}

/// The message, if it has a shape that quotes no value; else what is known of it, and its code.
/// What BigQuery says for one of its own reasons, no query can say.
pub(super) fn without_values(moment: Moment, reason: &str, message: &str) -> String {
    if message.is_empty() {
        return String::new();
    }
    let place = place(message);
    if let Some(sentence) = coded(message) {
        return format!("{sentence}{place}");
    }
    let bare = without_quotations(message);
    let is_limit = LIMIT_SHAPES
        .iter()
        .any(|(known, shape)| *known == reason && shape.is_match(&bare));
    let is_about_names = moment == Moment::Request && NAME_SHAPES.iter().any(|s| s.is_match(&bare));
    if is_limit || is_about_names {
        return bare.chars().take(MAXIMUM_LENGTH).collect();
    }
    format!("{UNLISTED}{place}")
}

/// ` at [line:column]`, where the message ends so.
fn place(message: &str) -> &str {
    let found = PLACE.as_ref().and_then(|place| place.find(message));
    found.map_or("", |place| place.as_str())
}

/// What stands for a message of a shape that quotes values.
fn coded(message: &str) -> Option<&'static str> {
    let mut shapes = VALUE_SHAPES.iter();
    let (_, sentence) = shapes.find(|(shape, _)| shape.is_match(message))?;
    Some(sentence)
}

static PLACE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r" at \[[0-9]+:[0-9]+\]$").ok());
static VALUE_SHAPES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let compiled = |(shape, sentence): &(&str, &'static str)| Some((beginning(shape)?, *sentence));
    ABOUT_VALUES.iter().filter_map(compiled).collect()
});
static LIMIT_SHAPES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let compiled = |(reason, shape): &(&'static str, &str)| Some((*reason, whole(shape)?));
    LIMITS.iter().filter_map(compiled).collect()
});
static NAME_SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    ABOUT_NAMES
        .iter()
        .filter_map(|shape| whole(shape))
        .collect()
});

/// A shape that does not compile matches nothing, and its messages are not shown.
fn whole(shape: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{})$", shapes::filled(shape))).ok()
}

fn beginning(shape: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{})", shapes::filled(shape))).ok()
}

/// Replaces everything between quotation marks; an open quotation reaches to the end.
/// Backquotes stay: BigQuery puts names in them.
fn without_quotations(message: &str) -> String {
    let mut kept = String::with_capacity(message.len());
    let mut characters = message.chars();
    while let Some(character) = characters.next() {
        if character != '"' && character != '\'' {
            kept.push(character);
            continue;
        }
        kept.push('…');
        let mut is_escaped = false;
        for quoted in characters.by_ref() {
            if quoted == character && !is_escaped {
                break;
            }
            is_escaped = quoted == '\\' && !is_escaped;
        }
    }
    kept
}

#[cfg(test)]
mod tests;
