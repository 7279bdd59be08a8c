//! The named rules that mask sensitive values, and which tag has which.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Tag;

/// How a sensitive value is masked; named and behaving as BigQuery's own rules
/// (<https://cloud.google.com/bigquery/docs/column-data-masking-intro#masking_options>), but
/// that a hash is salted and that no rule hashes a value which it does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MaskRule {
    /// Nothing stays.
    #[serde(rename = "ALWAYS_NULL")]
    AlwaysNull,
    /// A fixed value of the column's type: the empty string, zero, false, the epoch.
    #[serde(rename = "DEFAULT_MASKING_VALUE")]
    Default,
    /// A salted hash: equal values stay equal, so that they still join.
    #[serde(rename = "SHA256")]
    Sha256,
    /// The last four characters stay: `XXXXX1234`.
    #[serde(rename = "LAST_FOUR_CHARACTERS")]
    LastFour,
    /// The first four characters stay: `1234XXXXX`.
    #[serde(rename = "FIRST_FOUR_CHARACTERS")]
    FirstFour,
    /// The domain stays: `XXXXX@example.com`.
    #[serde(rename = "EMAIL_MASK")]
    EmailMask,
    /// The year stays: `1984-01-01`.
    #[serde(rename = "DATE_YEAR_MASK")]
    DateYear,
}

impl MaskRule {
    /// The rule's name as BigQuery writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlwaysNull => "ALWAYS_NULL",
            Self::Default => "DEFAULT_MASKING_VALUE",
            Self::Sha256 => "SHA256",
            Self::LastFour => "LAST_FOUR_CHARACTERS",
            Self::FirstFour => "FIRST_FOUR_CHARACTERS",
            Self::EmailMask => "EMAIL_MASK",
            Self::DateYear => "DATE_YEAR_MASK",
        }
    }

    /// What a person sees of such a value.
    #[must_use]
    pub const fn looks_like(self) -> &'static str {
        match self {
            Self::AlwaysNull => "nothing",
            Self::Default => "a fixed value",
            Self::Sha256 => "a salted hash",
            Self::LastFour => "XXXXX and the last four",
            Self::FirstFour => "the first four and XXXXX",
            Self::EmailMask => "XXXXX@domain",
            Self::DateYear => "1 January of the year",
        }
    }
}

/// Which rule masks which tag. A rule counts for a tag and all tags under it: `pii` covers
/// `pii.ssn`, and the longest such name wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MaskRules(BTreeMap<String, MaskRule>);

impl MaskRules {
    /// The rule that masks values with this tag: BigQuery's default masking value if none is
    /// named.
    #[must_use]
    pub fn rule(&self, tag: &Tag) -> MaskRule {
        let mut name = tag.as_str();
        loop {
            if let Some(rule) = self.0.get(name) {
                return *rule;
            }
            match name.rsplit_once('.') {
                Some((above, _)) => name = above,
                None => return MaskRule::Default,
            }
        }
    }

    /// Whether any tag is masked by this rule.
    #[must_use]
    pub fn uses(&self, rule: MaskRule) -> bool {
        self.0.values().any(|used| *used == rule)
    }
}

impl Default for MaskRules {
    /// The rules that count where none are configured.
    fn default() -> Self {
        let rules = [
            ("pii.email", MaskRule::EmailMask),
            ("pii.phone", MaskRule::LastFour),
            ("pii.birth_date", MaskRule::DateYear),
            ("pci.card_number", MaskRule::LastFour),
        ];
        rules.into_iter().collect()
    }
}

impl<'a> FromIterator<(&'a str, MaskRule)> for MaskRules {
    fn from_iter<I: IntoIterator<Item = (&'a str, MaskRule)>>(rules: I) -> Self {
        let rules = rules.into_iter();
        Self(rules.map(|(tag, rule)| (tag.to_owned(), rule)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_above_a_tag_wins() {
        let rules: MaskRules = [
            ("pii", MaskRule::Sha256),
            ("pii.name", MaskRule::AlwaysNull),
            ("pii.name.first", MaskRule::FirstFour),
        ]
        .into_iter()
        .collect();
        let rule = |tag: &str| rules.rule(&Tag::new(tag));
        assert_eq!(rule("pii.ssn"), MaskRule::Sha256);
        assert_eq!(rule("pii.name"), MaskRule::AlwaysNull);
        assert_eq!(rule("pii.name.last"), MaskRule::AlwaysNull);
        assert_eq!(rule("pii.name.first"), MaskRule::FirstFour);
        assert_eq!(rule("pii.names"), MaskRule::Sha256);
        assert_eq!(rule("piiname"), MaskRule::Default);
        assert_eq!(rule("secret"), MaskRule::Default);
    }

    #[test]
    fn rules_are_written_as_bigquery_names_them() {
        let rules: MaskRules =
            serde_json::from_str(r#"{"pii.ssn":"LAST_FOUR_CHARACTERS"}"#).expect("rules");
        assert_eq!(rules.rule(&Tag::new("pii.ssn")), MaskRule::LastFour);
        assert!(rules.uses(MaskRule::LastFour) && !rules.uses(MaskRule::Sha256));
        assert!(serde_json::from_str::<MaskRules>(r#"{"pii":"HASH"}"#).is_err());
        let name = serde_json::to_string(&MaskRule::EmailMask).expect("a name");
        assert_eq!(name, format!("\"{}\"", MaskRule::EmailMask.as_str()));
    }
}
