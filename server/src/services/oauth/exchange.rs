//! The token exchange (RFC 8693): a person's token and a workload's, for a run of the pair.

use std::collections::BTreeSet;

use domain::{Door, SignInId, Timestamp};
use store::{AskedRun, PersonRecord, TokenEvidence};

use super::{GrantError, Proved, client::check_key};
use crate::{
    context::{Actor, Context, Person},
    proof::{PersonToken, PersonTokenKind},
    services::{NewRun, OpenedRun, Services, fresh_uuid},
};

/// A person's token and a workload's.
pub struct Exchange<'a> {
    /// Which agent it is.
    pub client_id: &'a str,
    /// The person's token.
    pub subject_token: &'a str,
    /// Which kind of token that is.
    pub subject_kind: PersonTokenKind,
    /// The workload's token.
    pub actor_token: &'a str,
    /// The thumbprint of the key that the client proved.
    pub key: Option<String>,
    /// The run that it wants.
    pub asked: AskedRun,
}

impl Services {
    /// Opens a run in the name of the subject, acted in by the actor, if the two belong
    /// together: the person may sponsor the agent, and the workload is the agent's.
    pub async fn exchange_tokens(
        &self,
        context: &Context,
        exchange: Exchange<'_>,
    ) -> Result<OpenedRun, GrantError> {
        let now = context.now;
        let agent = self.acting_agent(exchange.client_id, now).await?;
        check_key(&agent, exchange.key.as_deref())?;
        let subject = self.prove_person(&exchange, now).await?;
        let known = self.check_person(&subject, now).await?;
        self.prove_workload(Proved::Actor, &agent, exchange.actor_token, now)
            .await?;
        self.use_once(Proved::Subject, &subject.once, now).await?;
        let token = TokenEvidence {
            id: subject.id.clone(),
            digest: subject.digest,
        };
        let by_person = Context {
            actor: Actor::Person(initiator(known, &subject)),
            ..context.clone()
        };
        let opened = self.open_run(
            &by_person,
            NewRun {
                agent: agent.id,
                purpose: exchange.asked.purpose,
                ticket: exchange.asked.ticket,
                scope: exchange.asked.scope,
                minutes: exchange.asked.minutes,
                door: Door::Exchange,
                key_thumbprint: exchange.key,
                audience: exchange.asked.audience,
                code_hash: None,
                session: subject.session,
                proof: Some(token),
            },
        );
        // RFC 8693 section 2.2.2 wants this code where policy does not accept the tokens.
        opened
            .await
            .map_err(|error| GrantError::opening(error, "invalid_request"))
    }

    async fn prove_person(
        &self,
        exchange: &Exchange<'_>,
        now: Timestamp,
    ) -> Result<PersonToken, GrantError> {
        let token = self
            .parts
            .issuers
            .person(exchange.subject_token, exchange.subject_kind, now);
        token.await.map_err(|fault| GrantError::Proof {
            whose: Proved::Subject,
            fault,
        })
    }

    /// The person has signed in here, may still come in, and is in the groups of that time.
    async fn check_person(
        &self,
        subject: &PersonToken,
        now: Timestamp,
    ) -> Result<PersonRecord, GrantError> {
        let maximum_seconds = self.parts.grants.sign_in_seconds;
        if subject.authenticated_at.plus_seconds(maximum_seconds) < now {
            return Err(GrantError::AuthenticationTooOld { maximum_seconds });
        }
        let store = &self.parts.store;
        let known = store
            .person_named(&subject.issuer, &subject.subject)
            .await?;
        let known = known.filter(PersonRecord::is_in_good_standing);
        let known = known.ok_or(GrantError::UnknownPerson)?;
        let in_all = |groups: &BTreeSet<String>| known.groups.iter().all(|g| groups.contains(g));
        if subject
            .groups
            .as_ref()
            .is_some_and(|groups| !in_all(groups))
        {
            return Err(GrantError::GroupsLost);
        }
        Ok(known)
    }
}

fn initiator(known: PersonRecord, subject: &PersonToken) -> Person {
    Person {
        id: known.id,
        // Nobody sits at a browser of ours: the id names no session.
        sign_in: SignInId::new(fresh_uuid()),
        name: known.name,
        email: known.email,
        roles: known.roles.into_iter().collect(),
        groups: known.groups.into_iter().collect(),
        signed_in_at: subject.authenticated_at,
        acr: subject.strength.clone(),
        method: "token exchange".to_owned(),
    }
}
