//! Deliveries on their way: claimed, attempted, tried again at growing pauses, given up.

use std::time::Duration;

use domain::{DeliveryId, Role};
use futures::{StreamExt as _, stream};
use store::{Channel, DeliveryRecord, NotificationRecord};

use super::{ServiceError, Services};
use crate::context::Context;

/// Nobody else takes a delivery for so long, in seconds: longer than any attempt lasts.
const CLAIM_SECONDS: i64 = 120;
/// The longest that one attempt may last.
const ATTEMPT_DEADLINE: Duration = Duration::from_mins(1);
/// How many deliveries of one channel are under way at a time.
const AT_A_TIME: usize = 8;
/// The pause behind the first attempt, in seconds; each further one is twice as long …
const PAUSE_MINIMUM: i64 = 10;
/// … up to this.
const PAUSE_MAXIMUM: i64 = 7200;
/// After so many attempts, a day and some minutes, a delivery is given up.
const ATTEMPTS_MAXIMUM: u64 = 22;

/// What became of an attempt that met no obstacle.
pub(super) enum Attempt {
    /// It arrived.
    Arrived,
    /// What it calls for was settled meanwhile: nobody needs it any more.
    Pointless,
}

/// Why an attempt did not arrive.
pub(super) struct Obstacle {
    /// Stable, in `snake_case`.
    pub code: &'static str,
    /// Whether trying again is in vain.
    pub is_final: bool,
}

impl From<ServiceError> for Obstacle {
    fn from(error: ServiceError) -> Self {
        Self {
            code: error.code(),
            is_final: false,
        }
    }
}

/// A delivery with whom it is for.
#[derive(Debug, Clone)]
pub struct DeliveryView {
    /// The delivery.
    pub delivery: DeliveryRecord,
    /// A person's address, or the name of a webhook.
    pub recipient: String,
}

impl Services {
    /// What did not arrive so far: for administrators and auditors.
    pub async fn troubled_deliveries(
        &self,
        context: &Context,
    ) -> Result<Vec<DeliveryView>, ServiceError> {
        context.authorise(&[Role::Administrator, Role::Auditor])?;
        let mut views = Vec::new();
        for delivery in self.parts.store.troubled_deliveries().await? {
            let recipient = match delivery.recipient.parse() {
                Ok(person) => self.existing_person(person).await?.email,
                Err(_) => delivery.recipient.clone(),
            };
            views.push(DeliveryView {
                delivery,
                recipient,
            });
        }
        Ok(views)
    }

    /// Has a delivery tried again that was given up.
    pub async fn deliver_again(
        &self,
        context: &Context,
        id: DeliveryId,
    ) -> Result<(), ServiceError> {
        context.authorise(&[Role::Administrator])?;
        let mut tx = self.begin(context).await?;
        if !tx.owe_again(id).await? {
            let detail = "this is not given up: it has arrived, or is tried again anyway";
            return Err(ServiceError::conflict("not_given_up", detail));
        }
        Ok(tx.commit().await?)
    }

    /// Sends every mail that is due. One that does not arrive is tried again later, at growing
    /// pauses but not for ever.
    pub async fn send_due_mails(&self, context: &Context) -> Result<(), ServiceError> {
        self.address_notifications(context).await?;
        self.send_due(context, Channel::Mail).await
    }

    /// Sends every message to webhooks that is due, likewise.
    pub async fn send_due_webhooks(&self, context: &Context) -> Result<(), ServiceError> {
        self.address_notifications(context).await?;
        self.send_due(context, Channel::Webhook).await
    }

    async fn send_due(&self, context: &Context, channel: Channel) -> Result<(), ServiceError> {
        let due = self
            .parts
            .store
            .due_deliveries(channel, context.now)
            .await?;
        let sending = due.into_iter().map(|delivery| self.send(context, delivery));
        let mut sending = stream::iter(sending).buffer_unordered(AT_A_TIME);
        let mut failure = Ok(());
        while let Some(sent) = sending.next().await {
            failure = failure.and(sent);
        }
        failure
    }

    async fn send(&self, context: &Context, due: DeliveryRecord) -> Result<(), ServiceError> {
        let store = &self.parts.store;
        let until = context.now.plus_seconds(CLAIM_SECONDS);
        let Some(delivery) = store.claim_delivery(due, until).await? else {
            return Ok(());
        };
        let notification = store.notification(delivery.notification).await?;
        let notification = notification.ok_or(ServiceError::NotFound {
            what: "notification",
        })?;
        match self.attempt(&delivery, &notification).await {
            Ok(Attempt::Arrived) => {
                let mut tx = self.begin(&context.as_system()).await?;
                tx.delivered(&delivery, &notification).await?;
                Ok(tx.commit().await?)
            }
            Ok(Attempt::Pointless) => Ok(store.drop_delivery(delivery.id).await?),
            Err(obstacle) => {
                tracing::warn!(
                    delivery = %delivery.id,
                    problem = obstacle.code,
                    attempt = delivery.attempts,
                    "a notification did not arrive"
                );
                self.try_again_later(context, &delivery, &notification, &obstacle)
                    .await
            }
        }
    }

    async fn attempt(
        &self,
        delivery: &DeliveryRecord,
        notification: &NotificationRecord,
    ) -> Result<Attempt, Obstacle> {
        let attempt = async {
            match delivery.channel {
                Channel::Mail => self.attempt_mail(delivery, notification).await,
                Channel::Webhook => self.attempt_webhook(delivery, notification).await,
            }
        };
        let attempt = tokio::time::timeout(ATTEMPT_DEADLINE, attempt).await;
        attempt.unwrap_or(Err(Obstacle {
            code: "timed_out",
            is_final: false,
        }))
    }

    async fn try_again_later(
        &self,
        context: &Context,
        delivery: &DeliveryRecord,
        notification: &NotificationRecord,
        obstacle: &Obstacle,
    ) -> Result<(), ServiceError> {
        if obstacle.is_final || delivery.attempts >= ATTEMPTS_MAXIMUM {
            let mut tx = self.begin(&context.as_system()).await?;
            if tx.give_up(delivery, notification, obstacle.code).await? {
                tx.commit().await?;
            }
            return Ok(());
        }
        let due_at = self.now().plus_seconds(pause(delivery));
        let store = &self.parts.store;
        Ok(store
            .postpone_delivery(delivery, obstacle.code, due_at)
            .await?)
    }
}

/// How long to wait behind an attempt, in seconds: twice as long each time, and up to a quarter
/// more, so that what failed together does not come back together.
fn pause(delivery: &DeliveryRecord) -> i64 {
    let doublings = u32::try_from(delivery.attempts.saturating_sub(1).min(16)).unwrap_or(16);
    let pause = (PAUSE_MINIMUM << doublings).min(PAUSE_MAXIMUM);
    pause + rand::random_range(0..=pause / 4)
}
