//! Approvals: what waits for people, and who may decide on it.

mod expiry;
mod hindrance;
mod votes;

use domain::{ApprovalId, RiskLevel, Role, Timestamp};
use store::{AgentRecord, ApprovalRecord, PersonRecord, RunRecord, VoteRecord};

pub use hindrance::Hindrance;
pub(super) use votes::{Besides, outcome};

use self::hindrance::hindrance;
pub(super) use self::hindrance::is_asked;
use super::{IntentView, ServiceError, Services, intents::is_asker};
use crate::context::{Context, Person};

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
    /// In whose place the person who looks may decide, where not in their own name.
    pub on_behalf_of: Option<PersonRecord>,
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
pub(super) const INBOX_ROWS: u32 = 200;

impl Services {
    /// What waits, and what was decided lately, as far as the person may see it.
    pub async fn inbox(
        &self,
        context: &Context,
    ) -> Result<(Vec<ApprovalView>, Vec<ApprovalView>), ServiceError> {
        context.authorise(&Role::ALL)?;
        let open = self.parts.store.gravest_open_approvals(INBOX_ROWS).await?;
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
        // As it is by now: others may decide behind the time that the policy gives.
        let approval = intent.approval.clone().unwrap_or(approval);
        let agent = self.existing_agent(intent.run.agent).await?;
        let mut votes = Vec::new();
        for vote in &intent.votes {
            votes.push((vote.clone(), self.voter(vote).await?));
        }
        let others = self
            .eligible(&approval, &intent.votes, &intent.run, &agent)
            .await?;
        let editors = self.parts.store.policy_editors_since(approval.intent);
        let editors = editors.await?;
        let mut hindrance = hindrance(person, &approval, &intent, (&agent, &editors), context.now);
        let mut on_behalf_of = None;
        if hindrance == Some(Hindrance::NotInGroup) {
            let subject = (&approval, &intent, &agent, &editors[..]);
            on_behalf_of = self.stands_in_for(person.id, subject, context.now).await?;
            hindrance = hindrance.filter(|_| on_behalf_of.is_none());
        }
        let hindrance = hindrance.or_else(|| self.needs_step_up(person, &intent, context.now));
        Ok(ApprovalView {
            initiator: self.existing_person(intent.run.initiator).await?,
            others: others
                .into_iter()
                .filter(|other| other.id != person.id)
                .collect(),
            on_behalf_of,
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

    /// Who cast a vote; one cast in another's place says so behind the name.
    async fn voter(&self, vote: &VoteRecord) -> Result<PersonRecord, ServiceError> {
        let mut voter = self.existing_person(vote.person).await?;
        if let Some(absent) = vote.on_behalf_of {
            let absent = self.existing_person(absent).await?.name;
            voter.name = format!("{} for {absent}", voter.name);
        }
        Ok(voter)
    }

    /// Everybody who could decide, as far as they have ever signed in.
    pub(super) async fn eligible(
        &self,
        approval: &ApprovalRecord,
        votes: &[VoteRecord],
        run: &RunRecord,
        agent: &AgentRecord,
    ) -> Result<Vec<PersonRecord>, ServiceError> {
        let editors = self.parts.store.policy_editors_since(approval.intent);
        let editors = editors.await?;
        let mut people = self.parts.store.people().await?;
        people.retain(|person| {
            person.is_in_good_standing()
                && person.roles.contains(&Role::Approver)
                && !editors.contains(&person.id)
                && !is_asker(person.id, run, agent.owner)
        });
        let is_asked = |person: &&PersonRecord| is_asked(approval, votes, &person.groups);
        let asked: Vec<_> = people.iter().filter(is_asked).cloned().collect();
        let colleagues = self.colleagues_of(&asked, self.now()).await?;
        let may = |id| asked.iter().any(|person| person.id == id) || colleagues.contains(&id);
        people.retain(|person| may(person.id));
        Ok(people)
    }
}
