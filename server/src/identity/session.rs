//! What a browser session holds: sign-ins under way, and who has signed in.

use std::collections::{BTreeSet, HashMap};

use domain::{PersonId, Role, SignInId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use tower_sessions::{Session, session::Error};

use super::return_to::ReturnTo;
use crate::context::Person;

/// Under this key: [`SignedIn`].
const PERSON: &str = "person";
/// Under this key: the sign-ins under way, oldest first.
const UNDER_WAY: &str = "under_way";
/// Under this key: the minute of the last request, so that not every request is a write.
const SEEN: &str = "seen";
/// Several pages may ask for a sign-in at once, each in its own tab.
const UNDER_WAY_MAXIMUM: usize = 5;

/// A sign-in that the provider has not answered yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct UnderWay {
    /// Binds the answer to this browser (RFC 6749 section 10.12).
    pub state: String,
    /// Binds the ID token to this sign-in (`OpenID` Connect Core section 3.1.2.1).
    pub nonce: String,
    /// Binds the code to us (RFC 7636).
    pub verifier: String,
    /// When; sessions that were ended since then include this one.
    pub begun_at: Timestamp,
    /// Where to go afterwards.
    pub return_to: ReturnTo,
    /// Whether the person, already signed in, is to prove anew who they are.
    pub step_up: bool,
}

/// Who has signed in, as of then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SignedIn {
    /// Our id.
    pub id: PersonId,
    /// Names this sign-in on pages.
    pub sign_in: SignInId,
    /// The identity provider.
    pub issuer: String,
    /// Its name for its own session.
    pub sid: Option<String>,
    /// Display name.
    pub name: String,
    /// For mail and display.
    pub email: String,
    /// By configuration.
    pub roles: BTreeSet<Role>,
    /// As the provider said.
    pub groups: BTreeSet<String>,
    /// When the provider authenticated the person.
    pub authenticated_at: Timestamp,
    /// How strongly; none is the weakest.
    pub acr: Option<String>,
    /// How, for people to read.
    pub method: String,
    /// On every form of this session (see [`form_token`](super::form_token)).
    pub form_token: String,
    /// When the session began.
    pub started_at: Timestamp,
    /// The end of the session in any case.
    pub until: Timestamp,
}

impl From<SignedIn> for Person {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            id: signed_in.id,
            sign_in: signed_in.sign_in,
            name: signed_in.name,
            email: signed_in.email,
            roles: signed_in.roles,
            groups: signed_in.groups,
            signed_in_at: signed_in.authenticated_at,
            acr: signed_in.acr,
            method: signed_in.method,
        }
    }
}

/// Whoever has signed in, of a session's content.
pub(super) fn signed_in(data: &HashMap<String, Value>) -> Option<SignedIn> {
    let signed_in = data.get(PERSON)?.clone();
    serde_json::from_value(signed_in).ok()
}

/// Keeps a sign-in until the provider answers; the oldest gives way.
pub(super) async fn keep(session: &Session, under_way: UnderWay) -> Result<(), Error> {
    let mut all = all_under_way(session).await?;
    if all.len() >= UNDER_WAY_MAXIMUM {
        all.remove(0);
    }
    all.push(under_way);
    session.insert(UNDER_WAY, all).await
}

/// Takes the sign-in with this state out: an answer counts once.
pub(super) async fn take(session: &Session, state: &str) -> Result<Option<UnderWay>, Error> {
    let mut all = all_under_way(session).await?;
    let position = all
        .iter()
        .position(|kept| kept.state.as_bytes().ct_eq(state.as_bytes()).into());
    let Some(position) = position else {
        return Ok(None);
    };
    let taken = all.remove(position);
    session.insert(UNDER_WAY, all).await?;
    // At once: a second answer may arrive before this request is over.
    session.save().await?;
    Ok(Some(taken))
}

async fn all_under_way(session: &Session) -> Result<Vec<UnderWay>, Error> {
    Ok(session.get(UNDER_WAY).await?.unwrap_or_default())
}

/// Puts the person into a session with a new id, so that an id that somebody else planted
/// before the sign-in leads nowhere.
pub(super) async fn start(session: &Session, signed_in: &SignedIn) -> Result<(), Error> {
    session.cycle_id().await?;
    session.insert(PERSON, signed_in).await
}

/// Whoever has signed in, until their session's end.
pub(super) async fn current(session: &Session, now: Timestamp) -> Result<Option<SignedIn>, Error> {
    let signed_in: Option<SignedIn> = session.get(PERSON).await?;
    Ok(signed_in.filter(|signed_in| now < signed_in.until))
}

/// Notes that the person is still there; written at most once a minute.
pub(super) async fn touch(session: &Session, now: Timestamp) -> Result<(), Error> {
    session
        .insert(SEEN, now.micros().div_euclid(60_000_000))
        .await
}
