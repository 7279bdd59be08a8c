//! Standing approvals: "approve this, and queries similar to it". Of one agent, of one kind, so
//! many, until then, and never for what is grave.
//!
//! `similarity` says which queries are of a kind, `terms` what may be granted, `preview` what it
//! would have covered, `granting` who has to agree, `coverage` and `using` when it counts.

mod coverage;
mod granting;
mod preview;
mod similarity;
mod terms;
mod using;
mod window;

use analysis::Shape;
use domain::{IntentState, Requirement, Role, StandingApprovalId};
use store::{
    AgentRecord, ApprovalRecord, Notification, NotificationKind, PersonRecord,
    StandingApprovalRecord, StandingUseRecord,
};

use super::{Notice, Problem, ServiceError, Services, runs::may_see_all};
use crate::context::{Context, Forbidden};
pub use coverage::Gap;
use coverage::{Asked, gap};
pub use granting::Wish;
pub use preview::{PREVIEW_DAYS, PastQuery, Preview};
pub use similarity::{Similar, Unlike};
pub use terms::{DAYS_MAXIMUM, USES_MAXIMUM};
pub(super) use using::use_one;

/// A standing approval with everything that pages show of it.
#[derive(Debug, Clone)]
pub struct StandingApprovalView {
    /// The standing approval.
    pub standing: StandingApprovalRecord,
    /// What a query has to be.
    pub shape: Shape,
    /// The agent that it is for.
    pub agent: AgentRecord,
    /// Who agreed to it.
    pub agreed: Vec<PersonRecord>,
    /// Who revoked it.
    pub revoked_by: Option<PersonRecord>,
    /// Why it does not count now; none where it does.
    pub gap: Option<Gap>,
    /// What it approved lately, the newest first.
    pub uses: Vec<StandingUseRecord>,
    /// Whether the person who looks may revoke it.
    pub may_revoke: bool,
}

/// How many standing approvals their page shows.
const SHOWN: u32 = 200;
/// How many uses of each.
const USES_SHOWN: u32 = 10;

impl Services {
    /// The standing approvals, the newest first: every one for people who oversee, to others
    /// those of their own agents.
    pub async fn standing_approvals(
        &self,
        context: &Context,
    ) -> Result<Vec<StandingApprovalView>, ServiceError> {
        let person = context.authorise(&Role::ALL)?;
        let mut views = Vec::new();
        for standing in self.parts.store.standing_approvals(SHOWN).await? {
            let view = self.view_standing(context, standing).await?;
            if may_see_all(context) || view.agent.owner == person.id {
                views.push(view);
            }
        }
        Ok(views)
    }

    /// What was proposed with an approval, when something was.
    pub async fn standing_proposal(
        &self,
        context: &Context,
        approval: &ApprovalRecord,
    ) -> Result<Option<StandingApprovalView>, ServiceError> {
        match self.parts.store.standing_approval_with(approval.id).await? {
            Some(standing) => Ok(Some(self.view_standing(context, standing).await?)),
            None => Ok(None),
        }
    }

    async fn view_standing(
        &self,
        context: &Context,
        standing: StandingApprovalRecord,
    ) -> Result<StandingApprovalView, ServiceError> {
        let agent = self.existing_agent(standing.agent).await?;
        let agreed = self.agreed_to(&standing).await?;
        let revoked_by = match standing.revoked_by {
            Some(person) => Some(self.existing_person(person).await?),
            None => None,
        };
        let uses = self.parts.store.uses_of_standing(standing.id, USES_SHOWN);
        Ok(StandingApprovalView {
            shape: serde_json::from_str(&standing.shape)?,
            gap: self.gap_now(&standing, &agreed, &agent).await?,
            uses: uses.await?,
            may_revoke: standing.revoked_at.is_none() && may_revoke(context, &agent),
            revoked_by,
            agreed,
            agent,
            standing,
        })
    }

    /// Why no query whatever would be covered now.
    async fn gap_now(
        &self,
        standing: &StandingApprovalRecord,
        agreed: &[PersonRecord],
        agent: &AgentRecord,
    ) -> Result<Option<Gap>, ServiceError> {
        let approval = self.parts.store.approval(standing.approval).await?;
        let requirements: Vec<Requirement> = approval.map_or_else(Vec::new, |a| a.requirements);
        let asked = Asked {
            now: self.now(),
            bytes: 0,
            policy_version: &self.policy().await?.version().to_string(),
            requirements: &requirements,
            askers: [agent.owner, agent.owner],
        };
        let is_used_up = standing.uses >= u64::from(standing.terms.uses);
        let used_up = is_used_up.then_some(Gap::UsedUp);
        Ok(gap(standing, agreed, &asked).or(used_up))
    }

    /// Ends a standing approval at once: what it approved and what has no job yet goes stale in
    /// the same transaction.
    pub async fn revoke_standing_approval(
        &self,
        context: &Context,
        id: StandingApprovalId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let person = context.person()?;
        let standing = self.existing_standing(id).await?;
        let agent = self.existing_agent(standing.agent).await?;
        if !may_revoke(context, &agent) {
            self.refuse_standing(context, &id.to_string(), "forbidden")
                .await?;
            let needed = Role::Approver;
            return Err(Forbidden { needed }.into());
        }
        let mut tx = self.begin(context).await?;
        if !tx.revoke_standing_approval(id, person.id, reason).await? {
            return Err(ServiceError::conflict(
                "standing_approval_revoked",
                "It was revoked already.",
            ));
        }
        let problem = Problem::new(Gap::Revoked.code(), Gap::Revoked.sentence());
        let problem = serde_json::to_string(&problem)?;
        let waiting = tx.approved_by_standing(id).await?;
        for intent in &waiting {
            let (from, to) = (IntentState::Approved, IntentState::Stale);
            tx.move_intent(*intent, from, to, Some(&problem)).await?;
        }
        if let Some(approval) = self.parts.store.approval(standing.approval).await? {
            let revoked = Notification::new(NotificationKind::StandingApprovalRevoked);
            tx.notify(&revoked.about(approval.intent).of(id)).await?;
        }
        tx.commit().await?;
        for (intent, _) in waiting {
            self.announce(Notice::Intent(intent));
        }
        Ok(())
    }

    async fn existing_standing(
        &self,
        id: StandingApprovalId,
    ) -> Result<StandingApprovalRecord, ServiceError> {
        let found = self.parts.store.standing_approval(id).await?;
        found.ok_or(ServiceError::NotFound {
            what: "standing approval",
        })
    }
}

/// Whoever may give one may end it, and so may those who oversee access or own the agent.
fn may_revoke(context: &Context, agent: &AgentRecord) -> bool {
    let ending = [Role::Approver, Role::Reviewer, Role::Administrator];
    let owns = context
        .person()
        .is_ok_and(|person| person.id == agent.owner);
    owns || context.authorise(&ending).is_ok()
}
