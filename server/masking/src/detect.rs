//! Detectors of values that look sensitive.
//!
//! Each is a pattern and, where patterns alone would cry wolf, a check of the digits. One set of
//! all patterns is tried first, so that a clean cell costs a single pass.

mod check;

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// Which detectors found something: a bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Detected(u8);

struct Detector {
    /// The tag that such a column seems to need.
    name: &'static str,
    pattern: &'static str,
    /// Whether a match is what it looks like.
    accept: fn(&str) -> bool,
}

/// In the order in which they replace: what is longer and surer first.
const DETECTORS: &[Detector] = &[
    Detector {
        name: "secret",
        pattern: r"(?x)
            -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----(?s:.*?-----END\ [A-Z\ ]*PRIVATE\ KEY-----|.*)
            | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
            | \bgh[pousr]_[0-9A-Za-z]{36,}\b
            | \bgithub_pat_[0-9A-Za-z_]{22,}\b
            | \bxox[abprs]-[0-9A-Za-z-]{10,}
            | \bAIza[0-9A-Za-z_-]{35}\b
            | \beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]+",
        accept: |_| true,
    },
    Detector {
        name: "pii.email",
        pattern: r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w](?:[\w-]*[\w])?\.)+[[:alpha:]][\w-]*",
        accept: check::email,
    },
    Detector {
        name: "pii.iban",
        pattern: r"\b[A-Z]{2}[0-9]{2}(?:[ -]?[0-9A-Z]{4}){2,7}(?:[ -]?[0-9A-Z]{1,3})?\b",
        accept: check::iban,
    },
    Detector {
        name: "pci.card_number",
        pattern: r"\b[0-9](?:[ -]?[0-9]){12,18}\b",
        accept: check::card_number,
    },
    Detector {
        name: "pii.ssn",
        pattern: r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b",
        accept: check::ssn,
    },
    Detector {
        name: "pii.phone",
        pattern: r"(?x)
            \+[0-9]{1,3}[\ .-]?(?:\([0-9]{1,4}\)[\ .-]?)?[0-9]{1,4}(?:[\ .-]?[0-9]{2,4}){2,4}\b
            | \([0-9]{3}\)\ ?[0-9]{3}-[0-9]{4}\b
            | \b[0-9]{3}[-.][0-9]{3}[-.][0-9]{4}\b",
        accept: check::phone,
    },
];

struct Patterns {
    any: RegexSet,
    each: Vec<Regex>,
}

/// Compiled once. The patterns are constants of this file that a test compiles; should one fail
/// all the same, every text counts as found, and nothing leaves.
static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let patterns = DETECTORS.iter().map(|detector| detector.pattern);
    let any = RegexSet::new(patterns.clone()).ok()?;
    let each = patterns.map(Regex::new).collect::<Result<_, _>>().ok()?;
    Some(Patterns { any, each })
});

/// The names of the detectors that found something.
pub(crate) fn detector_names(detected: Detected) -> impl Iterator<Item = &'static str> {
    let found = move |(bit, _): &(usize, &Detector)| detected.0 & (1 << bit) != 0;
    DETECTORS
        .iter()
        .enumerate()
        .filter(found)
        .map(|(_, detector)| detector.name)
}

/// The text with each find replaced by a fixed marker; none where nothing is found.
pub(crate) fn scan_text(text: &str, detected: &mut Detected) -> Option<String> {
    if is_harmless(text) {
        return None;
    }
    let Some(patterns) = PATTERNS.as_ref() else {
        detected.0 |= 1;
        return Some(marker(DETECTORS[0].name));
    };
    let mut replaced: Option<String> = None;
    for bit in &patterns.any.matches(text) {
        let current = replaced.as_deref().unwrap_or(text);
        if let Some(next) = replace(current, &patterns.each[bit], &DETECTORS[bit]) {
            detected.0 |= 1 << bit;
            replaced = Some(next);
        }
    }
    replaced
}

/// A whole number may be a card number too.
pub(crate) fn scan_number(digits: &str, detected: &mut Detected) -> Option<String> {
    if digits.len() < 13 {
        None
    } else {
        scan_text(digits, detected)
    }
}

/// The shortest find has eight characters, and each has an at sign, nine digits or a secret's
/// beginning: most words have neither.
fn is_harmless(text: &str) -> bool {
    text.len() < 6
        || !text
            .bytes()
            .any(|b| b == b'@' || b == b'-' || b == b'_' || b.is_ascii_digit())
}

fn marker(name: &str) -> String {
    format!("[masked: {name}]")
}

fn replace(text: &str, pattern: &Regex, detector: &Detector) -> Option<String> {
    let mut replaced = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = pattern.find_at(text, at) {
        if (detector.accept)(found.as_str()) {
            replaced.push_str(&text[copied..found.start()]);
            replaced.push_str(&marker(detector.name));
            copied = found.end();
            at = found.end();
        } else {
            // What was not accepted may still hold a shorter find further on.
            at = next_word(text, found.start(), found.end());
        }
        if at >= text.len() {
            break;
        }
    }
    (copied > 0).then(|| replaced + &text[copied..])
}

/// Behind the first separator within a match that was not accepted, else behind the match.
fn next_word(text: &str, start: usize, end: usize) -> usize {
    let separator = text[start..end].find([' ', '-', '.']);
    separator.map_or(end, |offset| start + offset + 1)
}

#[cfg(test)]
mod tests;
