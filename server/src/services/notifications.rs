//! Whom a notification concerns. The change that owes it writes what happened; here it becomes
//! one delivery for each recipient.

use std::collections::BTreeSet;

use domain::{DeliveryId, PersonId, Role};
use store::{Channel, NewDelivery, NotificationKind, NotificationRecord, PersonRecord};
use url::Url;

use super::{IntentView, ServiceError, Services, delegation::is_vote_of, fresh_uuid};
use crate::context::Context;

impl Services {
    /// Works out who is to be told of what happened since the last time.
    pub async fn address_notifications(&self, context: &Context) -> Result<(), ServiceError> {
        for notification in self.parts.store.unaddressed_notifications().await? {
            let mut deliveries = Vec::new();
            for person in self.recipients(&notification).await? {
                deliveries.push(self.new_delivery(Channel::Mail, person.id.to_string()));
            }
            for webhook in self.parts.webhooks.wanting(notification.kind) {
                deliveries.push(self.new_delivery(Channel::Webhook, webhook.to_owned()));
            }
            let mut tx = self.begin(&context.as_system()).await?;
            // Somebody else may have been faster: then there is nothing to commit.
            if tx.address(&notification, &deliveries).await? {
                tx.commit().await?;
            }
        }
        Ok(())
    }

    fn new_delivery(&self, channel: Channel, recipient: String) -> NewDelivery {
        let id = DeliveryId::new(fresh_uuid());
        let host = Url::parse(self.public_url()).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or("localhost");
        NewDelivery {
            id,
            channel,
            recipient,
            message_id: format!("{id}@{host}"),
        }
    }

    /// Who gets mail about it: everybody once, and nobody who has no access any more.
    pub(super) async fn recipients(
        &self,
        notification: &NotificationRecord,
    ) -> Result<Vec<PersonRecord>, ServiceError> {
        let mut wanted: BTreeSet<PersonId> = notification.people.iter().copied().collect();
        let mut people = self.parts.store.people().await?;
        people.retain(PersonRecord::is_in_good_standing);
        let kind = notification.kind;
        if matches!(
            kind,
            NotificationKind::BreakGlass | NotificationKind::ApprovalImpossible
        ) {
            let administrators = people
                .iter()
                .filter(|p| p.roles.contains(&Role::Administrator));
            wanted.extend(administrators.map(|person| person.id));
        }
        if kind == NotificationKind::Digest {
            wanted.extend(self.digest_recipients(&people).await?);
        }
        if let Some(intent) = notification.intent {
            let view = self
                .view_intent(self.existing_intent(intent).await?)
                .await?;
            wanted.extend(self.concerned(kind, &view, &people).await?);
        }
        people.retain(|person| wanted.contains(&person.id));
        Ok(people)
    }

    /// Whom something about an intent concerns because of what they are to it.
    async fn concerned(
        &self,
        kind: NotificationKind,
        view: &IntentView,
        people: &[PersonRecord],
    ) -> Result<Vec<PersonId>, ServiceError> {
        let agent = self.existing_agent(view.run.agent).await?;
        let askers = [view.run.initiator, agent.owner];
        let deciders = match &view.approval {
            Some(approval) => {
                self.eligible(approval, &view.votes, &view.run, &agent)
                    .await?
            }
            None => Vec::new(),
        };
        let has_voted =
            |person: &&PersonRecord| view.votes.iter().any(|vote| is_vote_of(vote, person.id));
        let ids = |people: Vec<PersonRecord>| people.into_iter().map(|p| p.id).collect();
        Ok(match kind {
            NotificationKind::ApprovalWaiting => ids(deciders),
            NotificationKind::ApprovalEscalated => {
                let decision = view.decision.iter();
                let next: Vec<_> = decision
                    .filter_map(|said| said.escalation.as_ref())
                    .collect();
                let is_next = |group| next.iter().any(|next| next.approvers.contains(group));
                let called = deciders.iter().filter(|p| p.groups.iter().any(is_next));
                called.map(|person| person.id).collect()
            }
            NotificationKind::ApprovalReminder => deciders
                .iter()
                .filter(|person| !has_voted(person))
                .map(|person| person.id)
                .collect(),
            NotificationKind::ApprovalDecided | NotificationKind::QuestionAsked => {
                vec![view.run.initiator]
            }
            NotificationKind::StandingApprovalGranted
            | NotificationKind::StandingApprovalRevoked => askers.to_vec(),
            NotificationKind::BreakGlass => {
                let is_approver = |p: &&PersonRecord| p.roles.contains(&Role::Approver);
                let approvers = people.iter().filter(is_approver).map(|p| p.id);
                approvers.chain(askers).collect()
            }
            NotificationKind::ApprovalImpossible
            | NotificationKind::QuestionAnswered
            | NotificationKind::DelegationGranted
            | NotificationKind::Digest => Vec::new(),
        })
    }
}
