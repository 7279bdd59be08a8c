//! The two steps of a sign-in: off to the provider, and back with its answer.

use std::collections::BTreeSet;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{EventName, PersonId, SignInId, Timestamp};
use serde::Deserialize;
use store::Evidence;
use tower_sessions::Session;
use uuid::Uuid;

use super::{
    Identity,
    error::SignInError,
    groups::GroupsFault,
    notice,
    provider::Proved,
    return_to::ReturnTo,
    session::{self, SignedIn, UnderWay},
};
use crate::{
    context::{Actor, Context},
    services::{Arrival, NotAdmitted, Refusal},
};

/// Where the provider sends the browser back to.
pub(super) const CALLBACK: &str = "/signin/callback";

/// The longest `state` and `code` that are looked at, in bytes.
const PARAMETER_MAXIMUM: usize = 4096;

/// What a page asks for.
#[derive(Debug, Deserialize)]
pub(super) struct Beginning {
    #[serde(default)]
    return_to: String,
    /// Whether the person, already signed in, is to prove anew who they are.
    #[serde(default)]
    step_up: bool,
}

/// The provider's answer (RFC 6749 section 4.1.2, RFC 9207). It may send more.
#[derive(Deserialize)]
pub(super) struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

impl Answer {
    fn is_sensible(&self) -> bool {
        let all = [&self.state, &self.code, &self.error, &self.iss];
        let mut given = all.into_iter().flatten();
        given.all(|parameter| parameter.len() <= PARAMETER_MAXIMUM)
    }
}

/// `GET /signin?return_to=/path&step_up=true`
pub(super) async fn begin(
    State(identity): State<Identity>,
    session: Session,
    Query(beginning): Query<Beginning>,
) -> Response {
    let return_to = ReturnTo::or_first_page(&beginning.return_to);
    let begun = async {
        let step_up = beginning.step_up && identity.current(&session).await?.is_some();
        let (address, under_way) = identity.0.provider.begin(return_to, step_up).await?;
        session::keep(&session, under_way).await?;
        Ok(address)
    };
    match begun.await {
        Ok(address) => Redirect::to(address.as_str()).into_response(),
        Err(error) => notice::refusal(&identity, error).await,
    }
}

/// `GET /signin/callback`
pub(super) async fn finish(
    State(identity): State<Identity>,
    session: Session,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let finished = match answer {
        Ok(Query(answer)) if answer.is_sensible() => identity.finish(&session, answer).await,
        // Something twice, or too long: nothing that a provider sends.
        _ => Err(identity.refuse(SignInError::Unknown, "unknown").await),
    };
    match finished {
        Ok(return_to) => Redirect::to(return_to.as_str()).into_response(),
        Err(error) => {
            tracing::warn!(code = error.code(), "a sign-in was refused");
            notice::refusal(&identity, error).await
        }
    }
}

impl Identity {
    /// Whoever is signed in.
    pub(super) async fn current(
        &self,
        session: &Session,
    ) -> Result<Option<SignedIn>, tower_sessions::session::Error> {
        session::current(session, self.0.services.now()).await
    }

    async fn finish(&self, session: &Session, answer: Answer) -> Result<ReturnTo, SignInError> {
        let state = answer.state.as_deref().unwrap_or_default();
        let Some(under_way) = session::take(session, state).await? else {
            return Err(self.refuse(SignInError::Unknown, "unknown").await);
        };
        let proved = match self.identify(&answer, &under_way).await {
            Ok(proved) => proved,
            Err(error) => return Err(self.refuse(error, "unknown").await),
        };
        let before = if under_way.step_up {
            self.current(session).await?.map(|before| before.id)
        } else {
            None
        };
        let subject = proved.identified.subject.clone();
        match self.let_in(proved, under_way.begun_at, before).await {
            Ok(signed_in) => session::start(session, &signed_in).await?,
            Err(error) => return Err(self.refuse(error, &subject).await),
        }
        Ok(under_way.return_to)
    }

    async fn identify(&self, answer: &Answer, under_way: &UnderWay) -> Result<Proved, SignInError> {
        let provider = &self.0.provider;
        provider.check_issuer(answer.iss.as_deref()).await?;
        match (&answer.error, &answer.code) {
            (None, Some(code)) => provider.identify(code.clone(), under_way).await,
            (Some(error), _) => Err(SignInError::of_provider(error)),
            (None, None) => Err(SignInError::Declined),
        }
    }

    /// Adds or renews the person and records the sign-in, before the session says so.
    async fn let_in(
        &self,
        proved: Proved,
        begun_at: Timestamp,
        stepping_up: Option<PersonId>,
    ) -> Result<SignedIn, SignInError> {
        let Proved {
            identified,
            token_digest,
        } = proved;
        let groups = match identified.groups {
            // Said clearly: whoever was in a group before has left it.
            Err(GroupsFault::Empty) => BTreeSet::new(),
            groups => groups.map_err(SignInError::Groups)?,
        };
        let arrival = Arrival {
            issuer: self.0.config.identity.issuer.clone(),
            subject: identified.subject,
            name: identified.name,
            email: identified.email,
            roles: self.0.config.identity.roles_of(&groups),
            groups,
            evidence: Evidence {
                authenticated_at: Some(identified.authenticated_at),
                acr: identified.acr,
                method: identified.method,
                sid: identified.session,
                token_digest,
                is_step_up: stepping_up.is_some(),
            },
            begun_at,
            stepping_up,
        };
        let admitted = self.0.services.admit(&arrival).await?;
        let person = admitted.map_err(|why| match why {
            NotAdmitted::NoRole if arrival.groups.is_empty() => {
                SignInError::Groups(GroupsFault::Empty)
            }
            why => SignInError::NotAdmitted(why),
        })?;
        Ok(self.signed_in(person, arrival, identified.authenticated_at))
    }

    fn signed_in(
        &self,
        person: store::PersonRecord,
        arrival: Arrival,
        authenticated_at: Timestamp,
    ) -> SignedIn {
        let hours = i64::from(self.0.config.identity.session_absolute_hours);
        SignedIn {
            id: person.id,
            sign_in: SignInId::new(Uuid::now_v7()),
            issuer: arrival.issuer,
            sid: arrival.evidence.sid,
            name: person.name,
            email: person.email,
            roles: arrival.roles,
            groups: arrival.groups,
            authenticated_at,
            acr: arrival.evidence.acr,
            method: arrival.evidence.method,
            form_token: hex::encode(rand::random::<[u8; 32]>()),
            // When it was recorded: whatever ended sessions since then ends this one.
            started_at: person.last_signed_in_at,
            until: person.last_signed_in_at.plus_seconds(hours * 3600),
        }
    }

    /// Records the refusal and hands it on.
    pub(super) async fn refuse(&self, error: SignInError, subject: &str) -> SignInError {
        if !error.is_refusal() {
            return error;
        }
        let refusal = Refusal {
            event: EventName::SignInRefused,
            code: error.code(),
            run: None,
            subject,
            details: serde_json::json!({
                "issuer": self.0.config.identity.issuer,
                "reason": error.reason(),
            }),
        };
        let recorded = self
            .0
            .services
            .record_refusal(&self.system(), refusal)
            .await;
        recorded.err().map_or(error, SignInError::from)
    }

    /// Nobody is signed in yet, so it is Countersign itself that writes.
    pub(super) fn system(&self) -> Context {
        Context {
            actor: Actor::System,
            request_id: String::new(),
            now: self.0.services.now(),
        }
    }
}
