//! The decision, always in reach.

use domain::{ApprovalId, IntentState, RiskLevel};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{conditions, questions};
use crate::{
    api::{
        approvals::{ApprovalPage, Decide},
        form::Failure,
        terms::Terms,
    },
    components::{FailureNote, FormToken, visible},
    pages::load::{typed, wrong},
};

/// The decision's form, or why this person has none.
pub fn show(page: &ApprovalPage, terms: &Terms, failure: Option<&Failure>) -> AnyView {
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    if page.state != IntentState::PendingApproval {
        return view! { {note} }.into_any();
    }
    if let Some(why) = page.hindrance.clone() {
        return view! {
            {note}
            <footer class="decide" data-while-pending="">
                <p class="hindrance">{why}</p>
            </footer>
        }
        .into_any();
    }
    if page.step_up {
        return view! {
            {note}
            {confirm(page.approval, failure)}
        }
        .into_any();
    }
    form(page, terms, failure, note.into_any())
}

/// The way to the identity provider and back to this page.
fn confirm(approval: ApprovalId, failure: Option<&Failure>) -> AnyView {
    let there_and_back = format!("/signin?step_up=true&return_to=/approvals/{approval}");
    view! {
        <footer class="decide confirm" data-while-pending="">
            <p class="hindrance">
                <strong>"A decision on high risk needs a fresh proof of who you are."</strong>
                " Your identity provider asks you for it and brings you back to this page; it counts for a few minutes."
            </p>
            {questions::ask(approval, failure)}
            <a class="button primary" rel="external" href=there_and_back>
                "Confirm that it is you"
            </a>
        </footer>
    }
    .into_any()
}

fn form(page: &ApprovalPage, terms: &Terms, failure: Option<&Failure>, note: AnyView) -> AnyView {
    let confirmation = (page.risk == RiskLevel::Critical)
        .then(|| confirmation(&page.agent.name, wrong(failure, "confirmation").is_some()));
    view! {
        <footer class="decide" data-while-pending="">
            {note}
            <form id="decide" method="post" action=Decide::url()>
                <FormToken />
                // Without this, Enter in the comment would press the first decision.
                <button class="unseen" disabled=true aria-hidden="true"></button>
                <input type="hidden" name="approval" value=page.approval.to_string() />
                <input
                    class="comment"
                    name="comment"
                    maxlength="500"
                    autocomplete="off"
                    value=typed(failure, "comment")
                    aria-label="Comment"
                    placeholder="A comment for the record and for the agent"
                />
                {confirmation}
            </form>
            // Outside of the form, so that what has a form of its own can stand between them.
            <div class="actions">
                <button
                    class="button deny"
                    form="decide"
                    name="ballot"
                    value="deny"
                    formnovalidate=""
                    data-key="d"
                    data-confirm="Press Enter to deny."
                >
                    "Deny"
                    <kbd aria-hidden="true">"d"</kbd>
                </button>
                {questions::ask(page.approval, failure)}
                <a
                    class="button"
                    href=format!("/approvals/{}/similar", page.approval)
                    title="Approve this one and queries like it"
                    data-key="s"
                >
                    "Similar\u{2026}"
                </a>
                {conditions::offer(terms)}
                <button
                    class="button primary"
                    form="decide"
                    name="ballot"
                    value="approve"
                    data-key="a"
                    data-confirm="Press Enter to approve once."
                >
                    "Approve once"
                    <kbd aria-hidden="true">"a"</kbd>
                </button>
            </div>
        </footer>
    }
    .into_any()
}

/// What is critical is not approved by a click alone: the agent's name is typed.
fn confirmation(agent: &str, is_wrong: bool) -> AnyView {
    view! {
        <label class="confirmation">
            <span>"To approve, type " <code translate="no">{visible(agent)}</code></span>
            <input
                name="confirmation"
                required
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-invalid=is_wrong.then_some("true")
            />
        </label>
    }
    .into_any()
}
