//! The desk for deliveries.

use app::api::{
    UiError,
    deliveries::{DeliveryDesk, DeliveryRow},
};
use async_trait::async_trait;
use domain::{DeliveryId, Role};

use super::{Desk, count, errors::shown};

#[async_trait]
impl DeliveryDesk for Desk {
    async fn troubled(&self) -> Result<Vec<DeliveryRow>, UiError> {
        let viewer = self.context.person().map_err(|error| shown(error.into()))?;
        let may_try_again = viewer.roles.contains(&Role::Administrator);
        let views = self.services.troubled_deliveries(&self.context).await;
        let rows = views.map_err(shown)?.into_iter().map(|view| DeliveryRow {
            id: view.delivery.id,
            kind: view.delivery.kind.as_str().to_owned(),
            recipient: view.recipient,
            attempts: count(view.delivery.attempts),
            problem: view.delivery.problem.unwrap_or_default(),
            owed_at: view.delivery.owed_at,
            next_at: match view.delivery.given_up_at {
                Some(_) => None,
                None => Some(view.delivery.due_at),
            },
            may_try_again,
        });
        Ok(rows.collect())
    }

    async fn try_again(&self, delivery: DeliveryId) -> Result<(), UiError> {
        let done = self.services.deliver_again(&self.context, delivery).await;
        done.map_err(shown)
    }
}
