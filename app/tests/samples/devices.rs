//! A sample pipeline that waits. Its number says how it stands: 0 open, 1 needs a fresh proof,
//! 2 confirmed, 3 not this person's to confirm.

use app::api::{
    AgentRef, UiError,
    devices::{Answer, DeviceDesk, DevicePage},
    sessions::Fact,
};
use domain::{Caps, DeviceRequestId, Timestamp};

use super::{agent_id, device_request_id, grants};

pub struct SampleDevices {
    pub now: Timestamp,
}

fn fact(name: &str, value: &str) -> Fact {
    Fact {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

#[async_trait::async_trait]
impl DeviceDesk for SampleDevices {
    async fn enter(&self, code: String) -> Result<DeviceRequestId, UiError> {
        if code == "WDJB-MJHT" {
            return Ok(device_request_id(0));
        }
        Err(UiError::invalid(
            "code",
            "No pipeline waits with this code.",
        ))
    }

    async fn request(&self, request: DeviceRequestId) -> Result<DevicePage, UiError> {
        let is = |number| request == device_request_id(number);
        Ok(DevicePage {
            request,
            agent: AgentRef {
                id: agent_id(0),
                name: "nightly-churn".to_owned(),
            },
            workload: vec![
                fact(
                    "Vouched for by",
                    "https://token.actions.githubusercontent.com",
                ),
                fact("Repository", "acme/churn"),
                fact("Repository id", "4711"),
                fact(
                    "Workflow",
                    "acme/churn/.github/workflows/nightly.yml@refs/heads/main",
                ),
                fact("Ref", "refs/heads/main"),
            ],
            purpose: "Score last week\u{2019}s orders".to_owned(),
            ticket: Some("SHOP-1".to_owned()),
            scope: grants(),
            caps: Caps {
                bytes_per_query: 10 << 30,
                bytes_per_day: 100 << 30,
                rows: 100_000,
                concurrent_jobs: 4,
                open_runs: 10,
            },
            minutes: 30,
            is_bound: true,
            asked_at: self.now.plus_seconds(-40),
            expires_at: self.now.plus_seconds(560),
            answer: is(2).then_some(Answer::Confirm),
            hindrance: is(3).then(|| "Only its owner opens runs with this agent.".to_owned()),
            step_up: is(1),
        })
    }

    async fn answer(&self, _: DeviceRequestId, _: Answer) -> Result<(), UiError> {
        Ok(())
    }
}
