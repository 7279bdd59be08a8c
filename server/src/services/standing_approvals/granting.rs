//! Giving a standing approval: it is proposed and agreed to together with votes, and counts when
//! everybody who approved the query agreed to the same terms.

use domain::{
    ApprovalId, Ballot, EventName, IntentState, StandingApprovalId, StandingTerms, Timestamp,
};
use store::{
    NewStandingApproval, NewVote, Notification, NotificationKind, StoreError, Transaction,
    VoteRecord,
};

use super::{preview::kind_of, terms};
use crate::{
    context::Context,
    services::{ApprovalView, CastVote, ServiceError, Services, fresh_uuid},
};

/// What a voter wants beyond this one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// To approve similar queries on these terms.
    Propose(StandingTerms),
    /// To agree to what somebody proposed.
    Agree(StandingApprovalId),
}

impl Services {
    /// Approves a query and, when everybody else who approves agrees, queries similar to it.
    pub async fn approve_similar(
        &self,
        context: &Context,
        approval: ApprovalId,
        comment: &str,
        wish: &Wish,
    ) -> Result<IntentState, ServiceError> {
        let view = self.approval(context, approval).await?;
        if let Err(error) = check(&view, wish, context) {
            self.refuse_standing(context, &approval.to_string(), error.code())
                .await?;
            return Err(error);
        }
        let cast = CastVote {
            ballot: Ballot::Approve,
            comment,
            // What is critical is never approved here.
            confirmation: "",
        };
        self.vote_and_wish(context, approval, cast, Some(wish))
            .await
    }

    /// Keeps what the voter wants, within the transaction of the vote; the deciding vote makes
    /// the proposal count if all who approved agree to it.
    pub(in crate::services) async fn settle_wish(
        &self,
        tx: &mut Transaction,
        view: &ApprovalView,
        (vote, wish): (&NewVote, Option<&Wish>),
        (votes, state): (&[VoteRecord], IntentState),
    ) -> Result<(), ServiceError> {
        match wish {
            Some(Wish::Propose(terms)) => {
                let new = new_standing(view, vote, terms, tx.now())?;
                let proposed = tx.propose_standing_approval(&new, vote.run).await;
                proposed.map_err(|error| match error {
                    StoreError::AlreadyExists => already_proposed(),
                    other => other.into(),
                })?;
            }
            Some(Wish::Agree(id)) => {
                let proposed = tx.proposed_with(vote.approval).await?;
                if proposed.is_none_or(|(proposed, _)| proposed.id != *id) {
                    return Err(already_proposed());
                }
                tx.agree_to_standing_approval(*id, vote.person, vote.run)
                    .await?;
            }
            None => {}
        }
        if state != IntentState::Approved {
            return Ok(());
        }
        if let Some((proposed, agreed)) = tx.proposed_with(vote.approval).await? {
            let mut approving = votes.iter().filter(|vote| vote.counts_as_approval());
            if approving.all(|vote| agreed.contains(&vote.person)) {
                tx.grant_standing_approval(proposed.id, vote.run).await?;
                let granted = Notification::new(NotificationKind::StandingApprovalGranted);
                let granted = granted.about(view.intent.intent.id).of(proposed.id);
                tx.notify(&granted).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn refuse_standing(
        &self,
        context: &Context,
        subject: &str,
        code: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.begin(context).await?;
        let payload = serde_json::json!({ "code": code });
        let event = EventName::StandingApprovalRefused;
        tx.record(event, subject, None, &payload).await?;
        Ok(tx.commit().await?)
    }
}

fn already_proposed() -> ServiceError {
    ServiceError::conflict(
        "standing_approval_proposed",
        "Somebody proposed other terms meanwhile. Load the page again to see them.",
    )
}

fn check(view: &ApprovalView, wish: &Wish, context: &Context) -> Result<(), ServiceError> {
    let kind = kind_of(view)?;
    match wish {
        Wish::Propose(terms) => {
            terms::settled(terms, kind.bytes, &view.agent, context.now).map(drop)
        }
        Wish::Agree(_) => Ok(()),
    }
}

fn new_standing(
    view: &ApprovalView,
    vote: &NewVote,
    terms: &StandingTerms,
    now: Timestamp,
) -> Result<NewStandingApproval, ServiceError> {
    let kind = kind_of(view)?;
    let decision = view.intent.decision.as_ref();
    let decision = decision.ok_or(ServiceError::NotFound { what: "decision" })?;
    Ok(NewStandingApproval {
        id: StandingApprovalId::new(fresh_uuid()),
        approval: vote.approval,
        agent: view.agent.id,
        similarity: kind.digest.to_string(),
        shape: serde_json::to_string(&kind.shape)?,
        policy_version: decision.policy_version.to_string(),
        terms: terms::settled(terms, kind.bytes, &view.agent, now)?,
        proposed_by: vote.person,
    })
}
