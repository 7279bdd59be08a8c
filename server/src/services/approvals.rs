//! Approvals: who may decide, what a vote does, when an approval ends by itself.

use domain::{
    ApprovalId, Ballot, EventName, IntentId, IntentState, Requirement, RiskLevel, Role, Timestamp,
    VoteId,
};
use store::{
    AgentRecord, ApprovalRecord, NewVote, Notification, NotificationKind, PersonRecord, RunRecord,
    StoreError, VoteRecord, approvals_among,
};

use super::{
    CastVote, IntentView, Notice, Problem, ServiceError, Services, Wish, fresh_uuid,
    intents::is_asker,
};
use crate::context::{Context, Person};

/// Why a person may not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// They lack the role.
    NotApprover,
    /// They are in none of the groups whose vote is still needed.
    NotInGroup,
    /// They opened the run, or own the agent.
    Asker,
    /// They have voted.
    HasVoted,
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
            Self::HasVoted => "already_voted",
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
            Self::HasVoted => "You have voted on this already.",
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

/// An approval with everything that its page shows.
#[derive(Debug, Clone)]
pub struct ApprovalView {
    /// The approval.
    pub approval: ApprovalRecord,
    /// The intent.
    pub intent: IntentView,
    /// The agent that asks.
    pub agent: AgentRecord,
    /// In whose name.
    pub initiator: PersonRecord,
    /// The votes with who cast them.
    pub votes: Vec<(VoteRecord, PersonRecord)>,
    /// Who else may decide.
    pub others: Vec<PersonRecord>,
    /// Why the person who looks may not decide.
    pub hindrance: Option<Hindrance>,
}

impl ApprovalView {
    /// How risky the intent is; what nobody understood counts as the gravest.
    #[must_use]
    pub fn risk(&self) -> RiskLevel {
        self.intent.risk().unwrap_or(RiskLevel::Critical)
    }
}

/// How many rows the inbox shows of each kind.
const INBOX_ROWS: u32 = 200;

impl Services {
    /// What waits, and what was decided lately, as far as the person may see it.
    pub async fn inbox(
        &self,
        context: &Context,
    ) -> Result<(Vec<ApprovalView>, Vec<ApprovalView>), ServiceError> {
        context.authorise(&Role::ALL)?;
        let open = self.parts.store.open_approvals(INBOX_ROWS).await?;
        let closed = self.parts.store.closed_approvals(20).await?;
        Ok((
            self.visible(context, open).await?,
            self.visible(context, closed).await?,
        ))
    }

    async fn visible(
        &self,
        context: &Context,
        approvals: Vec<ApprovalRecord>,
    ) -> Result<Vec<ApprovalView>, ServiceError> {
        let mut views = Vec::new();
        for approval in approvals {
            match self.view_approval(context, approval).await {
                Ok(view) => views.push(view),
                Err(ServiceError::NotFound { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(views)
    }

    /// How many approvals wait for this person.
    pub async fn pending_for(&self, context: &Context) -> Result<usize, ServiceError> {
        let (open, _) = self.inbox(context).await?;
        let may_decide =
            |view: &&ApprovalView| view.hindrance.is_none_or(Hindrance::can_be_overcome);
        Ok(open.iter().filter(may_decide).count())
    }

    /// One approval; to people who may not see its run, it does not exist.
    pub async fn approval(
        &self,
        context: &Context,
        id: ApprovalId,
    ) -> Result<ApprovalView, ServiceError> {
        let found = self.parts.store.approval(id).await?;
        let approval = found.ok_or(ServiceError::NotFound { what: "approval" })?;
        self.view_approval(context, approval).await
    }

    async fn view_approval(
        &self,
        context: &Context,
        approval: ApprovalRecord,
    ) -> Result<ApprovalView, ServiceError> {
        let person = context.person()?;
        let intent = self.intent(context, approval.intent).await?;
        let agent = self.existing_agent(intent.run.agent).await?;
        let mut votes = Vec::new();
        for vote in &intent.votes {
            votes.push((vote.clone(), self.existing_person(vote.person).await?));
        }
        let others = self
            .eligible(&approval, &intent.votes, &intent.run, &agent)
            .await?;
        let hindrance = hindrance(person, &approval, &intent, &agent, context.now)
            .or_else(|| self.needs_step_up(person, &intent, context.now));
        Ok(ApprovalView {
            initiator: self.existing_person(intent.run.initiator).await?,
            others: others
                .into_iter()
                .filter(|other| other.id != person.id)
                .collect(),
            hindrance,
            votes,
            agent,
            intent,
            approval,
        })
    }

    /// Where the policy asks for it, and where the risk is high; what nobody understood counts
    /// as the gravest.
    fn needs_step_up(
        &self,
        person: &Person,
        intent: &IntentView,
        now: Timestamp,
    ) -> Option<Hindrance> {
        let risk = intent.risk().unwrap_or(RiskLevel::Critical);
        let step_up = &self.parts.step_up;
        let is_asked = intent.decision.as_ref().is_some_and(|said| said.step_up);
        let may_decide = if is_asked {
            step_up.is_proved(person, now)
        } else {
            step_up.allows(person, risk, now)
        };
        (!may_decide).then_some(Hindrance::StepUp)
    }

    /// Everybody who could decide, as far as they have ever signed in.
    pub(super) async fn eligible(
        &self,
        approval: &ApprovalRecord,
        votes: &[VoteRecord],
        run: &RunRecord,
        agent: &AgentRecord,
    ) -> Result<Vec<PersonRecord>, ServiceError> {
        let mut people = self.parts.store.people().await?;
        people.retain(|person| {
            person.is_in_good_standing()
                && person.roles.contains(&Role::Approver)
                && is_asked(approval, votes, &person.groups)
                && !is_asker(person.id, run, agent.owner)
        });
        Ok(people)
    }

    /// Casts the person's vote; the last needed vote decides.
    pub async fn vote(
        &self,
        context: &Context,
        id: ApprovalId,
        cast: CastVote<'_>,
    ) -> Result<IntentState, ServiceError> {
        self.vote_and_wish(context, id, cast, None).await
    }

    /// The same, with what the voter wants beyond this one query.
    pub(super) async fn vote_and_wish(
        &self,
        context: &Context,
        id: ApprovalId,
        cast: CastVote<'_>,
        wish: Option<&Wish>,
    ) -> Result<IntentState, ServiceError> {
        let person = context.person()?;
        let view = self.approval(context, id).await?;
        if let Some(hindrance) = view.hindrance {
            self.record_refused_vote(context, &view, hindrance.code())
                .await?;
            return Err(ServiceError::conflict(
                hindrance.code(),
                hindrance.sentence(),
            ));
        }
        cast.require_confirmation(view.risk(), &view.agent.name)?;
        // A run that can no longer act must not be approved for.
        if cast.ballot == Ballot::Approve
            && let Err(error) = self.check_run(&view.intent.run, context.now).await
        {
            self.record_refused_vote(context, &view, error.code())
                .await?;
            return Err(error);
        }
        let vote = NewVote {
            id: VoteId::new(fresh_uuid()),
            approval: id,
            run: view.intent.run.id,
            person: person.id,
            ballot: cast.ballot,
            comment: cast.comment.to_owned(),
        };
        let state = self.cast(context, &view, (&vote, wish)).await?;
        self.announce(Notice::Intent(view.intent.intent.id));
        self.announce(Notice::Inbox);
        Ok(state)
    }

    async fn cast(
        &self,
        context: &Context,
        view: &ApprovalView,
        (vote, wish): (&NewVote, Option<&Wish>),
    ) -> Result<IntentState, ServiceError> {
        let intent = (view.intent.intent.id, view.intent.run.id);
        let pending = IntentState::PendingApproval;
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        let votes = tx.insert_vote(vote, &view.approval.intent_digest).await;
        let votes = votes.map_err(|error| match error {
            StoreError::AlreadyExists => {
                ServiceError::conflict(Hindrance::HasVoted.code(), Hindrance::HasVoted.sentence())
            }
            other => other.into(),
        })?;
        let state = outcome(&votes, &view.approval.requirements);
        if state == pending {
            tx.require_state(intent.0, pending).await?;
        } else {
            // Compare-and-swap: of two deciding votes at once, one finds it moved.
            tx.move_intent(intent, pending, state, None).await?;
            tx.close_approval(intent.0).await?;
            tx.notify(&Notification::new(NotificationKind::ApprovalDecided).about(intent.0))
                .await?;
        }
        self.settle_wish(&mut tx, view, (vote, wish), (&votes, state))
            .await?;
        tx.commit().await?;
        Ok(state)
    }

    async fn record_refused_vote(
        &self,
        context: &Context,
        view: &ApprovalView,
        code: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        let payload = serde_json::json!({ "code": code });
        let subject = view.approval.id.to_string();
        tx.record(
            EventName::VoteRefused,
            &subject,
            Some(view.intent.run.id),
            &payload,
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// Ends every approval whose time is over. Votes check the time themselves; this is for
    /// those who wait.
    pub async fn expire_approvals(&self, context: &Context) -> Result<(), ServiceError> {
        let open = self.parts.store.open_approvals(INBOX_ROWS).await?;
        for approval in open.iter().filter(|open| open.expires_at <= context.now) {
            match self.expire(context, approval.intent).await {
                // Decided at this very moment: that counts.
                Ok(()) | Err(ServiceError::Conflict { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn expire(&self, context: &Context, id: IntentId) -> Result<(), ServiceError> {
        let intent = self.existing_intent(id).await?;
        let detail = "nobody decided in time; submit it again";
        let problem = serde_json::to_string(&Problem::new("approval_expired", detail))?;
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        tx.move_intent(
            (id, intent.run),
            IntentState::PendingApproval,
            IntentState::Expired,
            Some(&problem),
        )
        .await?;
        tx.close_approval(id).await?;
        tx.notify(&Notification::new(NotificationKind::ApprovalDecided).about(id))
            .await?;
        tx.commit().await?;
        self.announce(Notice::Intent(id));
        self.announce(Notice::Inbox);
        Ok(())
    }
}

/// One denial denies; approvals that meet every requirement approve.
pub(super) fn outcome(votes: &[VoteRecord], requirements: &[Requirement]) -> IntentState {
    if votes.iter().any(|vote| vote.ballot == Ballot::Deny) {
        IntentState::Denied
    } else if is_met(requirements, &approvals_among(votes)) {
        IntentState::Approved
    } else {
        IntentState::PendingApproval
    }
}

/// Without a requirement nobody could have approved.
fn is_met(requirements: &[Requirement], approvals: &[&[String]]) -> bool {
    !requirements.is_empty() && Requirement::unmet(requirements, approvals).is_empty()
}

/// Whether the vote of somebody in these groups is still needed.
fn is_asked<'a>(
    approval: &ApprovalRecord,
    votes: &[VoteRecord],
    groups: impl IntoIterator<Item = &'a String> + Copy,
) -> bool {
    let unmet = Requirement::unmet(&approval.requirements, &approvals_among(votes));
    unmet.iter().any(|requirement| requirement.asks(groups))
}

fn hindrance(
    person: &Person,
    approval: &ApprovalRecord,
    intent: &IntentView,
    agent: &AgentRecord,
    now: Timestamp,
) -> Option<Hindrance> {
    let has_voted = intent.votes.iter().any(|vote| vote.person == person.id);
    if intent.intent.state != IntentState::PendingApproval {
        Some(Hindrance::Closed)
    } else if now >= approval.expires_at {
        Some(Hindrance::Expired)
    } else if is_asker(person.id, &intent.run, agent.owner) {
        Some(Hindrance::Asker)
    } else if !person.roles.contains(&Role::Approver) {
        Some(Hindrance::NotApprover)
    } else if has_voted {
        Some(Hindrance::HasVoted)
    } else if !is_asked(approval, &intent.votes, &person.groups) {
        Some(Hindrance::NotInGroup)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn votes(ballots: &[(Ballot, &str)]) -> Vec<VoteRecord> {
        let vote = |(number, (ballot, group)): (usize, &(Ballot, &str))| VoteRecord {
            id: VoteId::new(uuid::Uuid::from_u128(number as u128)),
            person: domain::PersonId::new(uuid::Uuid::from_u128(number as u128)),
            ballot: *ballot,
            comment: String::new(),
            cast_at: Timestamp::from_micros(0),
            groups: vec![(*group).to_owned()],
            has_access: true,
            conditions: domain::Conditions::default(),
        };
        ballots.iter().enumerate().map(vote).collect()
    }

    fn requirement(group: &str, count: u8) -> Requirement {
        Requirement {
            policy: format!("{group}-agree"),
            approvers: vec![group.to_owned()],
            count,
        }
    }

    #[test]
    fn one_denial_denies_and_enough_approvals_of_each_group_approve() {
        use Ballot::{Approve, Deny};
        use IntentState::{Approved, Denied, PendingApproval};
        let (two, one) = (requirement("a", 2), requirement("b", 1));
        let (a, b) = ((Approve, "a"), (Approve, "b"));
        for (given, requirements, expected) in [
            (vec![a], vec![two.clone()], PendingApproval),
            (vec![a, a], vec![two.clone()], Approved),
            (vec![a, (Deny, "a")], vec![two.clone()], Denied),
            (vec![a, a], vec![two.clone(), one.clone()], PendingApproval),
            (vec![a, b], vec![two.clone(), one.clone()], PendingApproval),
            (vec![a, b, a], vec![two, one], Approved),
            (vec![a, a], vec![], PendingApproval),
        ] {
            assert_eq!(
                outcome(&votes(&given), &requirements),
                expected,
                "{given:?}"
            );
        }
    }

    #[test]
    fn an_approval_without_access_does_not_count() {
        let mut given = votes(&[(Ballot::Approve, "a")]);
        let asked = [requirement("a", 1)];
        assert_eq!(outcome(&given, &asked), IntentState::Approved);
        given[0].has_access = false;
        assert_eq!(outcome(&given, &asked), IntentState::PendingApproval);
    }
}
