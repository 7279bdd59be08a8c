//! The desk for people.

use app::api::{
    UiError,
    people::{Disabled, PeopleDesk, PersonPage, PersonRow, SignInRow},
};
use async_trait::async_trait;
use domain::{PersonId, Role, SignInId};

use super::{Desk, count, errors::shown, names::person_ref};
use crate::services::PersonView;

#[async_trait]
impl PeopleDesk for Desk {
    async fn people(&self) -> Result<Vec<PersonRow>, UiError> {
        let views = self.services.people(&self.context).await.map_err(shown)?;
        Ok(views.iter().map(row).collect())
    }

    async fn person(&self, person: Option<PersonId>) -> Result<PersonPage, UiError> {
        let viewer = self.context.person().map_err(|error| shown(error.into()))?;
        let id = person.unwrap_or(viewer.id);
        let view = self.services.person_view(&self.context, id).await;
        let view = view.map_err(shown)?;
        let is_viewer = id == viewer.id;
        let administers = viewer.roles.contains(&Role::Administrator);
        let sessions = view.sessions.iter().map(|session| SignInRow {
            sign_in: session.sign_in,
            started_at: session.started_at,
            seen_at: session.seen_at,
            is_this: session.sign_in == viewer.sign_in,
        });
        Ok(PersonPage {
            row: row(&view),
            sessions: sessions.collect(),
            is_viewer,
            may_end: is_viewer || administers,
            may_disable: administers && !is_viewer,
            wants_digest: view.person.wants_digest,
        })
    }

    async fn end_session(&self, person: PersonId, sign_in: SignInId) -> Result<(), UiError> {
        let ended = self
            .services
            .end_session(&self.context, person, sign_in)
            .await;
        ended.map_err(shown)
    }

    async fn end_sessions(&self, person: PersonId) -> Result<(), UiError> {
        let ended = self.services.end_sessions(&self.context, person).await;
        ended.map_err(shown)
    }

    async fn choose_digest(&self, wanted: bool) -> Result<(), UiError> {
        let chosen = self.services.choose_digest(&self.context, wanted).await;
        chosen.map_err(shown)
    }

    async fn disable(&self, person: PersonId, reason: String) -> Result<(), UiError> {
        let services = &self.services;
        let disabled = services
            .disable_person(&self.context, person, &reason)
            .await;
        disabled.map_err(shown)
    }

    async fn enable(&self, person: PersonId, reason: String) -> Result<(), UiError> {
        let services = &self.services;
        let enabled = services.enable_person(&self.context, person, &reason).await;
        enabled.map_err(shown)
    }
}

fn row(view: &PersonView) -> PersonRow {
    let person = &view.person;
    PersonRow {
        person: person_ref(person),
        issuer: person.issuer.clone(),
        groups: person.groups.clone(),
        roles: person.roles.clone(),
        last_signed_in_at: person.last_signed_in_at,
        sessions: count(view.sessions.len()),
        agents: count(view.agents),
        disabled: person.disabled_at.map(|at| Disabled {
            at,
            reason: person.disable_reason.clone().unwrap_or_default(),
        }),
    }
}
