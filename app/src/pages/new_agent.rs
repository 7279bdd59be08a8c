//! `/agents/new`: registers an agent.

use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, now, typed, wrong};
use crate::{
    api::{
        agents::{LONGEST_LIFE_DAYS, RegisterAgent},
        form::take_failure,
    },
    components::{Area, Entry, FailureNote, FormToken},
};

/// The form.
#[component]
pub fn NewAgent() -> impl IntoView {
    let failure = take_failure();
    let failure = failure.as_ref();
    let now = now();
    let last_day = now.plus_days(LONGEST_LIFE_DAYS).date();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let value = |field| typed(failure, field).unwrap_or_default();
    let expires = typed(failure, "expires").unwrap_or_else(|| last_day.clone());
    view! {
        <Heading title="Register an agent".to_owned() />
        {note}
        <form class="card form" method="post" action=RegisterAgent::url()>
            <FormToken />
            <Entry
                name="name"
                label="Name"
                hint="Short and telling, such as churn-model."
                value=value("name")
                error=wrong(failure, "name")
            />
            <Area
                name="purpose"
                label="Purpose"
                hint="One sentence that an approver and an auditor will read."
                lines=2
                value=value("purpose")
                error=wrong(failure, "purpose")
            />
            <Entry
                name="owner"
                label="Owner"
                kind="email"
                hint="E-mail address of the person who answers for it; they must have signed in once."
                value=value("owner")
                error=wrong(failure, "owner")
            />
            <Entry
                name="expires"
                label="Last day"
                kind="date"
                hint="At most 92 days ahead; then it is reviewed and registered again."
                min=Some(now.plus_days(1).date())
                max=Some(last_day)
                value=expires
                error=wrong(failure, "expires")
            />
            <Area
                name="grants"
                label="Grants"
                code=true
                lines=5
                hint="One a line: read or write, then project.dataset.table. The table may be or end in *."
                value=value("grants")
                error=wrong(failure, "grants")
            />
            <div class="form-actions">
                <button class="button primary">"Register"</button>
                <a class="button" href="/agents">
                    "Back"
                </a>
            </div>
        </form>
    }
    .into_any()
}
