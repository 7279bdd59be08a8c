//! Clients that send a person's browser here for a run, and wait for the answer at an address of
//! the person's own machine.

use domain::Power;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AgentRef, UiError, runs::RunTerms};

/// What comes of a client's request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Authorization {
    /// A person is asked.
    Ask(AuthorizationPage),
    /// The client is told that this cannot be asked: the browser goes to this address.
    Elsewhere(String),
}

/// Everything that a person sees before they open the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationPage {
    /// The request, as the client wrote it.
    pub request: String,
    /// The agent that the client says it is.
    pub agent: AgentRef,
    /// What the agent is for.
    pub purpose: String,
    /// Where the client waits: scheme, host and port.
    pub waits_at: String,
    /// What the agent may do: the widest scope of a run.
    pub grants: Vec<Power>,
    /// How long a run lives unless said, in minutes.
    pub usual_minutes: u32,
    /// How long a run may live, in minutes.
    pub longest_minutes: u32,
    /// Why this person may not open the run, in a sentence.
    pub hindrance: Option<String>,
}

/// What a person says to a client that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The run is opened in their name.
    Open,
    /// It is not.
    Refuse,
}

/// The desk for clients that wait.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait AuthorizationDesk: Send + Sync {
    /// What a client asks for.
    async fn asked(&self, request: String) -> Result<Authorization, UiError>;
    /// Grants it a run; returns the address to which the browser takes the code.
    async fn open(&self, request: String, terms: RunTerms) -> Result<String, UiError>;
    /// Refuses; returns the address at which the client is told.
    async fn refuse(&self, request: String) -> Result<String, UiError>;
}

/// What a client asks for.
#[server(endpoint = "authorization")]
pub async fn load_authorization(
    /// The query with which the browser came.
    request: String,
) -> Result<Authorization, UiError> {
    super::desks()?.authorizations.asked(request).await
}

/// Answers a client; the browser goes back to it.
#[server(endpoint = "answer_authorization")]
pub async fn answer_authorization(
    /// The query with which the browser came.
    request: String,
    /// What to say.
    answer: Answer,
    /// What for.
    #[server(default)]
    purpose: String,
    /// The ticket; may be empty.
    #[server(default)]
    ticket: String,
    /// One a line; empty means everything that the agent may.
    #[server(default)]
    scope: String,
    /// How long it lives.
    #[server(default)]
    minutes: String,
) -> Result<(), UiError> {
    let typed = [
        ("purpose", purpose.as_str()),
        ("ticket", &ticket),
        ("scope", &scope),
        ("minutes", &minutes),
    ];
    let back = format!("/oauth2/authorize?{request}");
    let done = async {
        let desk = super::desks()?.authorizations;
        match answer {
            Answer::Open => {
                let terms = RunTerms::read(&purpose, &ticket, &scope, &minutes)?;
                desk.open(request, terms).await
            }
            Answer::Refuse => desk.refuse(request).await,
        }
    };
    super::form::answer(done.await, &back, &typed)
}
