//! What a person types before they approve the gravest requests: no key and no click alone
//! approves those.

use domain::{Ballot, RiskLevel};

use super::ServiceError;

/// A vote as a person casts it.
#[derive(Debug, Clone, Copy)]
pub struct CastVote<'a> {
    /// For or against.
    pub ballot: Ballot,
    /// Why; may be empty.
    pub comment: &'a str,
    /// The agent's name, typed by whoever approves what is critical; else empty.
    pub confirmation: &'a str,
}

impl CastVote<'_> {
    /// Refuses an approval of something critical without the agent's name in the person's own
    /// typing. A denial stops something: it needs none.
    pub(super) fn require_confirmation(
        &self,
        risk: RiskLevel,
        agent: &str,
    ) -> Result<(), ServiceError> {
        let approves = self.ballot == Ballot::Approve;
        if risk < RiskLevel::Critical || !approves || self.confirmation.trim() == agent {
            return Ok(());
        }
        let detail = format!("this is critical: type the agent's name, {agent}, to approve it");
        Err(ServiceError::invalid("confirmation", detail))
    }
}

#[cfg(test)]
mod tests {
    use Ballot::{Approve, Deny};

    use super::*;

    #[test]
    fn only_the_agents_name_approves_what_is_critical() {
        let allows = |ballot, risk, confirmation| {
            let vote = CastVote {
                ballot,
                comment: "",
                confirmation,
            };
            vote.require_confirmation(risk, "churn-model").is_ok()
        };
        assert!(allows(Approve, RiskLevel::Critical, " churn-model "));
        assert!(!allows(Approve, RiskLevel::Critical, ""));
        assert!(!allows(Approve, RiskLevel::Critical, "churn"));
        assert!(!allows(Approve, RiskLevel::Critical, "Churn-model"));
        assert!(allows(Approve, RiskLevel::High, ""));
        assert!(allows(Deny, RiskLevel::Critical, ""));
    }
}
