//! `/deliveries`: mails and messages that did not arrive, for those who run this.

use domain::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, load, now};
use crate::{
    api::{
        deliveries::{DeliverAgain, DeliveryRow, load_deliveries},
        form::take_failure,
    },
    components::{Empty, FailureNote, FormToken, When},
    format::plural,
};

/// The list.
#[component]
pub fn Deliveries() -> impl IntoView {
    let failure = take_failure();
    load(load_deliveries(), move |rows| {
        let failure = failure.clone();
        let note = failure.map(|failure| view! { <FailureNote error=failure.error /> });
        view! {
            <Heading title="What did not arrive".to_owned() />
            {note}
            {show(rows, now())}
        }
        .into_any()
    })
}

fn show(rows: Vec<DeliveryRow>, now: Timestamp) -> AnyView {
    if rows.is_empty() {
        return view! {
            <Empty
                title="Everything arrived"
                hint="Mails and messages to webhooks that fail are tried again for a day. They show here meanwhile, and stay once they were given up."
            />
        }
        .into_any();
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|delivery| row(delivery, now))
        .collect();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

fn row(row: DeliveryRow, now: Timestamp) -> AnyView {
    let state = match row.next_at {
        Some(at) => view! { <span>"tried again "<When at=at now /></span> }.into_any(),
        None => view! { <strong>"given up"</strong> }.into_any(),
    };
    let again = (row.may_try_again && row.next_at.is_none()).then(|| {
        view! {
            <form method="post" action=DeliverAgain::url()>
                <FormToken />
                <input type="hidden" name="delivery" value=row.id.to_string() />
                <button class="button small">"Try again"</button>
            </form>
        }
    });
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <span class="row-title">{row.recipient}</span>
                <p class="row-line">
                    <code>{row.kind}</code>
                    " · "
                    <code>{row.problem}</code>
                    " · "
                    {plural(row.attempts, "attempt")}
                </p>
            </div>
            <div class="row-facts">
                {state} <span class="quiet">"owed "<When at=row.owed_at now /></span> {again}
            </div>
        </li>
    }
    .into_any()
}
