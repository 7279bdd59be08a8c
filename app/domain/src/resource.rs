//! Tables by their full name, and patterns that grants cover.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// What a grant allows to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Privilege {
    /// Read rows.
    Read,
    /// Change rows or tables.
    Write,
}

impl Privilege {
    /// As it is written in forms, JSON and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// Reads what [`Self::as_str`] writes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Read, Self::Write]
            .into_iter()
            .find(|privilege| privilege.as_str() == name)
    }
}

/// A table's full name: `project.dataset.table`, case-sensitive as BigQuery's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TableName(String);

impl TableName {
    /// Takes a full name as the analysis or BigQuery gives it.
    #[must_use]
    pub fn new(full_name: impl Into<String>) -> Self {
        Self(full_name.into())
    }

    /// The full name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which tables a grant covers: `project.dataset.table`, where the table, or the
/// dataset and the table, may be `*`, and a table may end in `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourcePattern {
    text: String,
}

/// Why a text is not a resource pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a resource is written `project.dataset.table`; the table may be or end in `*`")]
pub struct ParsePatternError;

impl ResourcePattern {
    /// Whether the grant covers this table. A wildcard table (`events_*`) is covered
    /// only by a pattern at least as wide.
    #[must_use]
    pub fn covers(&self, table: &TableName) -> bool {
        self.covers_text(table.as_str())
    }

    /// Whether every table that `other` covers is covered by this pattern too.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.covers_text(&other.text)
    }

    /// What both patterns cover. Patterns are prefixes or whole names, so of two that share
    /// a table one contains the other.
    #[must_use]
    pub fn intersection<'a>(&'a self, other: &'a Self) -> Option<&'a Self> {
        if self.contains(other) {
            Some(other)
        } else {
            other.contains(self).then_some(self)
        }
    }

    /// Whether this pattern covers the table, or some member of a wildcard table.
    #[must_use]
    pub fn overlaps(&self, table: &TableName) -> bool {
        let members = table.as_str().strip_suffix('*');
        self.covers(table) || members.is_some_and(|prefix| self.text.starts_with(prefix))
    }

    fn covers_text(&self, name: &str) -> bool {
        let open = self.text.strip_suffix("*.*");
        match open.or_else(|| self.text.strip_suffix('*')) {
            Some(prefix) => name.starts_with(prefix),
            None => self.text == name,
        }
    }
}

impl fmt::Display for ResourcePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for ResourcePattern {
    type Err = ParsePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let parts: Vec<&str> = text.split('.').collect();
        let [project, dataset, table] = parts.as_slice() else {
            return Err(ParsePatternError);
        };
        let name = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        };
        let starred = |part: &str| part == "*" || name(part.strip_suffix('*').unwrap_or(part));
        let whole_project = *dataset == "*" && *table == "*";
        if name(project) && (whole_project || (name(dataset) && starred(table))) {
            Ok(Self {
                text: text.to_owned(),
            })
        } else {
            Err(ParsePatternError)
        }
    }
}

impl Serialize for ResourcePattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResourcePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> ResourcePattern {
        text.parse().expect("a pattern")
    }

    #[test]
    fn covers_what_it_says_and_nothing_else() {
        let orders = TableName::new("demo.shop.orders");
        assert!(pattern("demo.shop.orders").covers(&orders));
        assert!(pattern("demo.shop.*").covers(&orders));
        assert!(pattern("demo.shop.ord*").covers(&orders));
        assert!(!pattern("demo.shop.order").covers(&orders));
        assert!(!pattern("demo.other.*").covers(&orders));
        assert!(!pattern("demo.shop.orders").covers(&TableName::new("demo.shop.orders_*")));
    }

    #[test]
    fn a_narrower_pattern_is_contained() {
        assert!(pattern("demo.shop.*").contains(&pattern("demo.shop.ord*")));
        assert!(pattern("demo.*.*").contains(&pattern("demo.shop.*")));
        assert_eq!(pattern("demo.*.*").to_string(), "demo.*.*");
        assert!(!pattern("demo.shop.orders").contains(&pattern("demo.shop.*")));
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "shop.orders",
            "*.*.*",
            "demo.*.orders",
            "demo.sh op.x",
            "demo.shop.*x",
        ] {
            assert!(text.parse::<ResourcePattern>().is_err(), "{text}");
        }
    }
}
