//! The words of the mails that say one thing.

use store::{NotificationKind, NotificationRecord};

use super::{IntentView, ServiceError, Services, deliveries::Obstacle, mails::Matter};
use crate::notify::{Badge, Envelope, Mail, Notice, notice};

/// What a mail says, and to which page it leads.
struct Words {
    badge: Option<Badge>,
    heading: String,
    says: &'static str,
    page: String,
    action: &'static str,
    because: &'static str,
}

impl Services {
    /// The mail about an intent that says one thing.
    pub(super) async fn notice_mail(
        &self,
        matter: Matter,
        notification: &NotificationRecord,
    ) -> Result<Option<Mail>, Obstacle> {
        let who = match notification.actor.parse() {
            Ok(person) => self.existing_person(person).await?.name,
            Err(_) => self.actor_name(&notification.actor).await?,
        };
        let Some(words) = words(&matter, notification, &who) else {
            return Ok(None);
        };
        let run = &matter.view.run;
        let mut facts = vec![
            ("Agent", matter.agent.name),
            ("On behalf of", matter.initiator.name),
            ("For", run.purpose.clone()),
        ];
        if !run.ticket.is_empty() {
            facts.push(("Ticket", run.ticket.clone()));
        }
        let mail = notice(Notice {
            envelope: matter.envelope,
            badge: words.badge,
            heading: words.heading,
            says: words.says.to_owned(),
            facts,
            link: self.page(&words.page)?,
            action: words.action,
            because: words.because,
        });
        Ok(Some(mail?))
    }

    /// The mail to whoever is to decide in a colleague's place; in vain once that was taken back.
    pub(super) async fn delegation_mail(
        &self,
        envelope: Envelope,
        notification: &NotificationRecord,
    ) -> Result<Option<Mail>, Obstacle> {
        let id = notification
            .subject
            .as_deref()
            .and_then(|id| id.parse().ok());
        let Some(id) = id else {
            return Ok(None);
        };
        let found = self.parts.store.delegation(id).await;
        let found = found.map_err(ServiceError::from)?;
        let Some(delegation) = found.filter(|found| found.revoked_at.is_none()) else {
            return Ok(None);
        };
        let view = self.view_delegation(delegation).await?;
        let absent = view.absent.name;
        let mail = notice(Notice {
            envelope,
            badge: None,
            heading: format!("{absent} asks you to decide in their place"),
            says: "What waits for their groups is yours to decide as well between these times, \
                   unless you or they asked for it. Your votes say in whose place you cast them."
                .to_owned(),
            facts: vec![
                ("From", view.delegation.from.to_rfc3339()),
                ("Until", view.delegation.until.to_rfc3339()),
            ],
            link: self.page("/")?,
            action: "See what waits",
            because: "a colleague named you",
        });
        Ok(Some(mail?))
    }
}

/// `None` for what has mails of its own.
fn words(matter: &Matter, notification: &NotificationRecord, who: &str) -> Option<Words> {
    let agent = &matter.agent.name;
    let initiator = &matter.initiator.name;
    let subject = notification.subject.as_deref();
    let words = match notification.kind {
        NotificationKind::QuestionAsked => Words {
            badge: None,
            heading: format!("{who} asks something about a query of {agent}"),
            says: "The agent has been told and can answer, and so can you. The time to decide goes on.",
            page: intent_page(&matter.view),
            action: "Read the question",
            because: "the agent runs in your name",
        },
        NotificationKind::QuestionAnswered => Words {
            badge: None,
            heading: format!("{agent} answered your question"),
            says: "The query still waits for a decision.",
            page: intent_page(&matter.view),
            action: "Read and decide",
            because: "you asked",
        },
        NotificationKind::StandingApprovalGranted => Words {
            badge: None,
            heading: format!("{who} lets similar queries of {agent} run without asking"),
            says: "The page says which, how often and until when. It can be revoked at once.",
            page: format!("/standing-approvals#{}", subject?),
            action: "See what it covers",
            because: "you own the agent, or it runs in your name",
        },
        NotificationKind::StandingApprovalRevoked => Words {
            badge: None,
            heading: format!("Similar queries of {agent} ask for approval again"),
            says: "The standing approval was revoked, and counts no more from now on.",
            page: format!("/standing-approvals#{}", subject?),
            action: "Read more",
            because: "you own the agent, or it runs in your name",
        },
        NotificationKind::BreakGlass => Words {
            badge: Some(Badge {
                word: "Break glass",
                class: "critical",
            }),
            heading: format!("{who} overrode the policy for {agent} on behalf of {initiator}"),
            says: "A query runs that the policy did not let run. It is on record, and reviewers \
                   have to look at it. If you did not expect this, ask at once.",
            page: intent_page(&matter.view),
            action: "See what runs, and why",
            because: "everybody concerned is told",
        },
        NotificationKind::ApprovalImpossible => Words {
            badge: Some(Badge {
                word: "Blocked",
                class: "critical",
            }),
            heading: format!("Nobody could approve a query of {agent}"),
            says: "The policy asks for an approval that nobody could give: its groups have too \
                   few members who may decide. The query was blocked. Change the policy or the \
                   groups.",
            page: intent_page(&matter.view),
            action: "See what was asked",
            because: "you are an administrator",
        },
        NotificationKind::ApprovalWaiting
        | NotificationKind::ApprovalReminder
        | NotificationKind::ApprovalEscalated
        | NotificationKind::ApprovalDecided
        | NotificationKind::DelegationGranted
        | NotificationKind::Digest => return None,
    };
    Some(words)
}

/// The approval, or where there is none the run that asked.
pub(super) fn intent_page(view: &IntentView) -> String {
    match &view.approval {
        Some(approval) => format!("/approvals/{}", approval.id),
        None => format!("/sessions/{}", view.run.id),
    }
}
