//! The gate before the patterns: which detectors a text could concern at all.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memchr;

use super::pattern::{DETECTORS, EMAIL, NUMBERS, SECRET, SECRET_BEGINNINGS};

/// The shortest secret.
const SECRET_BYTES: usize = 15;
/// The fewest digits of anything made of them: an international phone number.
const FEWEST_DIGITS: usize = 8;

/// Without overlaps, so that it searches long texts with vector instructions.
static BEGINNINGS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let builder = &mut AhoCorasick::builder();
    let builder = builder.match_kind(MatchKind::LeftmostFirst);
    builder.build(SECRET_BEGINNINGS).ok()
});

/// What the whole page of rows says of each text in it.
pub(crate) struct Gate<'p> {
    page: &'p str,
    /// Where on the page secrets begin, in order.
    secrets: Vec<usize>,
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

impl<'p> Gate<'p> {
    /// Looks once at the wire text of a page: a long text is searched faster than many short ones.
    pub(crate) fn of_page(page: &'p str) -> Self {
        let found = BEGINNINGS.iter().flat_map(|any| any.find_iter(page));
        Self {
            page,
            secrets: found.map(|found| found.start()).collect(),
        }
    }

    pub(super) fn candidates(&self, text: &str) -> Candidates {
        let mut candidates = 0;
        if text.len() >= SECRET_BYTES && self.begins_secret(text) {
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

    /// A text that was spelt with escapes does not stand on the page, and is searched by itself.
    /// Without its automaton, every text could begin a secret.
    fn begins_secret(&self, text: &str) -> bool {
        let Some(any) = BEGINNINGS.as_ref() else {
            return true;
        };
        let Some(start) = self.place_of(text) else {
            return any.is_match(text);
        };
        let following = self.secrets.partition_point(|&secret| secret < start);
        let next = self.secrets.get(following);
        next.is_some_and(|&secret| secret < start + text.len())
    }

    /// Where a text stands on the page, if it is a part of it.
    fn place_of(&self, text: &str) -> Option<usize> {
        let start = text
            .as_ptr()
            .addr()
            .checked_sub(self.page.as_ptr().addr())?;
        (start + text.len() <= self.page.len()).then_some(start)
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
