//! `/oauth2/authorize`: a client on this person's machine asks for a run, and waits.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_axum::redirect;

use super::{
    load::{Heading, load},
    new_run::terms,
};
use crate::{
    api::{
        authorizations::{
            AnswerAuthorization, Authorization, AuthorizationPage, load_authorization,
        },
        form::{Failure, take_failure},
    },
    components::{Agent, FailureNote, FormToken},
};

/// The request in the address, to be answered.
#[component]
pub fn Authorize() -> impl IntoView {
    let failure = take_failure();
    let parts = use_context::<axum::http::request::Parts>();
    let request = parts.and_then(|parts| parts.uri.query().map(str::to_owned));
    load(
        load_authorization(request.unwrap_or_default()),
        move |asked| match asked {
            Authorization::Ask(page) => show(page, failure.as_ref()),
            Authorization::Elsewhere(address) => {
                redirect(&address);
                ().into_any()
            }
        },
    )
}

fn show(page: AuthorizationPage, failure: Option<&Failure>) -> AnyView {
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    view! {
        <Heading title="A client asks for a run in your name".to_owned() />
        {note}
        <dl class="facts card">
            <dt>"Agent"</dt>
            <dd>
                <Agent agent=page.agent.clone() />
                " "
                <span class="quiet">{page.purpose.clone()}</span>
            </dd>
            <dt>"Waits at"</dt>
            <dd>
                <code>{page.waits_at.clone()}</code>
                ", on this machine"
            </dd>
            <dt>"Its token"</dt>
            <dd>"counts for whoever holds it, for MCP alone"</dd>
        </dl>
        {form(page, failure)}
    }
    .into_any()
}

fn form(page: AuthorizationPage, failure: Option<&Failure>) -> AnyView {
    let longest = page.longest_minutes;
    let (fields, open) = match page.hindrance {
        Some(why) => (view! { <p class="hindrance">{why}</p> }.into_any(), None),
        None => (
            terms(&page.grants, (page.usual_minutes, longest), failure),
            Some(view! {
                <button class="button primary" name="answer" value="open">
                    "Open the run"
                </button>
            }),
        ),
    };
    view! {
        <form class="card form" method="post" action=AnswerAuthorization::url()>
            <FormToken />
            <input type="hidden" name="request" value=page.request />
            <p class="quiet">
                "Open it only if you have just asked a program of yours to connect: all that it asks is asked in your name."
            </p>
            {fields}
            <div class="form-actions">
                {open}
                <button class="button deny" name="answer" value="refuse" formnovalidate="">
                    "Refuse"
                </button>
            </div>
        </form>
    }
    .into_any()
}
