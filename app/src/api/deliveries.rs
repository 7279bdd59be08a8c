//! Mails and messages to webhooks that did not arrive at the first attempt.

use domain::{DeliveryId, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::UiError;

/// One that did not arrive so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// Which.
    pub id: DeliveryId,
    /// What it tells of: `approval_waiting`.
    pub kind: String,
    /// A person's address, or the name of a webhook.
    pub recipient: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The code of what stood in the way at last.
    pub problem: String,
    /// When it was owed.
    pub owed_at: Timestamp,
    /// When it is tried next; none once it was given up.
    pub next_at: Option<Timestamp>,
    /// Whether the viewer may have it tried again.
    pub may_try_again: bool,
}

/// The desk for deliveries.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait DeliveryDesk: Send + Sync {
    /// Those that did not arrive so far, the ones given up first.
    async fn troubled(&self) -> Result<Vec<DeliveryRow>, UiError>;
    /// Has one tried again that was given up.
    async fn try_again(&self, delivery: DeliveryId) -> Result<(), UiError>;
}

/// Those that did not arrive so far.
#[server(endpoint = "deliveries")]
pub async fn load_deliveries() -> Result<Vec<DeliveryRow>, UiError> {
    super::desks()?.deliveries.troubled().await
}

/// Has one tried again that was given up.
#[server(endpoint = "deliver_again")]
pub async fn deliver_again(
    /// Which.
    delivery: DeliveryId,
) -> Result<(), UiError> {
    let page = "/deliveries";
    let done = super::desks()?.deliveries.try_again(delivery).await;
    super::form::answer(done.map(|()| page.to_owned()), page, &[])
}
