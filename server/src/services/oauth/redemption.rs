//! The device grant (RFC 8628), last part: the pipeline, still holding the same key, comes
//! back for its run.

use domain::{Audience, Door, PersonId, Timestamp};
use store::{Confirmation, DeviceRequestRecord, DeviceVerdict};

use super::{GrantError, Proved, codes::hash, device::INTERVAL_SECONDS};
use crate::{
    context::{Actor, Context, Person},
    services::{NewRun, OpenedRun, Services},
};

/// A pipeline that comes back for its run.
pub struct Redeeming<'a> {
    /// Which agent it is.
    pub client_id: &'a str,
    /// Its code.
    pub device_code: &'a str,
    /// The thumbprint of the key that it proved.
    pub key: Option<String>,
    /// The door that it names.
    pub audience: Audience,
    /// A fresh token of the workload; needed where no key was proved.
    pub assertion: Option<&'a str>,
}

impl Services {
    /// Opens the run once a person has confirmed it.
    pub async fn redeem_device_code(
        &self,
        context: &Context,
        redeeming: Redeeming<'_>,
    ) -> Result<OpenedRun, GrantError> {
        let now = context.now;
        let code = hash(redeeming.device_code);
        let request = self
            .parts
            .store
            .device_request_by_device_code(&code)
            .await?;
        let request = request.ok_or(GrantError::UnknownDeviceCode)?;
        self.check_redeemer(&request, &redeeming, now).await?;
        if request.asked.audience != Some(redeeming.audience) {
            return Err(GrantError::Target);
        }
        if now >= request.expires_at {
            return Err(GrantError::Expired);
        }
        match (request.verdict, request.decided_by, &request.confirmation) {
            (Some(DeviceVerdict::Confirmed), Some(by), Some(confirmation)) => {
                let person = self.confirming_person(by, confirmation).await?;
                self.open_confirmed(context, request, person).await
            }
            (None, _, _) => Err(self.not_yet(&request, now).await?),
            _ => Err(GrantError::Denied),
        }
    }

    /// The codes belong to the client and the key that asked for them.
    async fn check_redeemer(
        &self,
        request: &DeviceRequestRecord,
        redeeming: &Redeeming<'_>,
        now: Timestamp,
    ) -> Result<(), GrantError> {
        let agent = self.acting_agent(redeeming.client_id, now).await?;
        if agent.id != request.agent {
            return Err(GrantError::UnknownDeviceCode);
        }
        match (&request.key_thumbprint, &redeeming.key) {
            (Some(bound), Some(shown)) if bound == shown => return Ok(()),
            (Some(_), None) => return Err(GrantError::KeyMissing),
            (_, Some(_)) => return Err(GrantError::UnknownDeviceCode),
            (None, None) => {}
        }
        let assertion = redeeming.assertion;
        let assertion = assertion.ok_or(GrantError::MissingParameter {
            name: "client_assertion",
        })?;
        let workload = self.prove_workload(Proved::Client, &agent, assertion, now);
        let workload = workload.await?;
        if workload.issuer == request.workload.issuer
            && workload.subject == request.workload.subject
        {
            Ok(())
        } else {
            Err(GrantError::UnknownDeviceCode)
        }
    }

    /// Whoever asks too often waits longer from then on (RFC 8628 section 3.5).
    async fn not_yet(
        &self,
        request: &DeviceRequestRecord,
        now: Timestamp,
    ) -> Result<GrantError, GrantError> {
        let due = request
            .polled_at
            .map(|last| last.plus_seconds(request.interval_seconds));
        let (interval, answer) = match due {
            Some(due) if now < due => (
                request.interval_seconds + INTERVAL_SECONDS,
                GrantError::SlowDown,
            ),
            _ => (request.interval_seconds, GrantError::Pending),
        };
        let store = &self.parts.store;
        store.note_device_poll(request.id, interval, now).await?;
        Ok(answer)
    }

    /// The person as they were when they confirmed, if they may still come in.
    pub(super) async fn confirming_person(
        &self,
        id: PersonId,
        confirmation: &Confirmation,
    ) -> Result<Person, GrantError> {
        let known = self.existing_person(id).await?;
        if !known.is_in_good_standing() {
            return Err(GrantError::PersonGone);
        }
        Ok(Person {
            id,
            sign_in: confirmation.sign_in,
            name: known.name,
            email: known.email,
            roles: confirmation.roles.clone(),
            groups: confirmation.groups.clone(),
            signed_in_at: confirmation.authenticated_at,
            acr: confirmation.strength.clone(),
            method: confirmation.method.clone(),
        })
    }

    /// The codes are used up first: a crash after that costs a run, never opens two.
    async fn open_confirmed(
        &self,
        context: &Context,
        request: DeviceRequestRecord,
        person: Person,
    ) -> Result<OpenedRun, GrantError> {
        let mut tx = self.begin(context).await?;
        if !tx.redeem_device_request(request.id).await? {
            return Err(GrantError::DeviceCodeUsed);
        }
        tx.commit().await?;
        let by_person = Context {
            actor: Actor::Person(person),
            ..context.clone()
        };
        let opened = self.open_run(
            &by_person,
            NewRun {
                agent: request.agent,
                purpose: request.asked.purpose,
                ticket: request.asked.ticket,
                scope: request.asked.scope,
                minutes: request.asked.minutes,
                door: Door::Device,
                key_thumbprint: request.key_thumbprint,
                audience: request.asked.audience,
                code_hash: None,
                session: None,
                proof: None,
            },
        );
        opened
            .await
            .map_err(|error| GrantError::opening(error, "access_denied"))
    }
}
