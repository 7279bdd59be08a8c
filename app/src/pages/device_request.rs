//! `/device/{id}`: what a pipeline asks for, and the person's answer.

use domain::{DeviceRequestId, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, load, now, problem, subject};
use crate::{
    api::{
        devices::{Answer, AnswerDeviceRequest, DevicePage, load_device_request},
        form::{Failure, take_failure},
    },
    components::{Agent, FailureNote, FormToken, When, at_most, in_words},
    format::plural,
};

/// One request.
#[component]
pub fn DeviceRequest() -> impl IntoView {
    match subject::<DeviceRequestId>() {
        Ok(request) => {
            let failure = take_failure();
            load(load_device_request(request), move |page| {
                show(page, failure.as_ref())
            })
        }
        Err(error) => problem(error),
    }
}

fn show(page: DevicePage, failure: Option<&Failure>) -> AnyView {
    let now = now();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let foot = foot(&page);
    view! {
        <Heading title="A pipeline asks for a run in your name".to_owned() />
        {note}
        <blockquote class="card why">
            <p>{page.purpose.clone()}</p>
        </blockquote>
        <div class="device-request">
            <section>
                <h2 class="section-title">"Who asks"</h2>
                {workload(&page)}
            </section>
            <section>
                <h2 class="section-title">"What it may do then"</h2>
                {power(&page, now)}
            </section>
        </div>
        {foot}
    }
    .into_any()
}

fn workload(page: &DevicePage) -> AnyView {
    let facts = page.workload.iter().cloned().map(|fact| {
        view! {
            <dt>{fact.name}</dt>
            <dd>
                <code>{fact.value}</code>
            </dd>
        }
    });
    let facts: Vec<_> = facts.collect();
    view! {
        <dl class="facts card">
            <dt>"Agent"</dt>
            <dd>
                <Agent agent=page.agent.clone() />
            </dd>
            {facts}
        </dl>
    }
    .into_any()
}

fn power(page: &DevicePage, now: Timestamp) -> AnyView {
    let scope = page.scope.iter().map(|power| {
        view! {
            <li>
                {in_words(power)} " " <code class="quiet">{power.to_string()}</code>
            </li>
        }
    });
    let scope: Vec<_> = scope.collect();
    let ticket = page.ticket.clone().map(|ticket| {
        view! {
            <dt>"Ticket"</dt>
            <dd>
                <span class="ticket">{ticket}</span>
            </dd>
        }
    });
    let token = if page.is_bound {
        "counts only with a proof of the key that asked (DPoP)"
    } else {
        "counts for whoever holds it"
    };
    view! {
        <dl class="facts card">
            <dt>"May touch"</dt>
            <dd>
                <ul class="scope">{scope}</ul>
            </dd>
            <dt>"At most"</dt>
            <dd>{at_most(&page.caps)}</dd>
            <dt>"For"</dt>
            <dd>{plural(page.minutes, "minute")}</dd>
            <dt>"Its token"</dt>
            <dd>{token}</dd>
            {ticket}
            <dt>"Asked"</dt>
            <dd>
                <When at=page.asked_at now />
            </dd>
            <dt>"Code ends"</dt>
            <dd>
                <When at=page.expires_at now />
            </dd>
        </dl>
    }
    .into_any()
}

/// The answer's form, what was answered, or why there is nothing to answer.
fn foot(page: &DevicePage) -> AnyView {
    match (page.answer, page.hindrance.clone()) {
        (Some(Answer::Confirm), _) => said(
            "You confirmed this. The job goes on by itself within a few seconds, and its run appears among yours.",
        ),
        (Some(Answer::Refuse), _) => said("You refused this. The job is told so, and ends."),
        (None, Some(why)) => view! {
            <footer class="decide">
                <p class="hindrance">{why}</p>
                <div class="answers">{answer(page.request, Answer::Refuse)}</div>
            </footer>
        }
        .into_any(),
        (None, None) if page.step_up => step_up(page.request),
        (None, None) => view! {
            <footer class="decide">
                <p class="hindrance">
                    "Confirm only what you started, or know of: all that it asks is asked in your name."
                </p>
                <div class="answers">
                    {answer(page.request, Answer::Refuse)}
                    {answer(page.request, Answer::Confirm)}
                </div>
            </footer>
        }
        .into_any(),
    }
}

fn said(sentence: &'static str) -> AnyView {
    view! {
        <footer class="decide">
            <p class="hindrance">{sentence}</p>
            <div class="answers">
                <a class="button primary" href="/runs">
                    "My runs"
                </a>
            </div>
        </footer>
    }
    .into_any()
}

/// The way to the identity provider and back to this page. Refusing needs no proof.
fn step_up(request: DeviceRequestId) -> AnyView {
    let there_and_back = format!("/signin?step_up=true&return_to=/device/{request}");
    view! {
        <footer class="decide">
            <p class="hindrance">"To confirm needs a fresh proof of who you are."</p>
            <div class="answers">
                {answer(request, Answer::Refuse)}
                <a class="button primary" rel="external" href=there_and_back>
                    "Confirm that it is you"
                </a>
            </div>
        </footer>
    }
    .into_any()
}

fn answer(request: DeviceRequestId, answer: Answer) -> AnyView {
    let (value, class, words) = match answer {
        Answer::Confirm => ("confirm", "button primary", "Open this run in my name"),
        Answer::Refuse => ("refuse", "button deny", "Refuse"),
    };
    view! {
        <form method="post" action=AnswerDeviceRequest::url()>
            <FormToken />
            <input type="hidden" name="request" value=request.to_string() />
            <button class=class name="answer" value=value>
                {words}
            </button>
        </form>
    }
    .into_any()
}
