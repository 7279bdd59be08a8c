//! Mails that are owed: written with the change that owes them, sent afterwards.

use domain::{EventName, IntentId, PersonId, Timestamp};

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// What a mail says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailKind {
    /// To those who can decide.
    ApprovalWaiting,
    /// To the initiator.
    ApprovalDecided,
}

impl MailKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ApprovalWaiting => "approval_waiting",
            Self::ApprovalDecided => "approval_decided",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::ApprovalWaiting, Self::ApprovalDecided]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// A mail that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRecord {
    /// Its number.
    pub id: i64,
    /// What it says.
    pub kind: MailKind,
    /// About which intent.
    pub intent: IntentId,
    /// How often it was tried.
    pub attempts: u64,
    /// Whom it has reached.
    pub delivered: Vec<PersonId>,
}

fn read(row: &Row) -> Result<OutboxRecord, StoreError> {
    Ok(OutboxRecord {
        id: row.integer("id")?,
        kind: row.named("kind", MailKind::from_name)?,
        intent: row.parsed("intent_id")?,
        attempts: row.count("attempts")?,
        delivered: row.json("delivered")?,
    })
}

impl Transaction {
    /// Owes a mail about an intent.
    pub async fn owe_mail(&mut self, kind: MailKind, intent: IntentId) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into outbox (kind, intent_id, created_at, due_at) values ($1, $2, $3, $3)",
        )
        .bind(kind.as_str())
        .bind(intent.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Marks a mail as sent, and to how many people.
    pub async fn mail_sent(
        &mut self,
        mail: &OutboxRecord,
        recipients: usize,
    ) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query("update outbox set sent_at = $2, attempts = attempts + 1 where id = $1")
            .bind(mail.id)
            .bind(now.micros())
            .execute(self.connection())
            .await?;
        let payload = serde_json::json!({ "kind": mail.kind.as_str(), "recipients": recipients });
        self.record(
            EventName::MailSent,
            &mail.intent.to_string(),
            None,
            &payload,
        )
        .await?;
        Ok(())
    }

    /// Tries a mail no more.
    pub async fn give_up_mail(&mut self, mail: &OutboxRecord) -> Result<(), StoreError> {
        sqlx::query(
            "update outbox set attempts = attempts + 1, due_at = $2, delivered = $3 where id = $1",
        )
        .bind(mail.id)
        .bind(i64::MAX)
        .bind(serde_json::to_string(&mail.delivered)?)
        .execute(self.connection())
        .await?;
        let (kind, delivered) = (mail.kind.as_str(), &mail.delivered);
        let payload = serde_json::json!({ "kind": kind, "delivered": delivered });
        let subject = mail.intent.to_string();
        self.record(EventName::MailGivenUp, &subject, None, &payload)
            .await?;
        Ok(())
    }
}

impl Store {
    /// Mails to be sent by now.
    pub async fn due_mails(&self, now: Timestamp) -> Result<Vec<OutboxRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from outbox where sent_at is null and due_at <= $1 order by id limit 100",
        )
        .bind(now.micros())
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }

    /// Notes an attempt that did not reach everybody, whom it reached, and when to try the
    /// others again.
    pub async fn postpone_mail(
        &self,
        mail: &OutboxRecord,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update outbox set attempts = attempts + 1, due_at = $2, delivered = $3 where id = $1",
        )
        .bind(mail.id)
        .bind(due_at.micros())
        .bind(serde_json::to_string(&mail.delivered)?)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
