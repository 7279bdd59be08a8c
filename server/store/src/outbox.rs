//! Deliveries that are owed: one row for each notification, channel and recipient.
//!
//! Whoever sends a delivery claims it first, by compare-and-swap on the number of attempts. The
//! claim moves the time of the next attempt on, so that nobody else takes it meanwhile, and so
//! that it is taken up again should the sender never come back.

use domain::{DeliveryId, EventName, NotificationId, Timestamp};
use serde::Serialize;

use crate::{
    NotificationKind, NotificationRecord, Store, StoreError, Transaction,
    database::Connection,
    row::{Row, RowExt as _, collect},
};

/// By which way something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// By mail, to a person.
    Mail,
    /// By a request, to a webhook of the configuration.
    Webhook,
}

impl Channel {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Mail, Self::Webhook]
            .into_iter()
            .find(|channel| channel.as_str() == name)
    }

    const fn sent(self) -> EventName {
        match self {
            Self::Mail => EventName::MailSent,
            Self::Webhook => EventName::WebhookSent,
        }
    }

    const fn given_up(self) -> EventName {
        match self {
            Self::Mail => EventName::MailGivenUp,
            Self::Webhook => EventName::WebhookGivenUp,
        }
    }
}

/// A delivery to be owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// By which way.
    pub channel: Channel,
    /// A person's id, or the name of a webhook.
    pub recipient: String,
    /// The same for every attempt (RFC 5322 section 3.6.4), without angle brackets.
    pub message_id: String,
}

/// A delivery that is owed, or was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its id.
    pub id: DeliveryId,
    /// Of what.
    pub notification: NotificationId,
    /// What happened.
    pub kind: NotificationKind,
    /// By which way.
    pub channel: Channel,
    /// A person's id, or the name of a webhook.
    pub recipient: String,
    /// The same for every attempt.
    pub message_id: String,
    /// How often it was tried, a running attempt included.
    pub attempts: u64,
    /// When it was owed.
    pub owed_at: Timestamp,
    /// When it is tried next.
    pub due_at: Timestamp,
    /// The code of what stood in the way at the last attempt.
    pub problem: Option<String>,
    /// When it was given up.
    pub given_up_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Settled<'a> {
    kind: &'static str,
    delivery: DeliveryId,
    recipient: &'a str,
    attempts: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

fn read(row: &Row) -> Result<DeliveryRecord, StoreError> {
    Ok(DeliveryRecord {
        id: row.parsed("id")?,
        notification: row.parsed("notification_id")?,
        kind: row.named("kind", NotificationKind::from_name)?,
        channel: row.named("channel", Channel::from_name)?,
        recipient: row.text("recipient")?,
        message_id: row.text("message_id")?,
        attempts: row.count("attempts")?,
        owed_at: row.time("owed_at")?,
        due_at: row.time("due_at")?,
        problem: row.optional_text("problem")?,
        given_up_at: row.optional_time("given_up_at")?,
    })
}

/// What every reader of deliveries selects.
const SELECT: &str = "select d.*, n.kind from deliveries d
    join notifications n on n.id = d.notification_id";

pub(crate) async fn insert(
    connection: &mut Connection,
    notification: NotificationId,
    delivery: &NewDelivery,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into deliveries (id, notification_id, channel, recipient, message_id, owed_at,
             due_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(delivery.id.to_string())
    .bind(notification.to_string())
    .bind(delivery.channel.as_str())
    .bind(&delivery.recipient)
    .bind(&delivery.message_id)
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

impl Transaction {
    /// Notes that a delivery arrived.
    pub async fn delivered(
        &mut self,
        delivery: &DeliveryRecord,
        notification: &NotificationRecord,
    ) -> Result<(), StoreError> {
        let now = self.now();
        // Whoever holds the claim by now: it has arrived, and is not sent again.
        sqlx::query(
            "update deliveries set sent_at = $2, given_up_at = null, problem = null where id = $1",
        )
        .bind(delivery.id.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let event = delivery.channel.sent();
        self.record_settled(event, delivery, notification, None)
            .await
    }

    /// Tries a claimed delivery no more, unless an administrator wants it; does nothing, and
    /// says so, when somebody else holds it by now.
    pub async fn give_up(
        &mut self,
        delivery: &DeliveryRecord,
        notification: &NotificationRecord,
        problem: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update deliveries set given_up_at = $3, problem = $4
             where id = $1 and attempts = $2 and sent_at is null",
        )
        .bind(delivery.id.to_string())
        .bind(i64::try_from(delivery.attempts).unwrap_or(i64::MAX))
        .bind(now.micros())
        .bind(problem)
        .execute(self.connection())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let event = delivery.channel.given_up();
        self.record_settled(event, delivery, notification, Some(problem))
            .await?;
        Ok(true)
    }

    async fn record_settled(
        &mut self,
        event: EventName,
        delivery: &DeliveryRecord,
        notification: &NotificationRecord,
        problem: Option<&str>,
    ) -> Result<(), StoreError> {
        let payload = Settled {
            kind: delivery.kind.as_str(),
            delivery: delivery.id,
            recipient: &delivery.recipient,
            attempts: delivery.attempts,
            problem,
        };
        self.record(event, &notification.concerns(), None, &payload)
            .await?;
        Ok(())
    }

    /// Owes a delivery anew that was given up; says whether it was.
    pub async fn owe_again(&mut self, id: DeliveryId) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update deliveries set given_up_at = null, attempts = 0, due_at = $2
             where id = $1 and given_up_at is not null",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({});
        self.record(
            EventName::DeliveryOwedAgain,
            &id.to_string(),
            None,
            &payload,
        )
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// Deliveries by this way that are to be tried by now, the longest due first.
    pub async fn due_deliveries(
        &self,
        channel: Channel,
        now: Timestamp,
    ) -> Result<Vec<DeliveryRecord>, StoreError> {
        let sql = format!(
            "{SELECT} where d.channel = $1 and d.sent_at is null and d.given_up_at is null
                 and d.due_at <= $2
             order by d.due_at, d.id limit 100"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(channel.as_str())
            .bind(now.micros())
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read)
    }

    /// Takes a due delivery, which counts as an attempt; `None` when somebody else has. Nobody
    /// else takes it before `until`.
    pub async fn claim_delivery(
        &self,
        delivery: DeliveryRecord,
        until: Timestamp,
    ) -> Result<Option<DeliveryRecord>, StoreError> {
        let done = sqlx::query(
            "update deliveries set attempts = attempts + 1, due_at = $3
             where id = $1 and attempts = $2 and sent_at is null and given_up_at is null",
        )
        .bind(delivery.id.to_string())
        .bind(i64::try_from(delivery.attempts).unwrap_or(i64::MAX))
        .bind(until.micros())
        .execute(&self.writer)
        .await?;
        let claimed = DeliveryRecord {
            attempts: delivery.attempts + 1,
            due_at: until,
            ..delivery
        };
        Ok((done.rows_affected() == 1).then_some(claimed))
    }

    /// Notes that a claimed delivery did not arrive, why, and when it is tried again.
    pub async fn postpone_delivery(
        &self,
        delivery: &DeliveryRecord,
        problem: &str,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update deliveries set due_at = $3, problem = $4
             where id = $1 and attempts = $2 and sent_at is null",
        )
        .bind(delivery.id.to_string())
        .bind(i64::try_from(delivery.attempts).unwrap_or(i64::MAX))
        .bind(due_at.micros())
        .bind(problem)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Forgets a delivery that nobody needs any more: what it calls for was settled meanwhile.
    pub async fn drop_delivery(&self, id: DeliveryId) -> Result<(), StoreError> {
        sqlx::query("delete from deliveries where id = $1 and sent_at is null")
            .bind(id.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Deliveries that did not arrive at the first attempt, those given up first, then the
    /// oldest.
    pub async fn troubled_deliveries(&self) -> Result<Vec<DeliveryRecord>, StoreError> {
        let sql = format!(
            "{SELECT} where d.sent_at is null and d.problem is not null
             order by coalesce(d.given_up_at, 0) desc, d.owed_at, d.id limit 200"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read)
    }
}
