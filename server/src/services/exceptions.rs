//! Exceptions that people made by breaking the glass: reviewers look at each.

use domain::{ExceptionId, ExceptionVerdict, Role};
use store::{AgentRecord, BreakGlassRecord, ExceptionRecord, PersonRecord};

use super::{IntentView, ServiceError, Services, intents::is_asker};
use crate::context::{Context, Person};

/// Roles that may look at exceptions.
const READERS: [Role; 3] = [Role::Reviewer, Role::Auditor, Role::Administrator];
/// How many exceptions the page lists.
pub(super) const SHOWN: u32 = 200;

/// An exception with all that a reviewer needs to judge it.
#[derive(Debug, Clone)]
pub struct ExceptionView {
    /// The exception.
    pub exception: ExceptionRecord,
    /// What ran.
    pub intent: IntentView,
    /// The agent that asked.
    pub agent: AgentRecord,
    /// Who broke the glass, and what they said.
    pub declared: Vec<(BreakGlassRecord, PersonRecord)>,
    /// Who gave the verdict.
    pub decided_by: Option<PersonRecord>,
    /// Why the person who looks may not give one.
    pub hindrance: Option<&'static str>,
}

impl Services {
    /// Exceptions without a verdict first, then the newest.
    pub async fn exceptions(&self, context: &Context) -> Result<Vec<ExceptionView>, ServiceError> {
        let person = context.authorise(&READERS)?;
        let mut views = Vec::new();
        for exception in self.parts.store.exceptions(SHOWN).await? {
            views.push(self.view_exception(person, exception).await?);
        }
        Ok(views)
    }

    async fn view_exception(
        &self,
        person: &Person,
        exception: ExceptionRecord,
    ) -> Result<ExceptionView, ServiceError> {
        let missing = ServiceError::NotFound { what: "approval" };
        let approval = self.parts.store.approval(exception.approval).await?;
        let intent = self
            .existing_intent(approval.ok_or(missing)?.intent)
            .await?;
        let intent = self.view_intent(intent).await?;
        let agent = self.existing_agent(intent.run.agent).await?;
        let mut declared = Vec::new();
        for one in self
            .parts
            .store
            .glass_broken_for(exception.approval)
            .await?
        {
            let by = self.existing_person(one.person).await?;
            declared.push((one, by));
        }
        let is_own = is_asker(person.id, &intent.run, agent.owner)
            || declared.iter().any(|(one, _)| one.person == person.id);
        let hindrance = if !person.roles.contains(&Role::Reviewer) {
            Some("Only reviewers give a verdict.")
        } else if is_own {
            Some("You made it or asked for it: nobody reviews their own exception.")
        } else if exception.decided_at.is_some() {
            Some("It has its verdict.")
        } else {
            None
        };
        let decided_by = match exception.decided_by {
            Some(by) => Some(self.existing_person(by).await?),
            None => None,
        };
        Ok(ExceptionView {
            exception,
            intent,
            agent,
            declared,
            decided_by,
            hindrance,
        })
    }

    /// Gives a verdict on an exception.
    pub async fn decide_exception(
        &self,
        context: &Context,
        id: ExceptionId,
        verdict: ExceptionVerdict,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let person = context.authorise(&[Role::Reviewer])?;
        let found = self.parts.store.exception(id).await?;
        let exception = found.ok_or(ServiceError::NotFound { what: "exception" })?;
        let view = self.view_exception(person, exception).await?;
        if let Some(why) = view.hindrance {
            return Err(ServiceError::refused("not_yours_to_review", why));
        }
        if reason.trim().is_empty() {
            return Err(ServiceError::invalid("reason", "say why you think so"));
        }
        let mut tx = self.begin(context).await?;
        let decided = tx.decide_exception(id, person.id, (verdict, reason.trim()));
        decided.await?;
        Ok(tx.commit().await?)
    }
}
