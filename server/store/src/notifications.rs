//! What people and other systems are to be told: written with the change that owes it.
//!
//! A [`Notification`] says what happened. Whom it reaches is worked out afterwards and kept as
//! one delivery each, in [`crate::outbox`].

use std::fmt::Display;

use domain::{EventName, IntentId, NotificationId, PersonId, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Channel, NewDelivery, Store, StoreError, Transaction, outbox,
    row::{Row, RowExt as _, collect},
};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident => $name:literal,)*) => {
        /// What somebody is told of. Names are stable: webhooks carry them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum NotificationKind {
            $($(#[$doc])* $variant,)*
        }

        impl NotificationKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As the store and webhooks write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Reads what [`Self::as_str`] writes.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    /// An intent waits for people: to those who can decide.
    ApprovalWaiting => "approval_waiting",
    /// An approval came to its end, one way or another: to the initiator.
    ApprovalDecided => "approval_decided",
    /// Time runs out: to those who can decide and have not.
    ApprovalReminder => "approval_reminder",
    /// Nobody decided in time, the next group may: to that group.
    ApprovalEscalated => "approval_escalated",
    /// Nobody could ever give an approval that the policy asks for: to administrators.
    ApprovalImpossible => "approval_impossible",
    /// An approver asks something: to the initiator.
    QuestionAsked => "question_asked",
    /// A question was answered: to whom [`Notification::to`] names, who asked it.
    QuestionAnswered => "question_answered",
    /// Similar queries run without asking from now on: to the initiator and the agent's owner.
    StandingApprovalGranted => "standing_approval_granted",
    /// They ask again from now on: to the initiator and the agent's owner.
    StandingApprovalRevoked => "standing_approval_revoked",
    /// Somebody lets a colleague decide in their place: to the colleague, whom
    /// [`Notification::to`] names.
    DelegationGranted => "delegation_granted",
    /// A person overrode the policy: to everybody concerned.
    BreakGlass => "break_glass",
    /// What still waits, at an hour of the day: to those for whom something does, by mail only.
    Digest => "digest",
}

/// Something that people and other systems are to be told: made of ids only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    kind: NotificationKind,
    intent: Option<IntentId>,
    subject: Option<String>,
    people: Vec<PersonId>,
    once_key: Option<String>,
}

impl Notification {
    /// Something of this kind.
    #[must_use]
    pub const fn new(kind: NotificationKind) -> Self {
        Self {
            kind,
            intent: None,
            subject: None,
            people: Vec::new(),
            once_key: None,
        }
    }

    /// About this intent.
    #[must_use]
    pub const fn about(mut self, intent: IntentId) -> Self {
        self.intent = Some(intent);
        self
    }

    /// About this question, standing approval or delegation; its page is what mails link to.
    #[must_use]
    pub fn of(mut self, subject: impl Display) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// To this person too, besides those whom the kind itself names.
    #[must_use]
    pub fn to(mut self, person: PersonId) -> Self {
        self.people.push(person);
        self
    }

    /// At most once for this key, however often it is owed.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.once_key = Some(key.into());
        self
    }
}

/// A notification as it was owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRecord {
    /// Its id.
    pub id: NotificationId,
    /// What happened.
    pub kind: NotificationKind,
    /// About which intent.
    pub intent: Option<IntentId>,
    /// About which question, standing approval or delegation.
    pub subject: Option<String>,
    /// Who made the change, as the ledger writes it.
    pub actor: String,
    /// Who is told besides those whom the kind itself names.
    pub people: Vec<PersonId>,
    /// When it happened.
    pub created_at: Timestamp,
}

#[derive(Serialize)]
struct Addressed<'a> {
    kind: &'static str,
    notification: NotificationId,
    mail: Vec<&'a str>,
    webhook: Vec<&'a str>,
}

fn read(row: &Row) -> Result<NotificationRecord, StoreError> {
    Ok(NotificationRecord {
        id: row.parsed("id")?,
        kind: row.named("kind", NotificationKind::from_name)?,
        intent: row.optional_parsed("intent_id")?,
        subject: row.optional_text("subject")?,
        actor: row.text("actor")?,
        people: row.json("people")?,
        created_at: row.time("created_at")?,
    })
}

impl Transaction {
    /// Owes it to whomever it concerns, if this change happens. Says whether it is new: one
    /// with a key that was used before is owed no second time.
    pub async fn notify(&mut self, notification: &Notification) -> Result<bool, StoreError> {
        let (now, actor) = (self.now(), self.actor().to_owned());
        let done = sqlx::query(
            "insert into notifications (id, kind, intent_id, subject, actor, people, once_key,
                 created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (once_key) do nothing",
        )
        .bind(NotificationId::new(Uuid::now_v7()).to_string())
        .bind(notification.kind.as_str())
        .bind(notification.intent.map(|intent| intent.to_string()))
        .bind(&notification.subject)
        .bind(actor)
        .bind(serde_json::to_string(&notification.people)?)
        .bind(&notification.once_key)
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Owes a notification to these recipients, and records whom; does nothing, and says so,
    /// when somebody else has done it.
    pub async fn address(
        &mut self,
        notification: &NotificationRecord,
        deliveries: &[NewDelivery],
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update notifications set addressed_at = $2 where id = $1 and addressed_at is null",
        )
        .bind(notification.id.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for delivery in deliveries {
            outbox::insert(self.connection(), notification.id, delivery, now).await?;
        }
        let by = |channel| {
            let through = deliveries.iter().filter(move |d| d.channel == channel);
            through.map(|d| d.recipient.as_str()).collect()
        };
        let payload = Addressed {
            kind: notification.kind.as_str(),
            notification: notification.id,
            mail: by(Channel::Mail),
            webhook: by(Channel::Webhook),
        };
        let subject = notification.concerns();
        self.record(EventName::NotificationAddressed, &subject, None, &payload)
            .await?;
        Ok(true)
    }
}

impl NotificationRecord {
    /// What the ledger names as its subject.
    pub(crate) fn concerns(&self) -> String {
        match (&self.subject, self.intent) {
            (Some(subject), _) => subject.clone(),
            (None, Some(intent)) => intent.to_string(),
            (None, None) => self.id.to_string(),
        }
    }
}

impl Store {
    /// Notifications whose recipients are not known yet, oldest first.
    pub async fn unaddressed_notifications(&self) -> Result<Vec<NotificationRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from notifications where addressed_at is null
             order by created_at, id limit 100",
        )
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }

    /// Whether something with this key was owed before.
    pub async fn was_notified(&self, once_key: &str) -> Result<bool, StoreError> {
        let found = sqlx::query("select id from notifications where once_key = $1")
            .bind(once_key)
            .fetch_optional(&self.reader)
            .await?;
        Ok(found.is_some())
    }

    /// The notification with this id.
    pub async fn notification(
        &self,
        id: NotificationId,
    ) -> Result<Option<NotificationRecord>, StoreError> {
        let row = sqlx::query("select * from notifications where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }
}
