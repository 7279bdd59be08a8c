//! Breaking the glass: who did, and the form for those who may.

use domain::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        form::Failure,
        terms::{BreakGlass, Broken, Terms},
    },
    components::{FailureNote, FormToken, Person, When},
    pages::load::typed,
};

/// The section about it; nothing where nobody did and this person may not.
pub fn show(terms: &Terms, failure: Option<&Failure>, now: Timestamp) -> Option<AnyView> {
    let glass = &terms.glass;
    if glass.broken.is_empty() && !glass.may && !glass.step_up {
        return None;
    }
    let broken: Vec<_> = glass.broken.iter().map(|one| line(one, now)).collect();
    let broken = (!broken.is_empty()).then(|| view! { <ul class="broken-glass">{broken}</ul> });
    let form = (glass.may || glass.step_up).then(|| form(terms, failure));
    let section = view! {
        <section class="break-glass">
            <h2>"Break glass"</h2>
            {broken}
            {form}
        </section>
    };
    Some(section.into_any())
}

/// Who broke the glass, when and why.
pub fn line(broken: &Broken, now: Timestamp) -> AnyView {
    view! {
        <li>
            <strong class="risk-critical">"Glass broken "</strong>
            "by "<Person person=broken.person.clone() />" "<When at=broken.at now />": "
            <q>{broken.reason.clone()}</q>" "<span class="ticket">{broken.ticket.clone()}</span>
        </li>
    }
    .into_any()
}

fn form(terms: &Terms, failure: Option<&Failure>) -> AnyView {
    if terms.glass.step_up {
        let there_and_back = format!(
            "/signin?step_up=true&return_to=/approvals/{}",
            terms.approval
        );
        return view! {
            <p class="hint" data-while-pending="">
                "In an emergency you may let it run without the usual votes, once you have proved anew who you are: "
                <a rel="external" href=there_and_back>"confirm that it is you"</a>"."
            </p>
        }
        .into_any();
    }
    let came_back = typed(failure, "ticket").is_some();
    let note = failure
        .filter(|_| came_back)
        .map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    view! {
        <details open=came_back data-while-pending="">
            <summary>"It cannot wait\u{2026}"</summary>
            {note}
            <p class="hint">
                "It runs masked and capped as ever. Everybody concerned is told at once, and a reviewer looks at it afterwards."
            </p>
            <form method="post" action=BreakGlass::url()>
                <FormToken />
                <input type="hidden" name="approval" value=terms.approval.to_string() />
                <textarea
                    name="reason"
                    rows="2"
                    required
                    minlength="20"
                    maxlength="1000"
                    aria-label="Why it cannot wait"
                    placeholder="Why it cannot wait, in at least twenty characters"
                >
                    {typed(failure, "reason")}
                </textarea>
                <input
                    name="ticket"
                    required
                    autocomplete="off"
                    aria-label="The ticket of the emergency"
                    placeholder="The ticket of the emergency"
                    value=typed(failure, "ticket")
                />
                <button class="button deny">"Break the glass"</button>
            </form>
        </details>
    }
    .into_any()
}
