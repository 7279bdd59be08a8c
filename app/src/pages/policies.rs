//! `/policies`: what is in force, what was, and what is drafted.

mod draft;
mod simulation;
mod version;

use domain::{Digest, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

pub use draft::PolicyDraft;
pub use version::PolicyVersion;

use super::load::{Heading, load, now, typed, wrong};
use crate::{
    api::{
        PersonRef,
        form::{Failure, take_failure},
        policies::{BeginPolicyDraft, DraftRow, PoliciesPage, Publication, load_policies},
    },
    components::{Entry, FailureNote, FormToken, Person, When},
};

/// The page.
#[component]
pub fn Policies() -> impl IntoView {
    let failure = take_failure();
    load(load_policies(), move |page| show(page, failure.as_ref()))
}

fn show(page: PoliciesPage, failure: Option<&Failure>) -> AnyView {
    let now = now();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let foot = match page.hindrance {
        Some(hindrance) => view! { <p class="quiet">{hindrance}</p> }.into_any(),
        None => draft_form(failure),
    };
    let drafts: Vec<_> = page.drafts.into_iter().map(|row| draft(row, now)).collect();
    let drafts = (!drafts.is_empty()).then(|| {
        view! {
            <section class="policy-section">
                <h2>"Drafts"</h2>
                <ul class="rows">{drafts}</ul>
            </section>
        }
    });
    let mut rows = page.history.into_iter();
    let in_force = rows.next().map(|row| publication(row, now, true));
    let history: Vec<_> = rows.map(|row| publication(row, now, false)).collect();
    let history = (!history.is_empty()).then(|| {
        view! {
            <section class="policy-section">
                <h2>"Before it"</h2>
                <ul class="rows">{history}</ul>
            </section>
        }
    });
    view! {
        <Heading title="Policies".to_owned() />
        <p class="quiet">
            "A policy says of every query whether it runs at once, after people have approved it, or never. Each version that was in force stays readable. "
            <a href="/standing-approvals">"Standing approvals"</a>
            " let similar queries run without asking again."
        </p>
        {note}
        <section class="policy-section">
            <h2>"In force"</h2>
            <ul class="rows">{in_force}</ul>
        </section>
        {drafts}
        {history}
        {foot}
    }
    .into_any()
}

/// The first characters of a version, as pages name it.
pub fn short(version: Digest) -> String {
    let text = version.to_string();
    text.chars().skip("sha256:".len()).take(8).collect()
}

/// Where a version is read.
pub fn version_path(version: Digest) -> String {
    format!("/policies/versions/{version}")
}

fn publication(row: Publication, now: Timestamp, is_in_force: bool) -> AnyView {
    let since = if is_in_force { "since " } else { "from " };
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <a class="row-title" data-open="" href=version_path(row.version)>
                    <code>{short(row.version)}</code>
                    ", from "
                    {row.from}
                </a>
                <p class="row-line">{people(row.editors)}</p>
            </div>
            <div class="row-facts">
                <span>{since}<When at=row.at now /></span>
                <span class="quiet">"No. "{row.number}</span>
            </div>
        </li>
    }
    .into_any()
}

fn draft(row: DraftRow, now: Timestamp) -> AnyView {
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <a class="row-title" data-open="" href=format!("/policies/drafts/{}", row.draft)>
                    {row.title}
                </a>
                <p class="row-line">{people(row.authors)}</p>
            </div>
            <div class="row-facts">
                <span>{row.state}</span>
                <span class="quiet">"changed "<When at=row.changed_at now /></span>
            </div>
        </li>
    }
    .into_any()
}

/// Who wrote, or published.
pub fn people(people: Vec<PersonRef>) -> AnyView {
    let people: Vec<_> = people
        .into_iter()
        .map(|person| view! { <Person person />" " })
        .collect();
    people.into_any()
}

fn draft_form(failure: Option<&Failure>) -> AnyView {
    view! {
        <details class="card form-details" open=failure.is_some()>
            <summary>"Draft a change"</summary>
            <form class="form" method="post" action=BeginPolicyDraft::url()>
                <FormToken />
                <Entry
                    name="title"
                    label="What it changes"
                    hint="The draft begins with what is in force. Another administrator publishes it."
                    value=typed(failure, "title").unwrap_or_default()
                    error=wrong(failure, "title")
                />
                <div class="form-actions">
                    <button class="button primary">"Begin the draft"</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}
