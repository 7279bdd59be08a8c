//! Approvers who are away: a colleague decides in their place, for dates.
//!
//! What a colleague may is worked out when they vote, from the groups of whoever is away; what
//! those were lent themselves is not passed on. The vote says in whose place it was cast, and
//! counts as that person's.

use domain::{DelegationId, PersonId, Role, Timestamp};
use store::{
    AgentRecord, ApprovalRecord, DelegationRecord, Notification, NotificationKind, PersonRecord,
    VoteRecord,
};

use super::{
    IntentView, ServiceError, Services, approvals::is_asked, fresh_uuid, intents::is_asker,
};
use crate::context::Context;

/// The longest absence, in days.
const DAYS_MAXIMUM: i64 = 60;

/// A delegation with who is who.
#[derive(Debug, Clone)]
pub struct DelegationView {
    /// The delegation.
    pub delegation: DelegationRecord,
    /// Who is away.
    pub absent: PersonRecord,
    /// Who decides in their place.
    pub delegate: PersonRecord,
}

impl Services {
    /// Lets a colleague decide in this person's place.
    pub async fn delegate(
        &self,
        context: &Context,
        delegate: PersonId,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<DelegationId, ServiceError> {
        let absent = context.authorise(&[Role::Approver])?.id;
        if until <= from || until <= context.now || until > from.plus_days(DAYS_MAXIMUM) {
            let rule = format!("has to be behind the first day, at most {DAYS_MAXIMUM} days");
            return Err(ServiceError::invalid("until", rule));
        }
        let colleague = self.existing_person(delegate).await?;
        if delegate == absent || !is_approver(&colleague) {
            let rule = "has to be a colleague who approves, too";
            return Err(ServiceError::invalid("delegate", rule));
        }
        let delegation = DelegationRecord {
            id: DelegationId::new(fresh_uuid()),
            absent,
            delegate,
            from,
            until,
            revoked_at: None,
        };
        let mut tx = self.begin(context).await?;
        tx.insert_delegation(&delegation).await?;
        let granted = Notification::new(NotificationKind::DelegationGranted);
        tx.notify(&granted.of(delegation.id).to(delegate)).await?;
        tx.commit().await?;
        Ok(delegation.id)
    }

    /// Takes a delegation back, at once: whoever is away, or an administrator.
    pub async fn take_back_delegation(
        &self,
        context: &Context,
        id: DelegationId,
    ) -> Result<(), ServiceError> {
        let found = self.parts.store.delegation(id).await?;
        let delegation = found.ok_or(ServiceError::NotFound { what: "delegation" })?;
        if context.person()?.id != delegation.absent {
            context.authorise(&[Role::Administrator])?;
        }
        let mut tx = self.begin(context).await?;
        if !tx.revoke_delegation(id).await? {
            let detail = "this delegation has ended already";
            return Err(ServiceError::conflict("delegation_ended", detail));
        }
        Ok(tx.commit().await?)
    }

    /// The delegations of this person and to them, that count now or later.
    pub async fn delegations(
        &self,
        context: &Context,
    ) -> Result<Vec<DelegationView>, ServiceError> {
        let person = context.person()?.id;
        let mut views = Vec::new();
        for delegation in self.parts.store.delegations(context.now).await? {
            if delegation.absent == person || delegation.delegate == person {
                views.push(self.view_delegation(delegation).await?);
            }
        }
        Ok(views)
    }

    /// Who could decide in this person's place.
    pub async fn possible_delegates(
        &self,
        context: &Context,
    ) -> Result<Vec<PersonRecord>, ServiceError> {
        let person = context.person()?;
        if !person.roles.contains(&Role::Approver) {
            return Ok(Vec::new());
        }
        let mut people = self.parts.store.people().await?;
        people.retain(|colleague| is_approver(colleague) && colleague.id != person.id);
        Ok(people)
    }

    pub(super) async fn view_delegation(
        &self,
        delegation: DelegationRecord,
    ) -> Result<DelegationView, ServiceError> {
        Ok(DelegationView {
            absent: self.existing_person(delegation.absent).await?,
            delegate: self.existing_person(delegation.delegate).await?,
            delegation,
        })
    }

    /// In whose place this person may decide, where they may not in their own name.
    pub(super) async fn stands_in_for(
        &self,
        person: PersonId,
        (approval, view, agent, editors): (&ApprovalRecord, &IntentView, &AgentRecord, &[PersonId]),
        now: Timestamp,
    ) -> Result<Option<PersonRecord>, ServiceError> {
        for delegation in self.parts.store.delegations(now).await? {
            if delegation.delegate == person && delegation.counts(now) {
                let absent = self.existing_person(delegation.absent).await?;
                if !editors.contains(&absent.id)
                    && may_be_represented(&absent, approval, view, agent)
                {
                    return Ok(Some(absent));
                }
            }
        }
        Ok(None)
    }

    /// Those who may decide in the place of somebody among `deciders`.
    pub(super) async fn colleagues_of(
        &self,
        deciders: &[PersonRecord],
        now: Timestamp,
    ) -> Result<Vec<PersonId>, ServiceError> {
        let delegations = self.parts.store.delegations(now).await?;
        let counts = |d: &&DelegationRecord| {
            d.counts(now) && deciders.iter().any(|person| person.id == d.absent)
        };
        Ok(delegations
            .iter()
            .filter(counts)
            .map(|d| d.delegate)
            .collect())
    }
}

fn is_approver(person: &PersonRecord) -> bool {
    person.is_in_good_standing() && person.roles.contains(&Role::Approver)
}

/// Whether this person's vote could still come, so that a colleague may cast it.
fn may_be_represented(
    absent: &PersonRecord,
    approval: &ApprovalRecord,
    view: &IntentView,
    agent: &AgentRecord,
) -> bool {
    is_approver(absent)
        && !is_asker(absent.id, &view.run, agent.owner)
        && !view.votes.iter().any(|vote| is_vote_of(vote, absent.id))
        && is_asked(approval, &view.votes, &absent.groups)
}

/// Whether a person has voted, or somebody in their place.
pub(super) fn is_vote_of(vote: &VoteRecord, person: PersonId) -> bool {
    vote.person == person || vote.on_behalf_of == Some(person)
}
