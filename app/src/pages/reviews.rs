//! `/reviews`: access reviews, and opening one.

use domain::{Role, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, load, now, typed, wrong};
use crate::{
    api::{
        desks,
        exceptions::{ExceptionRow, load_exceptions},
        form::{Failure, take_failure},
        reviews::{CampaignRow, OpenCampaign, load_campaigns},
    },
    components::{Empty, Entry, FailureNote, FormToken, Person, When},
};

mod exceptions;

/// The list, and the form for a new one.
#[component]
pub fn Reviews() -> impl IntoView {
    let failure = take_failure();
    let readers = [Role::Reviewer, Role::Auditor, Role::Administrator];
    let reads = desks().is_ok_and(|desks| readers.iter().any(|role| desks.viewer.is(*role)));
    let both = async move {
        let exceptions = if reads {
            load_exceptions().await?
        } else {
            Vec::new()
        };
        Ok((load_campaigns().await?, exceptions))
    };
    load(both, move |(campaigns, exceptions)| {
        show(campaigns, &exceptions, failure.as_ref())
    })
}

fn show(
    campaigns: Vec<CampaignRow>,
    exceptions: &[ExceptionRow],
    failure: Option<&Failure>,
) -> AnyView {
    let now = now();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let opens = desks().is_ok_and(|desks| desks.viewer.is(Role::Reviewer));
    let form = opens.then(|| open_form(failure, now, campaigns.is_empty()));
    let body = if campaigns.is_empty() {
        view! {
            <Empty
                title="No access review yet"
                hint="Each quarter, somebody looks at every right that every agent holds, with the evidence of its use, and signs what stays."
            />
        }
        .into_any()
    } else {
        let rows: Vec<_> = campaigns
            .into_iter()
            .map(|campaign| row(campaign, now))
            .collect();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    view! {
        <Heading title="Access reviews".to_owned() />
        {note}
        {exceptions::show(exceptions, now)}
        {body}
        {form}
    }
    .into_any()
}

fn row(row: CampaignRow, now: Timestamp) -> AnyView {
    let period = period(row.from, row.to);
    let state = match row.signature {
        Some(signature) => view! {
            <span>"signed "<When at=signature.at now /></span>
            <span class="quiet">"by "{signature.person.name}</span>
        }
        .into_any(),
        None => view! {
            <span>{format!("{} of {} decided", row.decided, row.items)}</span>
            <progress max=row.items.max(1) value=row.decided></progress>
        }
        .into_any(),
    };
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <a class="row-title" data-open="" href=format!("/reviews/{}", row.campaign)>
                    {row.name}
                </a>
                <p class="row-line">
                    <span>{period}</span>
                    <span class="quiet">"opened "<When at=row.opened_at now />" by "</span>
                    <Person person=row.opened_by />
                </p>
            </div>
            <div class="row-facts">{state}</div>
        </li>
    }
    .into_any()
}

/// A period by its first and its last day.
pub fn period(from: Timestamp, to: Timestamp) -> String {
    format!("{} to {}", from.date(), to.plus_days(-1).date())
}

fn open_form(failure: Option<&Failure>, now: Timestamp, first: bool) -> AnyView {
    let value = |field| typed(failure, field);
    let from = value("from").unwrap_or_else(|| now.plus_days(-91).date());
    let to = value("to").unwrap_or_else(|| now.date());
    view! {
        <details class="card form-details" open=first || failure.is_some()>
            <summary>"Open a review"</summary>
            <form class="form" method="post" action=OpenCampaign::url()>
                <FormToken />
                <Entry
                    name="name"
                    label="Name"
                    hint="Such as Q4 2026."
                    value=value("name").unwrap_or_default()
                    error=wrong(failure, "name")
                />
                <div class="form-row">
                    <Entry
                        name="from"
                        label="First day"
                        kind="date"
                        value=from
                        error=wrong(failure, "from")
                    />
                    <Entry
                        name="to"
                        label="Last day"
                        kind="date"
                        value=to
                        error=wrong(failure, "to")
                    />
                </div>
                <p class="hint">"Every right that was held in the period becomes an item."</p>
                <div class="form-actions">
                    <button class="button primary">"Open the review"</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}
