//! What somebody may do: privileges on resources, without some columns.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Privilege, ResourcePattern, TableName};

/// A column or a nested field, `user.email`; names compare without case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnPath(String);

impl ColumnPath {
    /// Whether the two share values: they are the same, or one lies within the other.
    #[must_use]
    pub fn overlaps(&self, path: &str) -> bool {
        let mut own = self.0.split('.');
        let mut other = path.split('.');
        loop {
            match (own.next(), other.next()) {
                (Some(one), Some(two)) if one.eq_ignore_ascii_case(two) => {}
                (Some(_), Some(_)) => return false,
                _ => return true,
            }
        }
    }
}

impl ColumnPath {
    /// Whether a path is this column's, or lies within it.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        let parts = |path: &str| path.split('.').count();
        self.overlaps(path) && parts(path) >= parts(&self.0)
    }
}

impl fmt::Display for ColumnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ColumnPath {
    type Err = ParsePowerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_name =
            |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        if text.split('.').all(is_name) {
            Ok(Self(text.to_lowercase()))
        } else {
            Err(ParsePowerError)
        }
    }
}

impl Serialize for ColumnPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ColumnPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// One privilege on one resource, written `read demo.shop.* except ssn, user.email`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Power {
    /// To do what.
    pub privilege: Privilege,
    /// On which tables.
    pub resource: ResourcePattern,
    /// Without these columns, in every table that the resource covers.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub except: BTreeSet<ColumnPath>,
}

/// Why a text is not a [`Power`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write `read` or `write`, then `project.dataset.table`, where the table may be or end in \
     `*`, and after `except` columns to leave out: `read demo.shop.* except ssn, email`"
)]
pub struct ParsePowerError;

impl Power {
    /// What both allow.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let resource = self.resource.intersection(&other.resource)?;
        (self.privilege == other.privilege).then(|| Self {
            privilege: self.privilege,
            resource: resource.clone(),
            except: &self.except | &other.except,
        })
    }

    /// Whether `other` beside this one changes nothing: exclusions count wherever they stand.
    fn implies(&self, other: &Self) -> bool {
        self.privilege == other.privilege
            && self.resource.contains(&other.resource)
            && other.except.is_subset(&self.except)
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.privilege.as_str(), self.resource)?;
        for (number, column) in self.except.iter().enumerate() {
            f.write_str(if number == 0 { " except " } else { ", " })?;
            write!(f, "{column}")?;
        }
        Ok(())
    }
}

impl FromStr for Power {
    type Err = ParsePowerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split([' ', '\t', ',']).filter(|word| !word.is_empty());
        let privilege = words.next().and_then(Privilege::from_name);
        let resource = words.next().and_then(|word| word.parse().ok());
        let except = match words.next() {
            None => BTreeSet::new(),
            Some("except") => words.map(str::parse).collect::<Result<_, _>>()?,
            Some(_) => return Err(ParsePowerError),
        };
        if text.contains(" except") && except.is_empty() {
            return Err(ParsePowerError);
        }
        Ok(Self {
            privilege: privilege.ok_or(ParsePowerError)?,
            resource: resource.ok_or(ParsePowerError)?,
            except,
        })
    }
}

/// Everything that a run, an agent or a person may do.
///
/// An exclusion always wins: a column that any power over a table leaves out is out, also
/// when another power over the same table does not name it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(Vec<Power>);

impl Scope {
    /// The powers, in the order in which they were given.
    #[must_use]
    pub fn powers(&self) -> &[Power] {
        &self.0
    }

    /// Whether it allows nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What both allow.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let pairs = self
            .0
            .iter()
            .flat_map(|own| other.0.iter().filter_map(|power| own.intersection(power)));
        let mut shared: Vec<Power> = Vec::new();
        for power in pairs {
            if !shared.iter().any(|kept| kept.implies(&power)) {
                shared.retain(|kept| !power.implies(kept));
                shared.push(power);
            }
        }
        Self(shared)
    }

    /// Whether it allows to do this with the table as a whole. A wildcard table (`events_*`)
    /// is all its members, those to come included.
    #[must_use]
    pub fn covers(&self, privilege: Privilege, table: &TableName) -> bool {
        let mut powers = self.0.iter();
        powers.any(|power| power.privilege == privilege && power.resource.covers(table))
    }

    /// The columns that are left out of a table, or of a member of a wildcard table.
    pub fn exclusions<'a>(&'a self, table: &'a TableName) -> impl Iterator<Item = &'a ColumnPath> {
        let powers = self.0.iter();
        powers
            .filter(|power| power.resource.overlaps(table))
            .flat_map(|power| &power.except)
    }
}

impl FromIterator<Power> for Scope {
    fn from_iter<I: IntoIterator<Item = Power>>(powers: I) -> Self {
        Self(powers.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(lines: &[&str]) -> Scope {
        let powers = lines.iter().map(|line| line.parse().expect("a power"));
        powers.collect()
    }

    fn lines(scope: &Scope) -> Vec<String> {
        scope.powers().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_power_is_read_as_it_is_written() {
        let power: Power = "read  demo.shop.* except SSN,user.Email"
            .parse()
            .expect("a power");
        assert_eq!(power.to_string(), "read demo.shop.* except ssn, user.email");
        assert_eq!(power.to_string().parse(), Ok(power));
        for text in [
            "demo.shop.*",
            "own demo.shop.*",
            "read demo.shop.* except",
            "read demo.shop.* but ssn",
            "read demo.shop.* except a-b",
            "read demo.shop.* except a..b",
        ] {
            assert!(text.parse::<Power>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_column_overlaps_what_holds_it_and_what_it_holds() {
        let path: ColumnPath = "user.email".parse().expect("a path");
        for (other, overlaps) in [
            ("user.email", true),
            ("User.EMAIL", true),
            ("user", true),
            ("user.email.domain", true),
            ("user.name", false),
            ("users", false),
            ("email", false),
        ] {
            assert_eq!(path.overlaps(other), overlaps, "{other}");
        }
    }

    #[test]
    fn an_intersection_is_what_both_allow() {
        let asked = scope(&["read demo.shop.*", "write demo.shop.orders"]);
        let granted = scope(&["read demo.shop.ord*", "read demo.shop.customers except ssn"]);
        let shared = asked.intersection(&granted);
        let expected = ["read demo.shop.ord*", "read demo.shop.customers except ssn"];
        assert_eq!(lines(&shared), expected);
        assert!(
            scope(&["read other.shop.*"])
                .intersection(&granted)
                .is_empty()
        );
        assert!(granted.intersection(&Scope::default()).is_empty());
    }

    #[test]
    fn an_intersection_keeps_every_exclusion() {
        let granted = scope(&["read demo.shop.*", "read demo.shop.customers except ssn"]);
        let shared = granted.intersection(&granted);
        assert_eq!(shared, granted);
        let narrower = scope(&["read demo.shop.customers except email"]);
        let customers = TableName::new("demo.shop.customers");
        let shared = narrower.intersection(&granted);
        let out: BTreeSet<_> = shared
            .exclusions(&customers)
            .map(ToString::to_string)
            .collect();
        assert_eq!(out, ["email".to_owned(), "ssn".to_owned()].into());
    }

    #[test]
    fn an_exclusion_wins_and_counts_for_members_of_a_wildcard() {
        let scope = scope(&["read demo.web.*", "read demo.web.events_2025 except ip"]);
        let out = |table: &str| scope.exclusions(&TableName::new(table)).count();
        assert_eq!(out("demo.web.events_2025"), 1);
        assert_eq!(out("demo.web.events_*"), 1);
        assert_eq!(out("demo.web.events_2026"), 0);
        assert!(scope.covers(Privilege::Read, &TableName::new("demo.web.events_*")));
        assert!(!scope.covers(Privilege::Write, &TableName::new("demo.web.events_*")));
    }

    #[test]
    fn is_kept_as_a_list() {
        let kept = r#"[{"privilege":"read","resource":"demo.shop.*"}]"#;
        let read: Scope = serde_json::from_str(kept).expect("a scope");
        assert_eq!(read, scope(&["read demo.shop.*"]));
        assert_eq!(serde_json::to_string(&read).expect("JSON"), kept);
    }
}
