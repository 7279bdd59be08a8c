//! The gate before the patterns: which detectors a text could concern at all.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memchr;

use super::pattern::{DETECTORS, EMAIL, NUMBERS, SECRET, SECRET_BEGINNINGS};

/// The shortest secret.
const SECRET_BYTES: usize = 15;
/// The fewest digits of anything made of them: an international phone number.
const FEWEST_DIGITS: usize = 8;

static BEGINNINGS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(SECRET_BEGINNINGS).ok());

/// What the whole page of rows says of each text in it.
#[derive(Clone, Copy)]
pub(crate) struct Gate {
    /// A secret begins somewhere on the page, or could be spelt with escapes.
    has_secrets: bool,
}

/// Detectors to ask: a bit each.
#[derive(Clone, Copy)]
pub(super) struct Candidates(u8);

impl Candidates {
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..DETECTORS.len()).filter(move |bit| self.0 & (1 << bit) != 0)
    }
}

impl Gate {
    /// Looks once at the wire text of a page: longer texts are searched faster.
    pub(crate) fn of_page(wire: &str) -> Self {
        Self {
            has_secrets: memchr(b'\\', wire.as_bytes()).is_some() || begins_secret(wire),
        }
    }

    pub(super) fn candidates(self, text: &str) -> Candidates {
        let mut candidates = 0;
        if self.has_secrets && text.len() >= SECRET_BYTES && begins_secret(text) {
            candidates |= 1 << SECRET;
        }
        if memchr(b'@', text.as_bytes()).is_some() {
            candidates |= 1 << EMAIL;
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits >= FEWEST_DIGITS {
            candidates |= numbers(text);
        }
        Candidates(candidates)
    }
}

/// Of the detectors of numbers, those whose pattern is in the text. One automaton looks for all.
fn numbers(text: &str) -> u8 {
    let Some(set) = NUMBERS.as_ref() else {
        return 1 << SECRET;
    };
    if !set.any.is_match(text) {
        return 0;
    }
    let first = DETECTORS.len() - set.each.len();
    let found = set.each.matches(text);
    found
        .iter()
        .fold(0, |bits, number| bits | 1 << (first + number))
}

/// Without its automaton, every text could begin a secret.
fn begins_secret(text: &str) -> bool {
    BEGINNINGS.as_ref().is_none_or(|any| any.is_match(text))
}
