//! Sample delegations.

use app::api::{
    UiError,
    delegations::{DelegationDesk, DelegationRow, Delegations},
};
use domain::{DelegationId, PersonId, Timestamp};
use uuid::Uuid;

use super::{Amount, person};

pub struct SampleDelegations {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl DelegationDesk for SampleDelegations {
    async fn delegations(&self) -> Result<Delegations, UiError> {
        let row = |number| DelegationRow {
            id: DelegationId::new(Uuid::from_u128(number)),
            absent: person(1),
            delegate: person(2),
            from: self.now,
            until: self.now.plus_days(7),
            may_take_back: true,
        };
        let count = u128::from(self.amount != Amount::None);
        Ok(Delegations {
            rows: (0..count).map(row).collect(),
            colleagues: (2..4).map(person).collect(),
        })
    }

    async fn delegate(&self, _: PersonId, _: Timestamp, _: Timestamp) -> Result<(), UiError> {
        Ok(())
    }

    async fn take_back(&self, _: DelegationId) -> Result<(), UiError> {
        Ok(())
    }
}
