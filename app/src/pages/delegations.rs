//! On `/me`: who decides in the viewer's place while they are away.

use domain::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{load, now, typed, wrong};
use crate::{
    api::{
        PersonRef,
        delegations::{Delegate, DelegationRow, Delegations, TakeBackDelegation, load_delegations},
        form::Failure,
    },
    components::{Entry, FormToken, Person},
};

/// The section of the viewer's own page; nothing for people who decide nothing.
pub(super) fn delegations(failure: Option<Failure>) -> AnyView {
    load(load_delegations(), move |page| {
        show(page, failure.as_ref(), now())
    })
}

fn show(page: Delegations, failure: Option<&Failure>, now: Timestamp) -> AnyView {
    if page.rows.is_empty() && page.colleagues.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = page.rows.into_iter().map(row).collect();
    let ask = (!page.colleagues.is_empty()).then(|| ask(page.colleagues, failure, now));
    view! {
        <section id="delegations">
            <h2 class="section-title">"While you are away"</h2>
            <ul class="rows">{rows}</ul>
            {ask}
        </section>
    }
    .into_any()
}

fn row(row: DelegationRow) -> AnyView {
    let take_back = row.may_take_back.then(|| {
        view! {
            <form method="post" action=TakeBackDelegation::url()>
                <FormToken />
                <input type="hidden" name="delegation" value=row.id.to_string() />
                <button class="button small">"Take back"</button>
            </form>
        }
    });
    // The last day that counts, not the first one that does not.
    let last = row.until.plus_seconds(-1).date();
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <span class="row-title">
                    <Person person=row.delegate />
                    " decides for "
                    <Person person=row.absent />
                </span>
                <p class="row-line quiet">{row.from.date()}" to "{last}" (UTC)"</p>
            </div>
            <div class="row-facts">{take_back}</div>
        </li>
    }
    .into_any()
}

fn ask(colleagues: Vec<PersonRef>, failure: Option<&Failure>, now: Timestamp) -> AnyView {
    let options: Vec<_> = colleagues
        .into_iter()
        .map(|colleague| {
            let label = format!("{} ({})", colleague.name, colleague.email);
            view! { <option value=colleague.id.to_string()>{label}</option> }
        })
        .collect();
    let today = now.date();
    view! {
        <form class="card" method="post" action=Delegate::url()>
            <FormToken />
            <p>
                "A colleague who approves can decide in your place. They decide what your groups are asked, never what you or they asked for, and each vote says whose it is."
            </p>
            <div class="field">
                <label for="delegate">"Colleague"</label>
                <select id="delegate" name="delegate" required>
                    {options}
                </select>
            </div>
            <Entry
                name="from"
                label="First day"
                kind="date"
                value=typed(failure, "from").unwrap_or_else(|| today.clone())
                error=wrong(failure, "from")
                min=Some(today.clone())
            />
            <Entry
                name="until"
                label="Last day"
                hint="It still counts. Days begin and end in UTC."
                kind="date"
                value=typed(failure, "until").unwrap_or_default()
                error=wrong(failure, "until")
                min=Some(today)
            />
            <button class="button">"Let them decide"</button>
        </form>
    }
    .into_any()
}
