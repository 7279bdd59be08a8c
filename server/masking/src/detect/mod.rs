//! Detectors of values that look sensitive.
//!
//! Each is a pattern and, where patterns alone would cry wolf, a check of the digits. Most
//! texts end at the gate: without an at sign, a few digits or a secret's beginning there is
//! nothing to find.

mod check;
mod gate;
mod pattern;

use regex::Regex;

use crate::pseudonym::PseudonymKey;

pub(crate) use check::card_number;
pub(crate) use gate::Gate;
pub use pattern::detectors;
pub(crate) use pattern::{CARD_NUMBER, DETECTORS};
use pattern::{Detector, PATTERNS};

/// Which detectors found something: a bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Detected(u8);

impl Detected {
    pub(crate) const fn add(&mut self, detector: usize) {
        self.0 |= 1 << detector;
    }

    /// The positions of the detectors that found something.
    pub(crate) fn detectors(self) -> impl Iterator<Item = usize> {
        (0..DETECTORS.len()).filter(move |bit| self.0 & (1 << bit) != 0)
    }
}

/// Looks at texts of one page of rows.
pub(crate) struct Scanner<'a> {
    pub(crate) gate: Gate<'a>,
    pub(crate) key: Option<&'a PseudonymKey>,
}

impl Scanner<'_> {
    /// The text with each find replaced; none where nothing is found.
    pub(crate) fn scan(&self, text: &str, detected: &mut Detected) -> Option<String> {
        let candidates = self.gate.candidates(text);
        if candidates.is_empty() {
            return None;
        }
        let Some(patterns) = PATTERNS.as_ref() else {
            detected.add(0);
            return Some(self.marker(&DETECTORS[0], ""));
        };
        let mut replaced: Option<String> = None;
        for detector in candidates.iter() {
            let current = replaced.as_deref().unwrap_or(text);
            if let Some(next) = self.replace(current, &patterns[detector], &DETECTORS[detector]) {
                detected.add(detector);
                replaced = Some(next);
            }
        }
        replaced
    }

    /// What stands in the place of a value that was found.
    pub(crate) fn marker(&self, detector: &Detector, value: &str) -> String {
        let name = detector.name;
        match self.key {
            Some(key) => format!("[masked: {name} {}]", key.pseudonym(name, value)),
            None => format!("[masked: {name}]"),
        }
    }

    fn replace(&self, text: &str, pattern: &Regex, detector: &Detector) -> Option<String> {
        let mut replaced = String::new();
        let mut copied = 0;
        let mut at = 0;
        while let Some(found) = pattern.find_at(text, at) {
            if (detector.accept)(found.as_str()) {
                replaced.push_str(&text[copied..found.start()]);
                replaced.push_str(&self.marker(detector, found.as_str()));
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
}

/// Behind the first separator within a match that was not accepted, else behind the match.
fn next_word(text: &str, start: usize, end: usize) -> usize {
    let separator = text[start..end].find([' ', '-', '.']);
    separator.map_or(end, |offset| start + offset + 1)
}

#[cfg(test)]
mod tests;
