//! The desk for delegations.

use app::api::{
    UiError,
    delegations::{DelegationDesk, DelegationRow, Delegations},
};
use async_trait::async_trait;
use domain::{DelegationId, PersonId, Timestamp};

use super::{Desk, errors::shown, names::person_ref};

#[async_trait]
impl DelegationDesk for Desk {
    async fn delegations(&self) -> Result<Delegations, UiError> {
        let viewer = self.context.person().map_err(|error| shown(error.into()))?;
        let views = self.services.delegations(&self.context).await;
        let rows = views.map_err(shown)?.into_iter().map(|view| DelegationRow {
            id: view.delegation.id,
            absent: person_ref(&view.absent),
            delegate: person_ref(&view.delegate),
            from: view.delegation.from,
            until: view.delegation.until,
            may_take_back: view.absent.id == viewer.id,
        });
        let colleagues = self.services.possible_delegates(&self.context).await;
        Ok(Delegations {
            rows: rows.collect(),
            colleagues: colleagues.map_err(shown)?.iter().map(person_ref).collect(),
        })
    }

    async fn delegate(
        &self,
        delegate: PersonId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<(), UiError> {
        let dates = (from, until);
        let done = self.services.delegate(&self.context, delegate, dates).await;
        done.map(|_| ()).map_err(shown)
    }

    async fn take_back(&self, delegation: DelegationId) -> Result<(), UiError> {
        let services = &self.services;
        let done = services.take_back_delegation(&self.context, delegation);
        done.await.map_err(shown)
    }
}
