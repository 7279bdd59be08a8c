//! Why a person may not decide on an approval.

use domain::{IntentState, PersonId, Requirement, Role, Timestamp};
use store::{AgentRecord, ApprovalRecord, VoteRecord, approvals_among};

use super::super::{IntentView, delegation::is_vote_of, intents::is_asker};
use crate::context::Person;

/// Why a person may not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// They lack the role.
    NotApprover,
    /// They are in none of the groups whose vote is still needed.
    NotInGroup,
    /// They opened the run, or own the agent.
    Asker,
    /// They wrote or published the policy that is in force since the request came.
    PolicyEditor,
    /// They have voted.
    HasVoted,
    /// A colleague has voted in their place.
    Represented,
    /// Its time is over.
    Expired,
    /// It was decided.
    Closed,
    /// They have to prove anew, and strongly, who they are.
    StepUp,
}

impl Hindrance {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotApprover => "not_an_approver",
            Self::NotInGroup => "not_in_approver_group",
            Self::Asker => "own_request",
            Self::PolicyEditor => "policy_editor",
            Self::HasVoted => "already_voted",
            Self::Represented => "represented",
            Self::Expired => "approval_expired",
            Self::Closed => "approval_closed",
            Self::StepUp => "step_up_needed",
        }
    }

    /// The sentence for a person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotApprover => "Only approvers decide.",
            Self::NotInGroup => "The policy asks another group to decide this.",
            Self::Asker => {
                "You opened this run or own its agent: nobody approves their own request."
            }
            Self::PolicyEditor => {
                "You wrote or published a policy after this was asked: others decide on it."
            }
            Self::HasVoted => "You have voted on this already.",
            Self::Represented => "A colleague has voted on this in your place already.",
            Self::Expired => "Its time is over. The agent can ask again.",
            Self::Closed => "It has been decided already.",
            Self::StepUp => {
                "This decision needs a fresh proof of who you are: confirm that it is you, and \
                 decide then."
            }
        }
    }

    /// Whether the person can do something about it, right now.
    #[must_use]
    pub fn can_be_overcome(self) -> bool {
        self == Self::StepUp
    }
}

/// Why this person may not decide, apart from proving anew who they are.
pub(super) fn hindrance(
    person: &Person,
    approval: &ApprovalRecord,
    intent: &IntentView,
    (agent, policy_editors): (&AgentRecord, &[PersonId]),
    now: Timestamp,
) -> Option<Hindrance> {
    let has_voted = intent.votes.iter().any(|vote| vote.person == person.id);
    if intent.intent.state != IntentState::PendingApproval {
        Some(Hindrance::Closed)
    } else if now >= approval.expires_at {
        Some(Hindrance::Expired)
    } else if is_asker(person.id, &intent.run, agent.owner) {
        Some(Hindrance::Asker)
    } else if policy_editors.contains(&person.id) {
        Some(Hindrance::PolicyEditor)
    } else if !person.roles.contains(&Role::Approver) {
        Some(Hindrance::NotApprover)
    } else if has_voted {
        Some(Hindrance::HasVoted)
    } else if intent.votes.iter().any(|vote| is_vote_of(vote, person.id)) {
        Some(Hindrance::Represented)
    } else if !is_asked(approval, &intent.votes, &person.groups) {
        Some(Hindrance::NotInGroup)
    } else {
        None
    }
}

/// Whether the vote of somebody in these groups is still needed.
pub(in super::super) fn is_asked<'a>(
    approval: &ApprovalRecord,
    votes: &[VoteRecord],
    groups: impl IntoIterator<Item = &'a String> + Copy,
) -> bool {
    let unmet = Requirement::unmet(&approval.requirements, &approvals_among(votes));
    unmet.iter().any(|requirement| requirement.asks(groups))
}
