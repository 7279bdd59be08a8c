//! Columns by their full name.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{ColumnPath, TableName};

/// A column or a nested field by its full name: `project.dataset.table.column.field`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnName {
    table: TableName,
    path: ColumnPath,
}

/// Why a text is not a [`ColumnName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a column with its table, as `project.dataset.table.column`")]
pub struct ParseColumnNameError;

impl ColumnName {
    /// The table that it is a column of.
    #[must_use]
    pub const fn table(&self) -> &TableName {
        &self.table
    }

    /// The column within the table.
    #[must_use]
    pub const fn path(&self) -> &ColumnPath {
        &self.path
    }

    /// Where the table's name ends: behind the third dot, where dots within the project of a
    /// domain, `example.com:project`, do not count.
    fn end_of_table(text: &str) -> Option<usize> {
        let project = text.find(':').unwrap_or(0);
        let dots = text.match_indices('.').map(|(place, _)| place);
        dots.filter(|place| *place > project).nth(2)
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.path)
    }
}

impl FromStr for ColumnName {
    type Err = ParseColumnNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end = Self::end_of_table(text).ok_or(ParseColumnNameError)?;
        let (table, path) = text.split_at(end);
        let is_name = |part: &str| {
            let is_allowed = |c: char| c.is_alphanumeric() || "_-: ".contains(c);
            !part.is_empty() && part.chars().all(is_allowed)
        };
        let path = path.trim_start_matches('.').parse();
        match path {
            Ok(path) if table.split('.').all(is_name) => Ok(Self {
                table: TableName::new(table),
                path,
            }),
            _ => Err(ParseColumnNameError),
        }
    }
}

impl Serialize for ColumnName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ColumnName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_named_with_its_table() {
        let name: ColumnName = "demo.shop.customers.User.email".parse().expect("a column");
        assert_eq!(name.table().as_str(), "demo.shop.customers");
        assert_eq!(name.path().to_string(), "user.email");
        let of_domain: ColumnName = "example.com:demo.shop.t.c".parse().expect("a column");
        assert_eq!(of_domain.table().as_str(), "example.com:demo.shop.t");
        for text in [
            "",
            "c",
            "shop.t.c",
            "demo.shop.t.",
            "demo.shop.t.`c`",
            "demo..t.c",
        ] {
            assert!(text.parse::<ColumnName>().is_err(), "{text}");
        }
    }
}
