//! Approvers who let a colleague decide in their place while they are away.

use domain::{DelegationId, PersonId, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{PersonRef, UiError};

/// What the viewer lent and was lent, and whom they could ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegations {
    /// What counts now or later.
    pub rows: Vec<DelegationRow>,
    /// Colleagues who could decide in the viewer's place; none when the viewer decides nothing.
    pub colleagues: Vec<PersonRef>,
}

/// One colleague who decides in another's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationRow {
    /// Which.
    pub id: DelegationId,
    /// Who is away.
    pub absent: PersonRef,
    /// Who decides in their place.
    pub delegate: PersonRef,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Whether the viewer may take it back.
    pub may_take_back: bool,
}

/// The desk for delegations.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait DelegationDesk: Send + Sync {
    /// Those of the viewer.
    async fn delegations(&self) -> Result<Delegations, UiError>;
    /// Lets a colleague decide in the viewer's place.
    async fn delegate(
        &self,
        delegate: PersonId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<(), UiError>;
    /// Takes it back, at once.
    async fn take_back(&self, delegation: DelegationId) -> Result<(), UiError>;
}

/// What the viewer lent and was lent.
#[server(endpoint = "delegations")]
pub async fn load_delegations() -> Result<Delegations, UiError> {
    super::desks()?.delegations.delegations().await
}

/// Lets a colleague decide in the viewer's place.
#[server(endpoint = "delegate")]
pub async fn delegate(
    /// Who.
    delegate: PersonId,
    /// The first day.
    #[server(default)]
    from: String,
    /// The last day.
    #[server(default)]
    until: String,
) -> Result<(), UiError> {
    let done = async {
        let (first, last) = (day("from", &from)?, day("until", &until)?);
        // The last day itself still counts.
        let desk = super::desks()?.delegations;
        desk.delegate(delegate, first, last.plus_days(1)).await
    };
    let done = done.await.map(|()| "/me".to_owned());
    super::form::answer(done, "/me", &[("from", &from), ("until", &until)])
}

/// Takes a delegation back.
#[server(endpoint = "take_back_delegation")]
pub async fn take_back_delegation(
    /// Which.
    delegation: DelegationId,
) -> Result<(), UiError> {
    let done = super::desks()?.delegations.take_back(delegation).await;
    super::form::answer(done.map(|()| "/me".to_owned()), "/me", &[])
}

#[cfg(feature = "ssr")]
fn day(field: &str, text: &str) -> Result<Timestamp, UiError> {
    let day = Timestamp::from_date(text.trim());
    day.ok_or_else(|| UiError::invalid(field, "Give a day, written 2026-11-22."))
}
