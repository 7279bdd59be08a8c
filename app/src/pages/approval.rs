//! `/approvals/{id}`: the decision first, everything else one click below.

use domain::{ApprovalId, IntentState};
use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{load, now, problem, subject, typed};
use crate::{
    api::{
        approvals::{ApprovalPage, ApprovalStatus, Decide, load_approval},
        form::{Failure, take_failure},
    },
    components::{FailureNote, FormToken},
    islands::Outcome,
};

mod header;
mod query;
mod reasons;

/// One request for approval.
#[component]
pub fn Approval() -> impl IntoView {
    match subject::<ApprovalId>() {
        Ok(approval) => {
            let failure = take_failure();
            load(load_approval(approval), move |page| {
                show(page, failure.clone())
            })
        }
        Err(error) => problem(error),
    }
}

fn show(page: ApprovalPage, failure: Option<Failure>) -> AnyView {
    let now = now();
    let foot = foot(&page, failure.as_ref());
    let status = ApprovalStatus {
        state: page.state,
        votes: page.votes.clone(),
        needed: page.needed,
        execution: page.execution.clone(),
    };
    let (approval, intent, run) = (page.approval, page.intent, page.run);
    view! {
        <article class="approval">
            {header::show(&page, now)}
            <div class="approval-body">
                {query::show(&page, now)}
                <aside class="approval-side" aria-label="Why, what and who">
                    {reasons::show(&page)}
                    <section>
                        <h2>"Signatures"</h2>
                        <Outcome approval intent run status now />
                    </section>
                </aside>
            </div> {foot}
        </article>
    }
    .into_any()
}

/// The decision's form, or why this person has none.
fn foot(page: &ApprovalPage, failure: Option<&Failure>) -> AnyView {
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
            {confirm(page.approval)}
        }
        .into_any();
    }
    form(page.approval, note.into_any(), typed(failure, "comment"))
}

/// The way to the identity provider and back to this page.
fn confirm(approval: ApprovalId) -> AnyView {
    let there_and_back = format!("/signin?step_up=true&return_to=/approvals/{approval}");
    view! {
        <footer class="decide confirm" data-while-pending="">
            <p class="hindrance">
                <strong>"A decision on high risk needs a fresh proof of who you are."</strong>
                " Your identity provider asks you for it and brings you back to this page; it counts for a few minutes."
            </p>
            <a class="button primary" rel="external" href=there_and_back>
                "Confirm that it is you"
            </a>
        </footer>
    }
    .into_any()
}

fn form(approval: ApprovalId, note: AnyView, comment: Option<String>) -> AnyView {
    view! {
        <footer class="decide" data-while-pending="">
            {note}
            <form method="post" action=Decide::url()>
                <FormToken />
                // Without this, Enter in the comment would press the first decision.
                <button class="unseen" disabled=true aria-hidden="true"></button>
                <input type="hidden" name="approval" value=approval.to_string() />
                <input
                    class="comment"
                    name="comment"
                    maxlength="500"
                    autocomplete="off"
                    value=comment
                    aria-label="Comment"
                    placeholder="A comment for the record and for the agent"
                />
                <button
                    class="button deny"
                    name="ballot"
                    value="deny"
                    data-key="d"
                    data-confirm="Press Enter to deny."
                >
                    "Deny"
                    <kbd aria-hidden="true">"d"</kbd>
                </button>
                <button
                    class="button primary"
                    name="ballot"
                    value="approve"
                    data-key="a"
                    data-confirm="Press Enter to approve once."
                >
                    "Approve once"
                    <kbd aria-hidden="true">"a"</kbd>
                </button>
            </form>
        </footer>
    }
    .into_any()
}
