//! What happens after a decision, as it happens.

use domain::{ApprovalId, IntentId, IntentState, RunId, Timestamp};
use leptos::{prelude::*, task::spawn_local};
use web_sys::HtmlElement;

use super::{live, page};
use crate::{
    api::approvals::{ApprovalStatus, Execution, load_approval_status},
    components::{Signatures, StateBadge},
    format,
};

/// The signatures and the state of one request. When it is decided elsewhere, the
/// decision's form goes away.
#[island]
pub fn Outcome(
    /// Which request.
    approval: ApprovalId,
    /// What it asks for.
    intent: IntentId,
    /// Its session.
    run: RunId,
    /// As the page was rendered.
    status: ApprovalStatus,
    /// Now, by the program's clock.
    now: Timestamp,
) -> impl IntoView {
    let status = RwSignal::new(status);
    Effect::new(move |_| {
        live::subscribe("intent", move |moved| {
            if moved.is_empty() || moved == intent.to_string() {
                refresh(approval, status);
            }
        });
        live::subscribe("inbox", move |_| refresh(approval, status));
    });
    view! { <div class="outcome">{move || status.with(|status| shown(status, approval, run, now))}</div> }
}

fn refresh(approval: ApprovalId, status: RwSignal<ApprovalStatus>) {
    spawn_local(async move {
        let Ok(fresh) = load_approval_status(approval).await else {
            return;
        };
        if status.with_untracked(|known| *known == fresh) {
            return;
        }
        if fresh.state != IntentState::PendingApproval {
            for element in page::find_all::<HtmlElement>("[data-while-pending]") {
                element.set_hidden(true);
            }
        }
        page::announce("This request has moved on.");
        status.set(fresh);
    });
}

fn shown(status: &ApprovalStatus, approval: ApprovalId, run: RunId, now: Timestamp) -> AnyView {
    let open = status.state == IntentState::PendingApproval;
    let execution = status
        .execution
        .as_ref()
        .map(|execution| job(execution, now));
    let after = (!open).then(|| {
        view! {
            <p class="next-steps">
                <a class="button small" href=format!("/sessions/{run}")>
                    "Replay the session"
                </a>
                <a
                    class="button small primary"
                    href=format!("/next?after={approval}")
                    data-key="n"
                >
                    "Next in your inbox"
                    <kbd aria-hidden="true">"n"</kbd>
                </a>
            </p>
        }
    });
    view! {
        <p class="outcome-state">
            <StateBadge state=status.state />
            {sentence(status.state)}
        </p>
        <Signatures votes=status.votes.clone() needed=status.needed open now />
        {execution}
        {after}
    }
    .into_any()
}

const fn sentence(state: IntentState) -> &'static str {
    match state {
        IntentState::Received => "It is being assessed.",
        IntentState::Blocked => "It never runs.",
        IntentState::PendingApproval => "Nothing runs before it is signed.",
        IntentState::Approved => "It runs as soon as its job is written down.",
        IntentState::Denied => "It did not run; the agent was told why.",
        IntentState::Expired => "Nobody decided in time; it did not run.",
        IntentState::Withdrawn => "The agent took it back.",
        IntentState::Stale => "What was approved is no longer what would run.",
        IntentState::Prepared => "Its job is written down and about to start.",
        IntentState::Running => "BigQuery works on it.",
        IntentState::Succeeded => "It ran; its result is sealed.",
        IntentState::Failed => "It failed.",
        IntentState::Cancelled => "It was cancelled.",
    }
}

fn job(execution: &Execution, now: Timestamp) -> AnyView {
    let facts = [
        execution.rows.map(|rows| format::plural(rows, "row")),
        execution
            .masked_cells
            .map(|cells| format!("{} masked", format::plural(cells, "cell"))),
        execution.bytes.map(format::bytes),
        execution
            .started_at
            .map(|from| format::span(from, execution.ended_at.unwrap_or(now))),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let failure = execution
        .failure
        .clone()
        .map(|why| view! { <p class="failure">{why}</p> });
    view! {
        <p class="job">{facts.join(" · ")}</p>
        <p class="quiet">
            <code>{execution.job.clone()}</code>
        </p>
        {failure}
    }
    .into_any()
}
