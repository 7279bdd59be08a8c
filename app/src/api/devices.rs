//! Pipelines that wait for a person: the code that they show, and the run that they ask for.

use domain::{Caps, DeviceRequestId, Power, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AgentRef, UiError, sessions::Fact};

/// Everything that a person sees before confirming.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicePage {
    /// Which request.
    pub request: DeviceRequestId,
    /// The agent that the pipeline is.
    pub agent: AgentRef,
    /// Who vouches for the pipeline, and what that says of it, in reading order.
    pub workload: Vec<Fact>,
    /// What the run is for, in the pipeline's words.
    pub purpose: String,
    /// The ticket.
    pub ticket: Option<String>,
    /// What the run may touch: what was asked, as far as the agent and this person may.
    pub scope: Vec<Power>,
    /// The most that the agent may take.
    pub caps: Caps,
    /// How long the run lives.
    pub minutes: u32,
    /// Whether the token counts only with a proof of the pipeline's key.
    pub is_bound: bool,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When the code ends.
    pub expires_at: Timestamp,
    /// What this person has said, if they have.
    pub answer: Option<Answer>,
    /// Why this person may not confirm, in a sentence.
    pub hindrance: Option<String>,
    /// Whether this person has to prove anew who they are before they confirm.
    pub step_up: bool,
}

/// What a person says to a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The run is opened in their name.
    Confirm,
    /// It is not.
    Refuse,
}

/// The desk for pipelines that wait.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait DeviceDesk: Send + Sync {
    /// Finds the pipeline that shows this code.
    async fn enter(&self, code: String) -> Result<DeviceRequestId, UiError>;
    /// What it asks for.
    async fn request(&self, request: DeviceRequestId) -> Result<DevicePage, UiError>;
    /// Answers it.
    async fn answer(&self, request: DeviceRequestId, answer: Answer) -> Result<(), UiError>;
}

/// What a pipeline asks for, to the person who typed its code.
#[server(endpoint = "device_request")]
pub async fn load_device_request(
    /// Which.
    request: DeviceRequestId,
) -> Result<DevicePage, UiError> {
    super::desks()?.devices.request(request).await
}

/// Takes a typed code; the browser goes to what the pipeline asks for.
#[server(endpoint = "enter_device_code")]
pub async fn enter_device_code(
    /// As it was typed. It does not come back with a failure: a code is a secret for as long
    /// as it counts.
    #[server(default)]
    code: String,
) -> Result<(), UiError> {
    let done = async {
        let code = super::form::filled("code", &code, "Type the code that the job shows.")?;
        super::desks()?.devices.enter(code).await
    };
    let done = done.await.map(|request| format!("/device/{request}"));
    super::form::answer(done, "/device", &[])
}

/// Answers a pipeline; the browser comes back to its page.
#[server(endpoint = "answer_device_request")]
pub async fn answer_device_request(
    /// Which.
    request: DeviceRequestId,
    /// What to say.
    answer: Answer,
) -> Result<(), UiError> {
    let page = format!("/device/{request}");
    let done = super::desks()?.devices.answer(request, answer).await;
    super::form::answer(done.map(|()| page.clone()), &page, &[])
}
