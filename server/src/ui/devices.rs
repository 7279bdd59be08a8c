//! The desk for pipelines that wait for a person.

use app::api::{
    UiError,
    devices::{Answer, DeviceDesk, DevicePage},
    sessions::Fact,
};
use async_trait::async_trait;
use domain::DeviceRequestId;
use store::{DeviceVerdict, WorkloadEvidence};

use super::{
    Desk,
    errors::{sentence, shown},
    names::{agent_ref, filled},
};
use crate::services::DeviceRequestView;

#[async_trait]
impl DeviceDesk for Desk {
    async fn enter(&self, code: String) -> Result<DeviceRequestId, UiError> {
        let entered = self.services.enter_device_code(&self.context, &code).await;
        entered.map_err(shown)
    }

    async fn request(&self, request: DeviceRequestId) -> Result<DevicePage, UiError> {
        let view = self.services.device_request(&self.context, request).await;
        view.map(page).map_err(shown)
    }

    async fn answer(&self, request: DeviceRequestId, answer: Answer) -> Result<(), UiError> {
        let verdict = match answer {
            Answer::Confirm => DeviceVerdict::Confirmed,
            Answer::Refuse => DeviceVerdict::Refused,
        };
        let services = &self.services;
        let decided = services.decide_device_request(&self.context, request, verdict);
        decided.await.map_err(shown)
    }
}

fn page(view: DeviceRequestView) -> DevicePage {
    let request = view.request;
    DevicePage {
        request: request.id,
        agent: agent_ref(&view.agent),
        workload: facts(request.workload),
        purpose: request.asked.purpose,
        ticket: filled(&request.asked.ticket),
        scope: view.scope.powers().to_vec(),
        caps: view.agent.caps,
        minutes: request.asked.minutes,
        is_bound: request.key_thumbprint.is_some(),
        asked_at: request.created_at,
        expires_at: request.expires_at,
        answer: request.verdict.map(|verdict| match verdict {
            DeviceVerdict::Confirmed => Answer::Confirm,
            DeviceVerdict::Refused => Answer::Refuse,
        }),
        hindrance: view.hindrance.map(|why| sentence(&why)),
        step_up: view.step_up,
    }
}

fn facts(workload: WorkloadEvidence) -> Vec<Fact> {
    let issuer = ("Vouched for by".to_owned(), workload.issuer);
    let facts = std::iter::once(issuer).chain(workload.facts);
    facts.map(|(name, value)| Fact { name, value }).collect()
}
