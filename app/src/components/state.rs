//! Where an intent, a run or an agent stands, in a word.

use domain::{AgentState, IntentState};
use leptos::prelude::*;

use crate::api::RunState;

/// Where an intent stands.
#[component]
pub fn StateBadge(
    /// Where.
    state: IntentState,
) -> impl IntoView {
    let (word, class) = match state {
        IntentState::Received => ("Received", "moving"),
        IntentState::Blocked => ("Blocked", "refused"),
        IntentState::PendingApproval => ("Waits for a human", "waiting"),
        IntentState::Approved => ("Approved", "moving"),
        IntentState::Denied => ("Denied", "refused"),
        IntentState::Expired => ("Expired", "over"),
        IntentState::Withdrawn => ("Withdrawn", "over"),
        IntentState::Stale => ("Stale", "over"),
        IntentState::Prepared => ("Prepared", "moving"),
        IntentState::Running => ("Running", "moving"),
        IntentState::Succeeded => ("Succeeded", "good"),
        IntentState::Failed => ("Failed", "refused"),
        IntentState::Cancelled => ("Cancelled", "over"),
    };
    badge(word, class)
}

/// Where a run stands.
#[component]
pub fn RunBadge(
    /// Where.
    state: RunState,
) -> impl IntoView {
    let (word, class) = match state {
        RunState::Open => ("Open", "moving"),
        RunState::Ended => ("Ended", "over"),
        RunState::Expired => ("Expired", "over"),
        RunState::Revoked => ("Revoked", "refused"),
    };
    badge(word, class)
}

/// Whether an agent may act.
#[component]
pub fn AgentBadge(
    /// Whether.
    state: AgentState,
) -> impl IntoView {
    let (word, class) = match state {
        AgentState::Proposed => ("Proposed", "waiting"),
        AgentState::Active => ("Active", "good"),
        AgentState::Suspended => ("Suspended", "refused"),
        AgentState::Expired => ("Expired", "over"),
        AgentState::Revoked => ("Revoked", "refused"),
    };
    badge(word, class)
}

/// Whether a person may sign in and act.
#[component]
pub fn PersonBadge(
    /// Whether an administrator keeps them out.
    disabled: bool,
    /// Whether their groups gave a role at the last sign-in.
    has_role: bool,
) -> impl IntoView {
    let (word, class) = match (disabled, has_role) {
        (true, _) => ("Disabled", "refused"),
        (false, true) => ("May sign in", "good"),
        (false, false) => ("No role", "over"),
    };
    badge(word, class)
}

fn badge(word: &'static str, class: &'static str) -> AnyView {
    view! { <span class=format!("state state-{class}")>{word}</span> }.into_any()
}
