//! Breaking the glass: an exception that somebody answers for, when those who should approve
//! cannot be reached. What runs is masked, capped and bound like any other; it is told loudly,
//! and a reviewer has to look at it afterwards.

use domain::{ApprovalId, BreakGlassId, EventName, ExceptionId, Ground, IntentState, PersonId};
use store::{
    AgentRecord, ApprovalRecord, BreakGlassRecord, NewBreakGlass, Notification, NotificationKind,
    PersonRecord, StoreError,
};

use super::{ApprovalView, Notice, ServiceError, Services, fresh_uuid, intents::is_asker};
use crate::context::{Context, Person};

/// A reason shorter than this explains nothing.
const REASON_CHARACTERS: usize = 20;

/// Why a person may not break the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlassHindrance {
    /// They are in none of the configured groups.
    NotInGroup,
    /// It was decided or blocked: an exception overrules neither.
    Closed,
    /// Its time is over.
    Expired,
    /// It asks for columns unmasked, which takes votes.
    Unmasks,
    /// They have done so already.
    Declared,
    /// They have to prove anew, and strongly, who they are.
    StepUp,
}

impl GlassHindrance {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotInGroup => "not_in_break_glass_group",
            Self::Closed => "approval_closed",
            Self::Expired => "approval_expired",
            Self::Unmasks => "unmasking_needs_votes",
            Self::Declared => "already_declared",
            Self::StepUp => "step_up_needed",
        }
    }

    /// The sentence for a person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotInGroup => "Only people of the groups configured for it break the glass.",
            Self::Closed => "It has been decided already.",
            Self::Expired => "Its time is over. The agent can ask again.",
            Self::Unmasks => "It asks for columns unmasked: that takes votes, and no exception.",
            Self::Declared => {
                "You have. As you asked for it yourself, a second person has to as well."
            }
            Self::StepUp => "Breaking the glass needs a fresh proof of who you are.",
        }
    }
}

/// What somebody says who breaks the glass.
#[derive(Debug, Clone, Copy)]
pub struct BreakGlass<'a> {
    /// Why, in at least twenty characters.
    pub reason: &'a str,
    /// Where the emergency is written down.
    pub ticket: &'a str,
}

impl BreakGlass<'_> {
    fn check(&self) -> Result<(), ServiceError> {
        if self.reason.trim().chars().count() < REASON_CHARACTERS {
            let detail =
                format!("say in at least {REASON_CHARACTERS} characters why this cannot wait");
            return Err(ServiceError::invalid("reason", detail));
        }
        if self.ticket.trim().is_empty() {
            return Err(ServiceError::invalid(
                "ticket",
                "name the ticket of the emergency",
            ));
        }
        Ok(())
    }
}

impl Services {
    /// Why this person may not break the glass for an approval; none when they may.
    pub async fn glass_hindrance(
        &self,
        context: &Context,
        view: &ApprovalView,
    ) -> Result<Option<GlassHindrance>, ServiceError> {
        let person = context.person()?;
        let declared = self.parts.store.glass_broken_for(view.approval.id).await?;
        let state = view.intent.intent.state;
        Ok(if !self.is_in_glass_group(person.groups.iter()) {
            Some(GlassHindrance::NotInGroup)
        } else if state != IntentState::PendingApproval {
            Some(GlassHindrance::Closed)
        } else if context.now >= view.approval.expires_at {
            Some(GlassHindrance::Expired)
        } else if !view.intent.intent.unmask.is_empty() {
            Some(GlassHindrance::Unmasks)
        } else if declared.iter().any(|one| one.person == person.id) {
            Some(GlassHindrance::Declared)
        } else if !self.parts.step_up.is_proved(person, context.now) {
            Some(GlassHindrance::StepUp)
        } else {
            None
        })
    }

    /// Who broke the glass for an approval, and what they said.
    pub async fn glass_broken(
        &self,
        view: &ApprovalView,
    ) -> Result<Vec<(BreakGlassRecord, PersonRecord)>, ServiceError> {
        let mut broken = Vec::new();
        for said in self.parts.store.glass_broken_for(view.approval.id).await? {
            let person = self.existing_person(said.person).await?;
            broken.push((said, person));
        }
        Ok(broken)
    }

    /// Declares that a waiting query must run without the usual votes. One person who did not
    /// ask for it is enough; whoever did needs such a second person.
    pub async fn break_glass(
        &self,
        context: &Context,
        id: ApprovalId,
        said: BreakGlass<'_>,
    ) -> Result<IntentState, ServiceError> {
        let person = context.person()?;
        let view = self.approval(context, id).await?;
        if let Some(why) = self.glass_hindrance(context, &view).await? {
            self.record_refused_glass(context, &view, why).await?;
            return Err(ServiceError::conflict(why.code(), why.sentence()));
        }
        said.check()?;
        self.check_run(&view.intent.run, context.now).await?;
        let state = self.declare(context, person, &view, said).await?;
        self.announce(Notice::Intent(view.intent.intent.id));
        self.announce(Notice::Inbox);
        Ok(state)
    }

    async fn declare(
        &self,
        context: &Context,
        person: &Person,
        view: &ApprovalView,
        said: BreakGlass<'_>,
    ) -> Result<IntentState, ServiceError> {
        let intent = (view.intent.intent.id, view.intent.run.id);
        let pending = IntentState::PendingApproval;
        let new = NewBreakGlass {
            id: BreakGlassId::new(fresh_uuid()),
            approval: view.approval.id,
            run: view.intent.run.id,
            person: person.id,
            reason: said.reason.trim().to_owned(),
            ticket: said.ticket.trim().to_owned(),
            intent_digest: view.approval.intent_digest.clone(),
        };
        let mut tx = self.begin(context).await?;
        let declared = tx.declare_glass(&new).await.map_err(|error| match error {
            StoreError::AlreadyExists => {
                let why = GlassHindrance::Declared;
                ServiceError::conflict(why.code(), why.sentence())
            }
            other => other.into(),
        })?;
        let (people, others) = (self.parts.store.people().await?, &view.agent);
        let state = if self.suffices(&declared, &people, (view, others)) {
            let exception = ExceptionId::new(fresh_uuid());
            tx.move_intent(intent, pending, IntentState::Approved, None)
                .await?;
            tx.settle_by_glass(view.approval.id, exception).await?;
            IntentState::Approved
        } else {
            tx.require_state(intent.0, pending).await?;
            pending
        };
        // Once it runs, everybody concerned is told; before, those who could decide instead.
        let kind = match state {
            IntentState::Approved => NotificationKind::BreakGlass,
            _ => NotificationKind::ApprovalReminder,
        };
        tx.notify(&Notification::new(kind).about(intent.0)).await?;
        tx.commit().await?;
        Ok(state)
    }

    /// Whether one of those who broke the glass neither opened the run nor owns the agent, and
    /// still may break it.
    fn suffices(
        &self,
        declared: &[BreakGlassRecord],
        people: &[PersonRecord],
        (view, agent): (&ApprovalView, &AgentRecord),
    ) -> bool {
        let asker = |person: PersonId| is_asker(person, &view.intent.run, agent.owner);
        self.stands(declared, people, asker)
    }

    fn stands(
        &self,
        declared: &[BreakGlassRecord],
        people: &[PersonRecord],
        is_asker: impl Fn(PersonId) -> bool,
    ) -> bool {
        declared.iter().any(|one| {
            let mut found = people.iter().filter(|person| person.id == one.person);
            found.any(|person| {
                person.is_in_good_standing()
                    && self.is_in_glass_group(person.groups.iter())
                    && !is_asker(person.id)
            })
        })
    }

    /// Whether an exception still stands on somebody who may make it.
    pub(super) async fn glass_still_stands(
        &self,
        approval: &ApprovalRecord,
        is_asker: impl Fn(PersonId) -> bool,
    ) -> Result<bool, ServiceError> {
        if approval.ground != Ground::BreakGlass {
            return Ok(false);
        }
        let declared = self.parts.store.glass_broken_for(approval.id).await?;
        let people = self.parts.store.people().await?;
        Ok(self.stands(&declared, &people, is_asker))
    }

    fn is_in_glass_group<'a>(&self, mut groups: impl Iterator<Item = &'a String>) -> bool {
        groups.any(|group| self.parts.approvals.break_glass_groups.contains(group))
    }

    async fn record_refused_glass(
        &self,
        context: &Context,
        view: &ApprovalView,
        why: GlassHindrance,
    ) -> Result<(), ServiceError> {
        let mut tx = self.begin(context).await?;
        let payload = serde_json::json!({ "code": why.code() });
        let (subject, run) = (view.approval.id.to_string(), Some(view.intent.run.id));
        tx.record(EventName::BreakGlassRefused, &subject, run, &payload)
            .await?;
        Ok(tx.commit().await?)
    }
}
