//! People, as they last signed in, and the sessions in which they are signed in now.

use domain::{PersonId, Role, SignInId, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{PersonRef, UiError};

/// Somebody who has ever signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Who.
    pub person: PersonRef,
    /// The identity provider.
    pub issuer: String,
    /// In which groups, as of the last sign-in.
    pub groups: Vec<String>,
    /// What these gave.
    pub roles: Vec<Role>,
    /// When they last signed in.
    pub last_signed_in_at: Timestamp,
    /// In how many browsers they are signed in.
    pub sessions: u32,
    /// For how many agents they answer.
    pub agents: u32,
    /// When and why they were disabled, if they were.
    pub disabled: Option<Disabled>,
}

/// Kept out by an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// One person with their sessions.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that the page shows"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonPage {
    /// Who.
    pub row: PersonRow,
    /// Where they are signed in, the session used last first.
    pub sessions: Vec<SignInRow>,
    /// Whether it is the person who looks.
    pub is_viewer: bool,
    /// Whether the viewer may end these sessions.
    pub may_end: bool,
    /// Whether the viewer may disable this person, or let them in again.
    pub may_disable: bool,
    /// Whether they are mailed what waits for them.
    pub wants_digest: bool,
}

/// One session in a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRow {
    /// Which.
    pub sign_in: SignInId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether it is this very session.
    pub is_this: bool,
}

/// The desk for people.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait PeopleDesk: Send + Sync {
    /// Everybody who has ever signed in.
    async fn people(&self) -> Result<Vec<PersonRow>, UiError>;
    /// One of them; the viewer when none is named.
    async fn person(&self, person: Option<PersonId>) -> Result<PersonPage, UiError>;
    /// Ends one session.
    async fn end_session(&self, person: PersonId, sign_in: SignInId) -> Result<(), UiError>;
    /// Ends all sessions of a person.
    async fn end_sessions(&self, person: PersonId) -> Result<(), UiError>;
    /// Has the viewer's digest sent from now on, or no longer.
    async fn choose_digest(&self, wanted: bool) -> Result<(), UiError>;
    /// Keeps a person out.
    async fn disable(&self, person: PersonId, reason: String) -> Result<(), UiError>;
    /// Lets a person in again.
    async fn enable(&self, person: PersonId, reason: String) -> Result<(), UiError>;
}

/// Everybody who has ever signed in.
#[server(endpoint = "people")]
pub async fn load_people() -> Result<Vec<PersonRow>, UiError> {
    super::desks()?.people.people().await
}

/// One person.
#[server(endpoint = "person")]
pub async fn load_person(
    /// Which; the viewer when none is named.
    #[server(default)]
    person: Option<PersonId>,
) -> Result<PersonPage, UiError> {
    super::desks()?.people.person(person).await
}

/// Ends one session; the browser comes back to its list.
#[server(endpoint = "end_session")]
pub async fn end_session(
    /// Whose.
    person: PersonId,
    /// Which.
    sign_in: SignInId,
    /// Whether it was asked for on the viewer's own page.
    #[server(default)]
    own: bool,
) -> Result<(), UiError> {
    let page = page(person, own);
    let done = super::desks()?.people.end_session(person, sign_in).await;
    super::form::answer(done.map(|()| page.clone()), &page, &[])
}

/// Ends all sessions of a person; the browser comes back to their list.
#[server(endpoint = "end_sessions")]
pub async fn end_sessions(
    /// Whose.
    person: PersonId,
    /// Whether it was asked for on the viewer's own page.
    #[server(default)]
    own: bool,
) -> Result<(), UiError> {
    let page = page(person, own);
    let next = if own {
        "/signed-out".to_owned()
    } else {
        page.clone()
    };
    let done = super::desks()?.people.end_sessions(person).await;
    super::form::answer(done.map(|()| next), &page, &[])
}

/// Has the viewer's digest sent from now on, or no longer.
#[server(endpoint = "choose_digest")]
pub async fn choose_digest(
    /// Whether it is wanted.
    wanted: bool,
) -> Result<(), UiError> {
    let done = super::desks()?.people.choose_digest(wanted).await;
    super::form::answer(done.map(|()| "/me".to_owned()), "/me", &[])
}

/// Keeps a person out; the browser comes back to their page.
#[server(endpoint = "disable_person")]
pub async fn disable_person(
    /// Whom.
    person: PersonId,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), UiError> {
    let page = page(person, false);
    let done = async {
        let reason = super::form::filled("reason", &reason, "Say why.")?;
        super::desks()?.people.disable(person, reason).await
    };
    let done = done.await.map(|()| page.clone());
    super::form::answer(done, &page, &[("reason", &reason)])
}

/// Lets a person in again; the browser comes back to their page.
#[server(endpoint = "enable_person")]
pub async fn enable_person(
    /// Whom.
    person: PersonId,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), UiError> {
    let page = page(person, false);
    let done = async {
        let reason = super::form::filled("reason", &reason, "Say why.")?;
        super::desks()?.people.enable(person, reason).await
    };
    let done = done.await.map(|()| page.clone());
    super::form::answer(done, &page, &[("reason", &reason)])
}

#[cfg(feature = "ssr")]
fn page(person: PersonId, own: bool) -> String {
    if own {
        "/me".to_owned()
    } else {
        format!("/people/{person}")
    }
}
