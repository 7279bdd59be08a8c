//! The device grant (RFC 8628), first part: a pipeline asks for a run.

use domain::{DeviceRequestId, Scope, Timestamp};
use store::{AgentRecord, AskedRun, NewDeviceRequest, WorkloadEvidence};

use super::{ClientCode, GrantError, Proved, UserCode, client::check_key, codes::hash};
use crate::{
    context::Context,
    proof::WorkloadToken,
    services::{Services, fresh_uuid},
};

/// The least time between two polls, in seconds (RFC 8628 section 3.2).
pub(super) const INTERVAL_SECONDS: i64 = 5;

/// A pipeline that asks for a run.
pub struct Asking<'a> {
    /// Which agent it is.
    pub client_id: &'a str,
    /// The workload's own token.
    pub assertion: &'a str,
    /// The thumbprint of the key that it proved.
    pub key: Option<String>,
    /// The run that it wants.
    pub asked: AskedRun,
}

/// The answer to [`Asking`].
pub struct DeviceCodes {
    /// For the pipeline.
    pub device_code: ClientCode,
    /// For the person.
    pub user_code: UserCode,
    /// How long both count, in seconds.
    pub expires_in: i64,
    /// The least time between two polls, in seconds.
    pub interval: i64,
}

impl Services {
    /// Takes a pipeline's request in, and answers with its codes.
    pub async fn ask_for_run(
        &self,
        context: &Context,
        asking: Asking<'_>,
    ) -> Result<DeviceCodes, GrantError> {
        let now = context.now;
        let agent = self.acting_agent(asking.client_id, now).await?;
        check_key(&agent, asking.key.as_deref())?;
        let whose = Proved::Client;
        let workload = self.prove_workload(whose, &agent, asking.assertion, now);
        let workload = workload.await?;
        self.check_asked(&agent, &asking.asked, now).await?;
        let (device_code, user_code) = (ClientCode::generate(), UserCode::generate());
        let expires_in = self.parts.grants.device_code_seconds;
        let request = NewDeviceRequest {
            id: DeviceRequestId::new(fresh_uuid()),
            device_code_hash: hash(device_code.reveal()),
            user_code_hash: user_code.hash(),
            agent: agent.id,
            key_thumbprint: asking.key,
            workload: evidence(&workload),
            asked: asking.asked,
            expires_at: now.plus_seconds(expires_in),
            interval_seconds: INTERVAL_SECONDS,
        };
        let mut tx = self.begin(context).await?;
        tx.insert_device_request(&request).await?;
        tx.commit().await?;
        Ok(DeviceCodes {
            device_code,
            user_code,
            expires_in,
            interval: INTERVAL_SECONDS,
        })
    }

    /// A run that could not be opened is not worth a person's time.
    async fn check_asked(
        &self,
        agent: &AgentRecord,
        asked: &AskedRun,
        now: Timestamp,
    ) -> Result<(), GrantError> {
        let granted = self.granted(agent.id, now).await?;
        let beyond = |power: &&domain::Power| {
            let alone: Scope = [(*power).clone()].into_iter().collect();
            alone.intersection(&granted).is_empty()
        };
        if asked.scope.powers().iter().any(|power| beyond(&power)) || granted.is_empty() {
            return Err(GrantError::Details {
                detail: "`scope` asks for something that the agent was not granted",
            });
        }
        if asked.minutes > self.parts.limits.run_minutes_maximum {
            return Err(GrantError::Details {
                detail: "`minutes` is more than a run may live here",
            });
        }
        Ok(())
    }
}

fn evidence(workload: &WorkloadToken) -> WorkloadEvidence {
    let fact = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    WorkloadEvidence {
        issuer: workload.issuer.clone(),
        subject: workload.subject.clone(),
        digest: workload.digest,
        facts: workload.facts().into_iter().map(fact).collect(),
    }
}
