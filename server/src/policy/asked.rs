//! What several approval policies ask for together: the strictest of each.

use domain::Requirement;

use super::{Escalation, annotation::Approval};

/// What all matching approval policies ask for together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// All of them have to be met.
    pub(super) requirements: Vec<Requirement>,
    /// The shortest time.
    pub(super) expires_after_seconds: i64,
    /// Whether any of them asks for it.
    pub(super) step_up: bool,
    /// The earliest.
    pub(super) escalation: Option<Escalation>,
}

impl Asked {
    /// Adds up what policies ask for, each with its id; nothing when there is none.
    pub(super) fn sum<'a>(policies: impl Iterator<Item = (&'a str, &'a Approval)>) -> Option<Self> {
        let one = |(policy, approval): (&str, &Approval)| Self {
            requirements: vec![Requirement {
                policy: policy.to_owned(),
                approvers: approval.approvers.clone(),
                count: approval.count,
            }],
            expires_after_seconds: approval.expires_after_seconds,
            step_up: approval.step_up,
            escalation: approval.escalation.clone(),
        };
        policies.map(one).reduce(Self::and)
    }

    /// Raw values take two people who have just proved who they are, whatever policies ask.
    pub(super) fn for_raw_values(mut self) -> Self {
        for requirement in &mut self.requirements {
            requirement.count = requirement.count.max(2);
        }
        self.step_up = true;
        self
    }

    fn and(self, other: Self) -> Self {
        let requirements = other.requirements.into_iter();
        Self {
            requirements: requirements.fold(self.requirements, add),
            expires_after_seconds: self.expires_after_seconds.min(other.expires_after_seconds),
            step_up: self.step_up || other.step_up,
            escalation: [self.escalation, other.escalation]
                .into_iter()
                .flatten()
                .min_by_key(|escalation| escalation.after_seconds),
        }
    }
}

/// Of two that ask the same groups, the one that asks more people counts.
fn add(mut requirements: Vec<Requirement>, other: Requirement) -> Vec<Requirement> {
    let same = requirements
        .iter_mut()
        .find(|known| known.approvers == other.approvers);
    match same {
        Some(known) if known.count < other.count => *known = other,
        Some(_) => {}
        None => requirements.push(other),
    }
    requirements
}
