//! Votes: cast by those who may, each once; the last one that is needed decides.

use domain::{ApprovalId, Ballot, EventName, IntentState, Requirement, VoteId};
use store::{
    NewVote, Notification, NotificationKind, StoreError, Transaction, VoteRecord, approvals_among,
};

use super::{
    super::{
        CastVote, Notice, ServiceError, Services, Wish, conditions::NarrowedApproval, fresh_uuid,
    },
    ApprovalView, Hindrance,
};
use crate::context::Context;

/// What a vote brings besides itself.
#[derive(Clone, Copy)]
pub(in super::super) struct Besides<'a> {
    /// What the voter wants beyond this one query.
    pub wish: Option<&'a Wish>,
    /// The approval under the voter's conditions.
    pub narrowed: Option<&'a NarrowedApproval>,
}

impl Services {
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
    pub(in super::super) async fn vote_and_wish(
        &self,
        context: &Context,
        id: ApprovalId,
        cast: CastVote<'_>,
        wish: Option<&Wish>,
    ) -> Result<IntentState, ServiceError> {
        let view = self.votable(context, id, &cast).await?;
        let besides = Besides {
            wish,
            narrowed: None,
        };
        self.cast(context, &view, &cast, besides).await
    }

    /// The approval, if this person may cast this vote on it. A refusal goes on record.
    pub(in super::super) async fn votable(
        &self,
        context: &Context,
        id: ApprovalId,
        cast: &CastVote<'_>,
    ) -> Result<ApprovalView, ServiceError> {
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
        Ok(view)
    }

    /// Keeps a vote and what follows from it, in one change with the conditions that it adds.
    pub(in super::super) async fn cast(
        &self,
        context: &Context,
        view: &ApprovalView,
        cast: &CastVote<'_>,
        besides: Besides<'_>,
    ) -> Result<IntentState, ServiceError> {
        let Besides { narrowed, wish } = besides;
        let vote = NewVote {
            id: VoteId::new(fresh_uuid()),
            approval: view.approval.id,
            run: view.intent.run.id,
            person: context.person()?.id,
            on_behalf_of: view.on_behalf_of.as_ref().map(|absent| absent.id),
            ballot: cast.ballot,
            comment: cast.comment.to_owned(),
            conditions: narrowed.map(|n| n.own().clone()).unwrap_or_default(),
        };
        let mut tx = self.begin(context).await?;
        let mut digest = view.approval.intent_digest.clone();
        if let Some(narrowed) = narrowed {
            narrowed.keep(&mut tx, view).await?;
            digest = narrowed.digest().to_string();
        }
        let votes = tx.insert_vote(&vote, &digest).await;
        let votes = votes.map_err(|error| match error {
            StoreError::AlreadyExists => {
                ServiceError::conflict(Hindrance::HasVoted.code(), Hindrance::HasVoted.sentence())
            }
            StoreError::NotDelegated => {
                let detail = "they have taken it back: you no longer decide in their place";
                ServiceError::conflict("delegation_ended", detail)
            }
            other => other.into(),
        })?;
        let state = settle(&mut tx, view, &votes).await?;
        self.settle_wish(&mut tx, view, (&vote, wish), (&votes, state))
            .await?;
        tx.commit().await?;
        self.announce(Notice::Intent(view.intent.intent.id));
        self.announce(Notice::Inbox);
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
}

/// Moves the intent where its votes say.
async fn settle(
    tx: &mut Transaction,
    view: &ApprovalView,
    votes: &[VoteRecord],
) -> Result<IntentState, ServiceError> {
    let intent = (view.intent.intent.id, view.intent.run.id);
    let pending = IntentState::PendingApproval;
    let state = outcome(votes, &view.approval.requirements);
    if state == pending {
        tx.require_state(intent.0, pending).await?;
    } else {
        // Compare-and-swap: of two deciding votes at once, one finds it moved.
        tx.move_intent(intent, pending, state, None).await?;
        tx.close_approval(intent.0).await?;
        tx.notify(&Notification::new(NotificationKind::ApprovalDecided).about(intent.0))
            .await?;
    }
    Ok(state)
}

/// One denial denies; approvals that meet every requirement approve.
pub(in super::super) fn outcome(votes: &[VoteRecord], requirements: &[Requirement]) -> IntentState {
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

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::*;

    fn votes(ballots: &[(Ballot, &str)]) -> Vec<VoteRecord> {
        let vote = |(number, (ballot, group)): (usize, &(Ballot, &str))| VoteRecord {
            id: VoteId::new(uuid::Uuid::from_u128(number as u128)),
            person: domain::PersonId::new(uuid::Uuid::from_u128(number as u128)),
            ballot: *ballot,
            comment: String::new(),
            cast_at: Timestamp::from_micros(0),
            groups: vec![(*group).to_owned()],
            on_behalf_of: None,
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
