//! What an approver adds to their yes. Conditions only ever narrow what runs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ColumnName;

/// What restricts an approved query beyond what was asked. None by default.
///
/// The fields are private, and [`Conditions::and`] is the only way from one set to another:
/// nothing widens what somebody has said yes to already, so that their yes still counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// At most so many rows leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row_cap: Option<u64>,
    /// Columns that are masked as though they were tagged.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    masks: BTreeSet<ColumnName>,
    /// Every column of the answer is an aggregate, or groups by what carries no tag.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    aggregate_only: bool,
}

impl Conditions {
    /// Lets at most so many rows leave.
    #[must_use]
    pub fn with_row_cap(mut self, rows: u64) -> Self {
        self.row_cap = Some(self.row_cap.map_or(rows, |cap| cap.min(rows)));
        self
    }

    /// Masks further columns.
    #[must_use]
    pub fn with_masks(mut self, columns: impl IntoIterator<Item = ColumnName>) -> Self {
        self.masks.extend(columns);
        self
    }

    /// Lets only aggregates leave.
    #[must_use]
    pub const fn with_aggregates_only(mut self) -> Self {
        self.aggregate_only = true;
        self
    }

    /// At most so many rows leave.
    #[must_use]
    pub const fn row_cap(&self) -> Option<u64> {
        self.row_cap
    }

    /// Columns that are masked as though they were tagged.
    #[must_use]
    pub const fn masks(&self) -> &BTreeSet<ColumnName> {
        &self.masks
    }

    /// Whether every column of the answer has to be an aggregate, or group by what carries no
    /// tag.
    #[must_use]
    pub const fn aggregate_only(&self) -> bool {
        self.aggregate_only
    }

    /// Whether nothing is restricted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both: the smaller cap, the masks of both, aggregates where either wants them.
    #[must_use]
    pub fn and(&self, other: &Self) -> Narrowing {
        let mut after = self.clone().with_masks(other.masks.iter().cloned());
        if let Some(rows) = other.row_cap {
            after = after.with_row_cap(rows);
        }
        if other.aggregate_only {
            after = after.with_aggregates_only();
        }
        Narrowing {
            before: self.clone(),
            after,
        }
    }
}

/// A step from some conditions to others that allow no more: [`Conditions::and`] alone makes
/// one. Votes cast before it still count behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowing {
    before: Conditions,
    after: Conditions,
}

impl Narrowing {
    /// What counted so far.
    #[must_use]
    pub const fn before(&self) -> &Conditions {
        &self.before
    }

    /// What counts from now on.
    #[must_use]
    pub const fn after(&self) -> &Conditions {
        &self.after
    }

    /// Whether it restricts anything that was not restricted before.
    #[must_use]
    pub fn changes_anything(&self) -> bool {
        self.before != self.after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some of everything, so that pairs of them meet every rule.
    fn all() -> Vec<Conditions> {
        let column =
            |name: &str| -> ColumnName { format!("p.d.t.{name}").parse().expect("a column") };
        let mut all = vec![Conditions::default()];
        for conditions in all.clone() {
            all.push(conditions.clone().with_row_cap(10));
            all.push(conditions.with_row_cap(1000));
        }
        for conditions in all.clone() {
            all.push(conditions.clone().with_masks([column("a")]));
            all.push(conditions.with_masks([column("a"), column("b")]));
        }
        for conditions in all.clone() {
            all.push(conditions.with_aggregates_only());
        }
        all
    }

    /// Whether whatever `narrow` lets out, `wide` lets out too.
    fn is_within(narrow: &Conditions, wide: &Conditions) -> bool {
        let rows = |conditions: &Conditions| conditions.row_cap().unwrap_or(u64::MAX);
        rows(narrow) <= rows(wide)
            && narrow.masks().is_superset(wide.masks())
            && narrow.aggregate_only() >= wide.aggregate_only()
    }

    #[test]
    fn conditions_of_several_voters_only_narrow_and_their_order_does_not_matter() {
        for (one, other) in all()
            .iter()
            .flat_map(|one| all().into_iter().map(move |o| (one.clone(), o)))
        {
            let both = one.and(&other);
            assert!(is_within(both.after(), &one) && is_within(both.after(), &other));
            assert_eq!(both.after(), other.and(&one).after());
            assert_eq!(both.changes_anything(), !is_within(&one, &other));
            assert!(!both.after().and(&other).changes_anything());
        }
    }

    #[test]
    fn they_are_read_back_as_written() {
        for conditions in all() {
            let json = serde_json::to_string(&conditions).expect("JSON");
            let read: Conditions = serde_json::from_str(&json).expect("conditions");
            assert_eq!(read, conditions);
        }
        assert!(Conditions::default().is_empty());
    }
}
