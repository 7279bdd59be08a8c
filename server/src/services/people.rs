//! People: let in by their identity provider's proof, kept out again at once.
//!
//! Whoever is disabled or gone loses their sessions, the runs in their name and those of the
//! agents they answer for, all in one transaction. Their agents stay registered and are worth
//! nothing until their owner is back, or an administrator ends them.

use std::collections::BTreeSet;

use domain::{EventName, PersonId, Role, RunEnd, SignInId, Timestamp};
use store::{
    AgentRecord, BrowserSessionRecord, Ended, Ending, Evidence, Logout, PersonRecord, SignIn,
    StoreError, Target, Transaction,
};

use super::{ServiceError, Services, fresh_uuid};
use crate::context::{Actor, Context};

/// Somebody whom the identity provider has proved.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The identity provider.
    pub issuer: String,
    /// Its name for the person.
    pub subject: String,
    /// Display name.
    pub name: String,
    /// For mail and display.
    pub email: String,
    /// As claimed.
    pub groups: BTreeSet<String>,
    /// As configured for the groups.
    pub roles: BTreeSet<Role>,
    /// What is kept of the proof.
    pub evidence: Evidence,
    /// When the person set out to sign in.
    pub begun_at: Timestamp,
    /// Who was signed in before, where this is a step-up.
    pub stepping_up: Option<PersonId>,
}

/// Why somebody who proved who they are is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdmitted {
    /// None of their groups gives a role.
    NoRole,
    /// An administrator disabled them.
    Disabled,
    /// Somebody with the right to has ended their sessions since they set out to sign in.
    SessionEnded,
    /// Somebody else was to prove anew who they are.
    AnotherPerson,
}

impl NotAdmitted {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoRole => "no_role",
            Self::Disabled => "person_disabled",
            Self::SessionEnded => "session_ended",
            Self::AnotherPerson => "step_up_other_person",
        }
    }

    /// The sentence for the person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoRole => {
                "You are signed in at the identity provider, but none of your groups has a role \
                 here. Ask an administrator of Countersign to add one of your groups to \
                 `identity.roles`."
            }
            Self::Disabled => "An administrator of Countersign has disabled your access.",
            Self::SessionEnded => {
                "Your sessions were ended while you were signing in, here or at the identity \
                 provider. Sign in again."
            }
            Self::AnotherPerson => {
                "You were asked to confirm who you are, and somebody else signed in. Sign out \
                 first to change to another person."
            }
        }
    }
}

/// A person, with where they are signed in.
#[derive(Debug, Clone)]
pub struct PersonView {
    /// Who.
    pub person: PersonRecord,
    /// Their sessions that count.
    pub sessions: Vec<BrowserSessionRecord>,
    /// How many agents they answer for.
    pub agents: usize,
}

impl Services {
    /// Lets somebody in, and records it before any session says so.
    pub async fn admit(
        &self,
        arrival: &Arrival,
    ) -> Result<Result<PersonRecord, NotAdmitted>, ServiceError> {
        let mut tx = self.begin_as_system().await?;
        let known = tx.person_named(&arrival.issuer, &arrival.subject).await?;
        if let Some(why) = refuse(&mut tx, arrival, known.as_ref()).await? {
            return self.turn_away(tx, arrival, known, why).await.map(Err);
        }
        let person = tx
            .sign_in(&SignIn {
                new_id: PersonId::new(fresh_uuid()),
                issuer: arrival.issuer.clone(),
                subject: arrival.subject.clone(),
                name: arrival.name.clone(),
                email: arrival.email.clone(),
                groups: arrival.groups.iter().cloned().collect(),
                roles: arrival.roles.iter().copied().collect(),
                evidence: arrival.evidence.clone(),
            })
            .await?;
        tx.commit().await?;
        Ok(Ok(person))
    }

    /// Somebody known whose groups give no role any more is gone for us.
    async fn turn_away(
        &self,
        mut tx: Transaction,
        arrival: &Arrival,
        known: Option<PersonRecord>,
        why: NotAdmitted,
    ) -> Result<NotAdmitted, ServiceError> {
        if let (NotAdmitted::NoRole, Some(person)) = (why, known) {
            let groups: Vec<String> = arrival.groups.iter().cloned().collect();
            tx.lose_roles(person.id, &groups).await?;
            let ending = Ending {
                because: RunEnd::PersonDisabled,
                by: None,
                reason: "its person has no role",
            };
            let ended = end_power(&mut tx, person.id, ending).await?;
            tx.commit().await?;
            self.after_ending(&ended);
        }
        Ok(why)
    }

    /// Records that a person ended their session.
    pub async fn record_sign_out(&self, id: PersonId) -> Result<(), ServiceError> {
        let store = &self.parts.store;
        let mut tx = store.begin(&id.to_string(), self.now()).await?;
        let payload = serde_json::json!({});
        tx.record(EventName::PersonSignedOut, &id.to_string(), None, &payload)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Ends what a person began, on the provider's word that they signed out there.
    ///
    /// # Errors
    /// A conflict when the token was used before.
    pub async fn sign_out_by_provider(&self, logout: &Logout) -> Result<(), ServiceError> {
        let mut tx = self.begin_as_system().await?;
        let people = tx.spend_logout(logout).await.map_err(|error| match error {
            StoreError::AlreadyExists => {
                ServiceError::conflict("logout_replayed", "this logout token was used before")
            }
            other => other.into(),
        })?;
        let mut ended = Ended::default();
        for person in people {
            let ending = Ending {
                because: RunEnd::PersonSignedOut,
                by: None,
                reason: "",
            };
            ended.extend(end_power(&mut tx, person, ending).await?);
        }
        let payload = serde_json::json!({ "issuer": logout.issuer, "sid": logout.sid });
        let subject = logout.subject.as_deref().unwrap_or("unknown");
        tx.record(EventName::PersonSignedOut, subject, None, &payload)
            .await?;
        tx.commit().await?;
        self.after_ending(&ended);
        Ok(())
    }

    /// Everybody who has ever signed in: for administrators and auditors.
    pub async fn people(&self, context: &Context) -> Result<Vec<PersonView>, ServiceError> {
        context.authorise(&[Role::Administrator, Role::Auditor])?;
        let sessions = self.parts.store.browser_sessions(None, context.now).await?;
        let agents = self.parts.store.agents().await?;
        let view = |person: PersonRecord| PersonView {
            sessions: sessions
                .iter()
                .filter(|session| session.person == person.id)
                .cloned()
                .collect(),
            agents: agents
                .iter()
                .filter(|agent| agent.owner == person.id && agent.is_active(context.now))
                .count(),
            person,
        };
        let people = self.parts.store.people().await?;
        Ok(people.into_iter().map(view).collect())
    }

    /// One person: oneself, or anybody for administrators and auditors.
    pub async fn person_view(
        &self,
        context: &Context,
        id: PersonId,
    ) -> Result<PersonView, ServiceError> {
        if context.person()?.id != id {
            context.authorise(&[Role::Administrator, Role::Auditor])?;
        }
        let store = &self.parts.store;
        let agents = store.agents().await?;
        let answers_for = |agent: &&AgentRecord| agent.owner == id && agent.is_active(context.now);
        Ok(PersonView {
            person: self.existing_person(id).await?,
            sessions: store.browser_sessions(Some(id), context.now).await?,
            agents: agents.iter().filter(answers_for).count(),
        })
    }

    /// Disables a person, and ends what they can do.
    pub async fn disable_person(
        &self,
        context: &Context,
        id: PersonId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let by = context.authorise(&[Role::Administrator])?.id;
        if by == id {
            return Err(ServiceError::refused(
                "own_account",
                "nobody disables themselves; ask another administrator",
            ));
        }
        let reason = reason_given(reason)?;
        self.existing_person(id).await?;
        let mut tx = self.begin(context).await?;
        if !tx.disable_person(id, by, reason).await? {
            return Err(ServiceError::conflict(
                "already_disabled",
                "this person is disabled already",
            ));
        }
        let ending = Ending {
            because: RunEnd::PersonDisabled,
            by: Some(by),
            reason,
        };
        let ended = end_power(&mut tx, id, ending).await?;
        tx.commit().await?;
        self.after_ending(&ended);
        Ok(())
    }

    /// Lets a person in again. What was ended stays ended.
    pub async fn enable_person(
        &self,
        context: &Context,
        id: PersonId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let by = context.authorise(&[Role::Administrator])?.id;
        let reason = reason_given(reason)?;
        self.existing_person(id).await?;
        if by == id {
            return Err(ServiceError::refused(
                "own_account",
                "nobody enables themselves; ask another administrator",
            ));
        }
        let mut tx = self.begin(context).await?;
        if !tx.enable_person(id, reason).await? {
            return Err(ServiceError::conflict(
                "not_disabled",
                "this person is not disabled",
            ));
        }
        Ok(tx.commit().await?)
    }

    /// Whether all of them may still act, and answer for who acts in their name.
    pub(super) async fn require_good_standing(
        &self,
        people: [PersonId; 2],
    ) -> Result<(), ServiceError> {
        // Often it is the same person.
        for id in BTreeSet::from(people) {
            if !self.existing_person(id).await?.is_in_good_standing() {
                return Err(ServiceError::Token {
                    code: RunEnd::PersonDisabled.as_str(),
                    detail: RunEnd::PersonDisabled.advice(),
                });
            }
        }
        Ok(())
    }

    /// Ends a session: one's own, or anybody's as an administrator.
    pub async fn end_session(
        &self,
        context: &Context,
        person: PersonId,
        sign_in: SignInId,
    ) -> Result<(), ServiceError> {
        authorise_for(context, person)?;
        let mut tx = self.begin(context).await?;
        if !tx.end_browser_session(person, sign_in).await? {
            return Err(ServiceError::NotFound { what: "session" });
        }
        Ok(tx.commit().await?)
    }

    /// Ends all sessions of a person, also those that are being begun: one's own, or
    /// anybody's as an administrator.
    pub async fn end_sessions(
        &self,
        context: &Context,
        person: PersonId,
    ) -> Result<(), ServiceError> {
        authorise_for(context, person)?;
        self.existing_person(person).await?;
        let mut tx = self.begin(context).await?;
        tx.end_browser_sessions_of(person).await?;
        Ok(tx.commit().await?)
    }

    /// Clears away browser sessions whose time is over, and what only those needed.
    pub async fn forget_ended_sign_ins(&self, context: &Context) -> Result<(), ServiceError> {
        let store = &self.parts.store;
        store.delete_expired_browser_sessions(context.now).await?;
        store.forget_logouts(context.now.plus_days(-1)).await?;
        Ok(())
    }

    /// Nobody is signed in, so it is Countersign itself that writes.
    async fn begin_as_system(&self) -> Result<Transaction, ServiceError> {
        let store = &self.parts.store;
        Ok(store.begin(&Actor::System.name(), self.now()).await?)
    }
}

async fn refuse(
    tx: &mut Transaction,
    arrival: &Arrival,
    known: Option<&PersonRecord>,
) -> Result<Option<NotAdmitted>, StoreError> {
    if let Some(before) = arrival.stepping_up
        && known.is_none_or(|person| person.id != before)
    {
        return Ok(Some(NotAdmitted::AnotherPerson));
    }
    if known.is_some_and(|person| person.disabled_at.is_some()) {
        return Ok(Some(NotAdmitted::Disabled));
    }
    if arrival.roles.is_empty() {
        return Ok(Some(NotAdmitted::NoRole));
    }
    let ended = known.is_some_and(|person| arrival.begun_at <= person.sessions_ended_at);
    let gone_there = match &arrival.evidence.sid {
        Some(sid) => tx.was_ended_at(&arrival.issuer, sid).await?,
        None => false,
    };
    Ok((ended || gone_there).then_some(NotAdmitted::SessionEnded))
}

/// Ends the sessions of a person, the runs in their name, and those of their agents.
async fn end_power(
    tx: &mut Transaction,
    person: PersonId,
    ending: Ending<'_>,
) -> Result<Ended, StoreError> {
    tx.end_browser_sessions_of(person).await?;
    tx.end_runs(&Target::Person(person), ending).await
}

fn authorise_for(context: &Context, person: PersonId) -> Result<(), ServiceError> {
    if context.person()?.id != person {
        context.authorise(&[Role::Administrator])?;
    }
    Ok(())
}

fn reason_given(reason: &str) -> Result<&str, ServiceError> {
    match reason.trim() {
        "" => Err(ServiceError::invalid("reason", "say why; it is recorded")),
        reason => Ok(reason),
    }
}
