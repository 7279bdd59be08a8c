//! Sample deliveries that did not arrive.

use app::api::{
    UiError,
    deliveries::{DeliveryDesk, DeliveryRow},
};
use domain::{DeliveryId, Timestamp};
use uuid::Uuid;

use super::Amount;

pub struct SampleDeliveries {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl DeliveryDesk for SampleDeliveries {
    async fn troubled(&self) -> Result<Vec<DeliveryRow>, UiError> {
        let row = |number: u128| DeliveryRow {
            id: DeliveryId::new(Uuid::from_u128(number)),
            kind: "approval_waiting".to_owned(),
            recipient: "bo@example.com".to_owned(),
            attempts: 22,
            problem: "mail_server_unavailable".to_owned(),
            owed_at: self.now.plus_days(-1),
            next_at: (number > 0).then(|| self.now.plus_seconds(600)),
            may_try_again: true,
        };
        let count = match self.amount {
            Amount::None => 0,
            Amount::Some => 2,
            Amount::Many => 1_000,
        };
        Ok((0..count).map(row).collect())
    }

    async fn try_again(&self, _: DeliveryId) -> Result<(), UiError> {
        Ok(())
    }
}
