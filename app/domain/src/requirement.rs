//! Whose approvals a decision asks for, and whether they have been given.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What one approval policy asks for: so many distinct people of its groups.
///
/// An intent's requirements must all be met. One person's approval counts for every
/// requirement whose groups they are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The id of the policy that asks.
    pub policy: String,
    /// Groups of the identity provider; an approver is in at least one of them.
    pub approvers: Vec<String>,
    /// How many distinct people have to approve, at least one.
    pub count: u8,
}

/// `2 of data-stewards, privacy-office`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.count, self.approvers.join(", "))
    }
}

impl Requirement {
    /// Whether somebody in these groups is asked.
    pub fn asks<'a>(&self, groups: impl IntoIterator<Item = &'a String>) -> bool {
        groups
            .into_iter()
            .any(|group| self.approvers.contains(group))
    }

    /// Whether the people who approved are enough. Each item is one person: the groups that
    /// this person is in.
    #[must_use]
    pub fn is_met_by(&self, approvals: &[&[String]]) -> bool {
        let counting = approvals.iter().filter(|groups| self.asks(groups.iter()));
        counting.count() >= usize::from(self.count.max(1))
    }

    /// The requirements that these approvals do not meet yet.
    #[must_use]
    pub fn unmet<'a>(requirements: &'a [Self], approvals: &[&[String]]) -> Vec<&'a Self> {
        let is_unmet = |requirement: &&Self| !requirement.is_met_by(approvals);
        requirements.iter().filter(is_unmet).collect()
    }

    /// The fewest people who can meet all of them: the highest count.
    #[must_use]
    pub fn people_needed(requirements: &[Self]) -> u8 {
        let counts = requirements.iter().map(|requirement| requirement.count);
        counts.max().unwrap_or(1).max(1)
    }

    /// Every group that any of them asks, in order and once.
    #[must_use]
    pub fn groups(requirements: &[Self]) -> Vec<String> {
        let mut groups: Vec<_> = requirements
            .iter()
            .flat_map(|requirement| requirement.approvers.iter().cloned())
            .collect();
        groups.sort();
        groups.dedup();
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(approvers: &[&str], count: u8) -> Requirement {
        Requirement {
            policy: "p".to_owned(),
            approvers: groups(approvers),
            count,
        }
    }

    fn groups(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_requirement_counts_people_of_its_own_groups() {
        let all = [requirement(&["a"], 2), requirement(&["b", "c"], 1)];
        let (a, b, both) = (groups(&["a"]), groups(&["b"]), groups(&["a", "c"]));
        for (approvals, unmet) in [
            (vec![], 2),
            (vec![&*a], 2),
            (vec![&*a, &*a], 1),
            (vec![&*a, &*a, &*a], 1),
            (vec![&*b, &*b], 1),
            (vec![&*a, &*b], 1),
            (vec![&*both], 1),
            (vec![&*a, &*both], 0),
            (vec![&*a, &*a, &*b], 0),
        ] {
            let left = Requirement::unmet(&all, &approvals).len();
            assert_eq!(left, unmet, "{approvals:?}");
        }
    }

    #[test]
    fn a_count_of_zero_still_asks_somebody() {
        assert!(!requirement(&["a"], 0).is_met_by(&[]));
        assert_eq!(Requirement::people_needed(&[requirement(&["a"], 0)]), 1);
        assert_eq!(Requirement::people_needed(&[]), 1);
    }
}
