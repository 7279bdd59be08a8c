//! `/reviews/{id}`: every right, its evidence of use, and the verdict on it.

use domain::{CampaignId, Timestamp};
use leptos::prelude::*;

use super::{
    load::{Heading, load, now, problem, subject},
    reviews::period,
};
use crate::{
    api::{
        form::{Failure, take_failure},
        reviews::{CampaignPage, CampaignRow, load_campaign},
    },
    components::{Empty, FailureNote, When},
};

mod habits;
mod item;
mod sign;

/// One access review.
#[component]
pub fn Review() -> impl IntoView {
    match subject::<CampaignId>() {
        Ok(campaign) => {
            let failure = take_failure();
            load(load_campaign(campaign), move |page| {
                show(page, failure.as_ref())
            })
        }
        Err(error) => problem(error),
    }
}

fn show(page: CampaignPage, failure: Option<&Failure>) -> AnyView {
    let now = now();
    let header = page.header.clone();
    let open = header.signature.is_none() && page.hindrance.is_none();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let hindrance = page
        .hindrance
        .clone()
        .map(|why| view! { <p class="hindrance">{why}</p> });
    let foot = match header.signature.clone() {
        Some(signature) => sign::signed(signature, now),
        None if open => sign::form(&header, failure),
        None => ().into_any(),
    };
    let campaign = header.campaign;
    let habits = habits::show(&page.habits);
    let items: Vec<_> = page
        .items
        .into_iter()
        .map(|item| item::show(item, campaign, open, failure, now))
        .collect();
    let items = if items.is_empty() {
        view! { <Empty title="Nothing to review" hint="No agent held a right in this period." /> }
            .into_any()
    } else {
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    view! {
        <Heading title=format!("Access review {}", header.name)>
            <a class="button" href=format!("/reviews/{campaign}/export.csv") download="">
                "Download CSV"
            </a>
        </Heading>
        {note}
        {progress(&header, now)}
        {hindrance}
        {items}
        {habits}
        {foot}
    }
    .into_any()
}

fn progress(header: &CampaignRow, now: Timestamp) -> AnyView {
    view! {
        <div class="review-progress">
            <p>
                <strong>
                    <span id="decided-count">{header.decided}</span>
                    " of "
                    {header.items}
                </strong>
                " decided · "
                {period(header.from, header.to)}
                <span class="quiet">
                    " · opened "<When at=header.opened_at now />" by "
                    {header.opened_by.name.clone()}
                </span>
            </p>
            <progress
                id="progress"
                max=header.items.max(1)
                value=header.decided
                aria-label="Decided items"
            ></progress>
        </div>
    }
    .into_any()
}
