//! The patterns of sensitive values.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::check;

/// One kind of sensitive value.
pub(crate) struct Detector {
    /// The tag that such a column seems to need.
    pub(crate) name: &'static str,
    pattern: &'static str,
    /// Whether a match is what it looks like.
    pub(super) accept: fn(&str) -> bool,
}

pub(super) const SECRET: usize = 0;
pub(super) const EMAIL: usize = 1;
pub(crate) const CARD_NUMBER: usize = 3;
/// From here on, what is found is made of digits.
const FIRST_NUMBER: usize = 2;

/// How each form of secret begins.
pub(super) const SECRET_BEGINNINGS: [&str; 18] = [
    "-----BEGIN ",
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xox",
    "AIza",
    "sk_live_",
    "rk_live_",
    "sk-",
    "npm_",
    "pypi-",
    "eyJ",
];

/// In the order in which they replace: what is longer and surer first. Boundaries of words are
/// those of ASCII: with Unicode's the automaton is many times slower.
pub(crate) const DETECTORS: &[Detector] = &[
    Detector {
        name: "secret",
        pattern: r"(?x)
            -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----(?s:.*?-----END\ [A-Z\ ]*PRIVATE\ KEY-----|.*)
            | (?-u:\b)(?:AKIA|ASIA)[0-9A-Z]{16}(?-u:\b)
            | (?-u:\b)gh[pousr]_[0-9A-Za-z]{36,}(?-u:\b)
            | (?-u:\b)github_pat_[0-9A-Za-z_]{22,}(?-u:\b)
            | (?-u:\b)glpat-[0-9A-Za-z_-]{20,}
            | (?-u:\b)xox[abprs]-[0-9A-Za-z-]{10,}
            | (?-u:\b)AIza[0-9A-Za-z_-]{35}
            | (?-u:\b)[rs]k_live_[0-9A-Za-z]{16,}
            | (?-u:\b)sk-(?:proj-|ant-)?[0-9A-Za-z_-]{32,}
            | (?-u:\b)npm_[0-9A-Za-z]{36}(?-u:\b)
            | (?-u:\b)pypi-[0-9A-Za-z_-]{32,}
            | (?-u:\b)eyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]+",
        accept: |_| true,
    },
    Detector {
        name: "pii.email",
        pattern: r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w](?:[\w-]*[\w])?\.)+[[:alpha:]][\w-]*",
        accept: check::email,
    },
    Detector {
        name: "pii.iban",
        pattern: r"(?x)(?-u:\b)[A-Z]{2}[0-9]{2}(?:[\ -]?[0-9A-Z]{4}){2,7}(?:[\ -]?[0-9A-Z]{1,3})?
            (?-u:\b)",
        accept: check::iban,
    },
    Detector {
        name: "pci.card_number",
        pattern: r"(?-u:\b)[0-9](?:[ -]?[0-9]){12,18}(?-u:\b)",
        accept: check::card_number,
    },
    Detector {
        name: "pii.ssn",
        pattern: r"(?-u:\b)[0-9]{3}-[0-9]{2}-[0-9]{4}(?-u:\b)",
        accept: check::ssn,
    },
    Detector {
        name: "pii.phone",
        pattern: r"(?x)
            \+[0-9]{1,3}[\ .-]?(?:\([0-9]{1,4}\)[\ .-]?)?[0-9]{1,4}(?:[\ .-]?[0-9]{2,4}){2,4}
                (?-u:\b)
            | \([0-9]{3}\)\ ?[0-9]{3}-[0-9]{4}(?-u:\b)
            | (?-u:\b)[0-9]{3}[-.][0-9]{3}[-.][0-9]{4}(?-u:\b)",
        accept: check::phone,
    },
];

/// The detectors: the tag that each finds values of, and its pattern.
pub fn detectors() -> impl Iterator<Item = (&'static str, &'static str)> {
    DETECTORS
        .iter()
        .map(|detector| (detector.name, detector.pattern))
}

/// Each detector's pattern, compiled once. The patterns are constants of this file that a test
/// compiles; should one fail all the same, every text counts as found, and nothing leaves.
pub(super) static PATTERNS: LazyLock<Option<Vec<Regex>>> = LazyLock::new(|| {
    let patterns = DETECTORS
        .iter()
        .map(|detector| Regex::new(detector.pattern));
    patterns.collect::<Result<_, _>>().ok()
});

/// The patterns of numbers together.
pub(super) struct Numbers {
    /// Whether any is there: stops at the first.
    pub(super) any: Regex,
    /// Which are there.
    pub(super) each: RegexSet,
}

pub(super) static NUMBERS: LazyLock<Option<Numbers>> = LazyLock::new(|| {
    let patterns = || {
        DETECTORS[FIRST_NUMBER..]
            .iter()
            .map(|detector| detector.pattern)
    };
    let alternatives: Vec<_> = patterns().map(|pattern| format!("(?:{pattern})")).collect();
    Some(Numbers {
        any: Regex::new(&alternatives.join("|")).ok()?,
        each: RegexSet::new(patterns()).ok()?,
    })
});
