//! The two steps of a sign-in: off to the provider, and back with its answer.

use std::collections::BTreeSet;

use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{EventName, PersonId, Role, Timestamp};
use serde::{Deserialize, Serialize};
use store::SignIn;
use tower_sessions::Session;
use uuid::Uuid;

use super::{
    Identity,
    claims::Identified,
    error::SignInError,
    notice,
    return_to::ReturnTo,
    session::{self, SignedIn, UnderWay},
};
use crate::context::Actor;

/// Where the provider sends the browser back to.
pub(super) const CALLBACK: &str = "/signin/callback";

/// What a page asks for.
#[derive(Debug, Deserialize)]
pub(super) struct Beginning {
    #[serde(default)]
    return_to: String,
}

/// The provider's answer (RFC 6749 section 4.1.2, RFC 9207). It may send more.
#[derive(Deserialize)]
pub(super) struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// What the ledger keeps of a refused sign-in.
#[derive(Serialize)]
struct Refusal<'a> {
    code: &'static str,
    issuer: &'a str,
    groups: Option<&'a BTreeSet<String>>,
}

/// `GET /signin?return_to=/path`
pub(super) async fn begin(
    State(identity): State<Identity>,
    session: Session,
    Query(beginning): Query<Beginning>,
) -> Response {
    let return_to = ReturnTo::or_first_page(&beginning.return_to);
    let begun = async {
        let (address, under_way) = identity.0.provider.begin(return_to).await?;
        session::keep(&session, under_way).await?;
        Ok(address)
    };
    match begun.await {
        Ok(address) => Redirect::to(address.as_str()).into_response(),
        Err(error) => notice::refusal(&identity, error),
    }
}

/// `GET /signin/callback`
pub(super) async fn finish(
    State(identity): State<Identity>,
    session: Session,
    Query(answer): Query<Answer>,
) -> Response {
    match identity.finish(&session, answer).await {
        Ok(return_to) => Redirect::to(return_to.as_str()).into_response(),
        Err(error) => {
            tracing::warn!(code = error.code(), "a sign-in was refused");
            notice::refusal(&identity, error)
        }
    }
}

impl Identity {
    async fn finish(&self, session: &Session, answer: Answer) -> Result<ReturnTo, SignInError> {
        let state = answer.state.as_deref().unwrap_or_default();
        // Before this line anybody could be calling; from here on it is a sign-in that we
        // began, and its end is recorded.
        let under_way = session::take(session, state)
            .await?
            .ok_or(SignInError::Unknown)?;
        let identified = match self.identify(&answer, &under_way).await {
            Ok(identified) => identified,
            Err(error) => return Err(self.refuse(error, None).await?),
        };
        let roles = self.0.config.identity.roles_of(&identified.groups);
        if roles.is_empty() {
            return Err(self.refuse(SignInError::NoRole, Some(&identified)).await?);
        }
        let signed_in = self.record(identified, roles).await?;
        session::start(session, &signed_in).await?;
        Ok(under_way.return_to)
    }

    async fn identify(
        &self,
        answer: &Answer,
        under_way: &UnderWay,
    ) -> Result<Identified, SignInError> {
        let provider = &self.0.provider;
        provider.check_issuer(answer.iss.as_deref()).await?;
        match (&answer.error, &answer.code) {
            (None, Some(code)) => provider.identify(code.clone(), under_way).await,
            _ => Err(SignInError::Declined),
        }
    }

    /// Records the refusal and hands it on.
    async fn refuse(
        &self,
        error: SignInError,
        identified: Option<&Identified>,
    ) -> Result<SignInError, SignInError> {
        let refusal = Refusal {
            code: error.code(),
            issuer: &self.0.config.identity.issuer,
            groups: identified.map(|identified| &identified.groups),
        };
        let subject = identified.map_or("unknown", |identified| &identified.subject);
        let mut transaction = self.begin_change().await?;
        transaction
            .record(EventName::SignInRefused, subject, None, &refusal)
            .await?;
        transaction.commit().await?;
        Ok(error)
    }

    /// Adds or renews the person and records the sign-in, before the session says so.
    async fn record(
        &self,
        identified: Identified,
        roles: BTreeSet<Role>,
    ) -> Result<SignedIn, SignInError> {
        let mut transaction = self.begin_change().await?;
        let until = self.session_end(transaction.now());
        let person = transaction
            .sign_in(&SignIn {
                new_id: PersonId::new(Uuid::now_v7()),
                issuer: self.0.config.identity.issuer.clone(),
                subject: identified.subject,
                name: identified.name,
                email: identified.email,
                groups: identified.groups.iter().cloned().collect(),
                roles: roles.iter().copied().collect(),
            })
            .await?;
        transaction.commit().await?;
        Ok(SignedIn {
            id: person.id,
            name: person.name,
            email: person.email,
            roles,
            groups: identified.groups,
            authenticated_at: identified.authenticated_at,
            method: identified.method,
            until,
        })
    }

    /// Nobody is signed in yet, so it is Countersign itself that writes.
    async fn begin_change(&self) -> Result<store::Transaction, SignInError> {
        let now = self.0.clock.now();
        Ok(self.0.store.begin(&Actor::System.name(), now).await?)
    }

    fn session_end(&self, now: Timestamp) -> Timestamp {
        let hours = i64::from(self.0.config.identity.session_absolute_hours);
        now.plus_seconds(hours * 3600)
    }
}
