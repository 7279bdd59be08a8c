//! Grave decisions need a person who proved, lately and strongly, who they are.

use domain::{RiskLevel, Timestamp};

use crate::{config::IdentityConfig, context::Person};

/// What a person has to have proved before they decide on something grave.
#[derive(Debug, Clone)]
pub struct StepUpRule {
    acr_values: Vec<String>,
    seconds: i64,
}

impl StepUpRule {
    /// As configured.
    #[must_use]
    pub fn new(config: &IdentityConfig) -> Self {
        Self {
            acr_values: config.step_up_acr_values.clone(),
            seconds: i64::from(config.step_up_minutes) * 60,
        }
    }

    /// Whether this person may decide on such a risk now.
    pub(super) fn allows(&self, person: &Person, risk: RiskLevel, now: Timestamp) -> bool {
        risk < RiskLevel::High || self.is_proved(person, now)
    }

    /// Whether this person proved, lately and strongly, who they are.
    pub(super) fn is_proved(&self, person: &Person, now: Timestamp) -> bool {
        self.is_strong(person) && self.is_recent(person, now)
    }

    /// A provider that says nothing of how is taken to mean the weakest.
    fn is_strong(&self, person: &Person) -> bool {
        let acr = person.acr.as_ref();
        acr.is_some_and(|acr| self.acr_values.contains(acr))
    }

    fn is_recent(&self, person: &Person, now: Timestamp) -> bool {
        now <= person.signed_in_at.plus_seconds(self.seconds)
    }
}
