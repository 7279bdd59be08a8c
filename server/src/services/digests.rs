//! The digest: at the hours that the configuration names, people are mailed what still waits
//! for them. Nobody gets one for whom nothing waits, or who turned it off on their page.

use std::collections::BTreeSet;

use domain::{EventName, PersonId, RiskLevel, Role, Timestamp};
use store::{ApprovalRecord, Notification, NotificationKind, PersonRecord};

use super::{
    IntentView, ServiceError, Services, approvals::INBOX_ROWS, delegation::is_vote_of,
    deliveries::Obstacle, exceptions::SHOWN,
};
use crate::{
    context::Context,
    notify::{Envelope, Mail, Notice, minute, notice, risk},
};

/// How many queries a digest names; it counts the others.
const NAMED: usize = 10;

/// When the digest of this moment was due: its last hour by now, if one has come today.
fn last_due(hours: &[u32], now: Timestamp) -> Option<Timestamp> {
    let midnight = Timestamp::from_date(&now.date())?;
    let due = hours
        .iter()
        .map(|hour| midnight.plus_seconds(i64::from(*hour) * 3600));
    due.filter(|due| *due <= now).max()
}

impl Services {
    /// Owes the digest once behind each of its hours.
    pub async fn owe_digest(&self, context: &Context) -> Result<(), ServiceError> {
        let Some(due) = last_due(&self.parts.approvals.digest_hours, context.now) else {
            return Ok(());
        };
        let key = format!("digest:{due}");
        if self.parts.store.was_notified(&key).await? {
            return Ok(());
        }
        let mut tx = self.begin(&context.as_system()).await?;
        let digest = Notification::new(NotificationKind::Digest).once(key);
        // Somebody else may have been faster: then there is nothing to commit.
        if tx.notify(&digest).await? {
            let payload = serde_json::json!({});
            let event = EventName::DigestOwed;
            tx.record(event, &due.to_string(), None, &payload).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Has this person's digest sent from now on, or no longer.
    pub async fn choose_digest(&self, context: &Context, wanted: bool) -> Result<(), ServiceError> {
        let person = context.person()?.id;
        let mut tx = self.begin(context).await?;
        tx.choose_digest(person, wanted).await?;
        Ok(tx.commit().await?)
    }

    /// For whom something waits, of those who want to be told.
    pub(super) async fn digest_recipients(
        &self,
        people: &[PersonRecord],
    ) -> Result<BTreeSet<PersonId>, ServiceError> {
        let mut wanted = BTreeSet::new();
        for approval in self.parts.store.gravest_open_approvals(INBOX_ROWS).await? {
            let (_, deciders) = self.called_for(&approval).await?;
            wanted.extend(deciders);
        }
        if self.waiting_exceptions().await? > 0 {
            let reviewers = people.iter().filter(|p| p.roles.contains(&Role::Reviewer));
            wanted.extend(reviewers.map(|person| person.id));
        }
        let declined = people.iter().filter(|person| !person.wants_digest);
        for person in declined {
            wanted.remove(&person.id);
        }
        Ok(wanted)
    }

    /// The digest for one person; in vain when by now nothing waits for them.
    pub(super) async fn digest_mail(
        &self,
        person: &PersonRecord,
        envelope: Envelope,
    ) -> Result<Option<Mail>, Obstacle> {
        let mut facts = Vec::new();
        let open = self.parts.store.gravest_open_approvals(INBOX_ROWS).await;
        for approval in open.map_err(ServiceError::from)? {
            let (view, deciders) = self.called_for(&approval).await?;
            if deciders.contains(&person.id) {
                facts.push(self.line(&view, &approval).await?);
            }
        }
        let queries = facts.len();
        if let Some(others @ 1..) = queries.checked_sub(NAMED) {
            facts.truncate(NAMED);
            facts.push(("And", format!("{others} more in the inbox")));
        }
        if person.roles.contains(&Role::Reviewer) {
            match self.waiting_exceptions().await? {
                0 => {}
                count => facts.push(("To review", plural(count, "exception"))),
            }
        }
        if facts.is_empty() {
            return Ok(None);
        }
        let (heading, page, action) = match queries {
            0 => (
                "Exceptions wait for a review".to_owned(),
                "/reviews",
                "Review them",
            ),
            1 => ("1 query waits for you".to_owned(), "/", "Open the inbox"),
            _ => (
                format!("{queries} queries wait for you"),
                "/",
                "Open the inbox",
            ),
        };
        let mail = notice(Notice {
            envelope,
            badge: None,
            heading,
            says: "What you do not decide expires at its time, and then does not run.".to_owned(),
            facts,
            link: self.page(page)?,
            action,
            because: "you want a digest of what waits for you; your page turns it off",
        });
        Ok(Some(mail?))
    }

    /// Who could decide an open approval by now and has not, each once.
    async fn called_for(
        &self,
        approval: &ApprovalRecord,
    ) -> Result<(IntentView, Vec<PersonId>), ServiceError> {
        let view = self.existing_intent(approval.intent).await?;
        let view = self.view_intent(view).await?;
        let agent = self.existing_agent(view.run.agent).await?;
        // As it is by now: others may decide behind the time that the policy gives.
        let approval = view.approval.as_ref().unwrap_or(approval);
        let eligible = self
            .eligible(approval, &view.votes, &view.run, &agent)
            .await?;
        let has_voted = |id| view.votes.iter().any(|vote| is_vote_of(vote, id));
        let called = eligible.into_iter().map(|person| person.id);
        let called = called.filter(|id| !has_voted(*id)).collect();
        Ok((view, called))
    }

    async fn line(
        &self,
        view: &IntentView,
        approval: &ApprovalRecord,
    ) -> Result<(&'static str, String), ServiceError> {
        let agent = self.existing_agent(view.run.agent).await?.name;
        let initiator = self.existing_person(view.run.initiator).await?.name;
        let until = minute(approval.expires_at);
        let level = view.risk().unwrap_or(RiskLevel::Critical);
        Ok((
            risk(level),
            format!("{agent} on behalf of {initiator}, until {until}"),
        ))
    }

    async fn waiting_exceptions(&self) -> Result<usize, ServiceError> {
        let exceptions = self.parts.store.exceptions(SHOWN).await?;
        let open = exceptions.iter().filter(|one| one.decided_at.is_none());
        Ok(open.count())
    }
}

fn plural(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_due_from_its_hour_on_until_the_next() {
        let midnight = Timestamp::from_date("2026-11-22").expect("a day");
        let at = |hour: i64| midnight.plus_seconds(hour * 3600);
        let due = |seconds: i64| last_due(&[14, 6], midnight.plus_seconds(seconds));
        assert_eq!(due(6 * 3600 - 1), None);
        assert_eq!(due(6 * 3600), Some(at(6)));
        assert_eq!(due(14 * 3600 - 1), Some(at(6)));
        assert_eq!(due(23 * 3600), Some(at(14)));
        assert_eq!(last_due(&[], at(23)), None);
    }
}
