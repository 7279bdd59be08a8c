//! `/agents/new`: proposes an agent, for which the person who is signed in will answer.

use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, now, typed, wrong};
use crate::{
    api::{
        agents::{GIBIBYTE, LONGEST_LIFE_DAYS, ProposeAgent, USUAL_CAPS},
        form::{Failure, take_failure},
    },
    components::{Area, Entry, FailureNote, FormToken},
};

/// The form.
#[component]
pub fn NewAgent() -> impl IntoView {
    let failure = take_failure();
    let failure = failure.as_ref();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    view! {
        <Heading title="Propose an agent".to_owned() />
        {note}
        <form class="card form" method="post" action=ProposeAgent::url()>
            <FormToken />
            <p class="quiet">
                "You will answer for it. It can do nothing until an administrator, who is not you, has confirmed it."
            </p>
            {identity(failure)}
            {power(failure)}
            {proof(failure)}
            <div class="form-actions">
                <button class="button primary">"Propose"</button>
                <a class="button" href="/agents">
                    "Back"
                </a>
            </div>
        </form>
    }
    .into_any()
}

fn value(failure: Option<&Failure>, field: &str) -> String {
    typed(failure, field).unwrap_or_default()
}

fn identity(failure: Option<&Failure>) -> AnyView {
    let now = now();
    let last_day = now.plus_days(LONGEST_LIFE_DAYS).date();
    let expires = typed(failure, "expires").unwrap_or_else(|| last_day.clone());
    view! {
        <Entry
            name="name"
            label="Name"
            hint="Short and telling, such as churn-model."
            value=value(failure, "name")
            error=wrong(failure, "name")
        />
        <Area
            name="purpose"
            label="Purpose"
            hint="One sentence that an approver and an auditor will read."
            lines=2
            value=value(failure, "purpose")
            error=wrong(failure, "purpose")
        />
        <Entry
            name="expires"
            label="Last day"
            kind="date"
            hint="At most 92 days ahead; then it is proposed anew."
            min=Some(now.plus_days(1).date())
            max=Some(last_day)
            value=expires
            error=wrong(failure, "expires")
        />
        <Area
            name="sponsors"
            label="Who else may start runs?"
            optional=true
            lines=2
            hint="E-mail addresses and groups, one a line. You always may."
            value=value(failure, "sponsors")
            error=wrong(failure, "sponsors")
        />
    }
    .into_any()
}

fn power(failure: Option<&Failure>) -> AnyView {
    view! {
        <Area
            name="grants"
            label="Grants"
            code=true
            lines=5
            hint="One a line: read or write, then project.dataset.table; the table may be or end in *. Behind it, where needed: except ssn, email and until 2026-12-31."
            value=value(failure, "grants")
            error=wrong(failure, "grants")
        />
        <div class="form-row">
            {cap(failure, "bytes_per_query", "GiB a query", USUAL_CAPS.bytes_per_query / GIBIBYTE)}
            {cap(failure, "bytes_per_day", "GiB a day", USUAL_CAPS.bytes_per_day / GIBIBYTE)}
            {cap(failure, "rows", "Rows a result", USUAL_CAPS.rows)}
            {cap(failure, "concurrent_jobs", "Jobs at a time", USUAL_CAPS.concurrent_jobs.into())}
            {cap(failure, "open_runs", "Runs at a time", USUAL_CAPS.open_runs.into())}
        </div>
    }
    .into_any()
}

fn cap(failure: Option<&Failure>, name: &'static str, label: &'static str, usual: u64) -> AnyView {
    let value = typed(failure, name).unwrap_or_else(|| usual.to_string());
    view! {
        <Entry
            name
            label
            kind="number"
            min=Some("1".to_owned())
            value
            error=wrong(failure, name)
        />
    }
    .into_any()
}

fn proof(failure: Option<&Failure>) -> AnyView {
    let bearer = typed(failure, "token").is_some_and(|token| token == "bearer");
    let open = ["issuer", "claims", "service_account"]
        .iter()
        .any(|field| !value(failure, field).is_empty());
    view! {
        <fieldset class="field choices">
            <legend>"Its tokens"</legend>
            <label>
                <input type="radio" name="token" value="key" checked=!bearer />
                " Count only with a proof of its key (DPoP): for pipelines and programs"
            </label>
            <label>
                <input type="radio" name="token" value="bearer" checked=bearer />
                " Count for whoever holds them: needed to open runs in this portal"
            </label>
        </fieldset>
        <details class="form-details" open=open>
            <summary>"A pipeline, or a Google service account of its own"</summary>
            <Entry
                name="issuer"
                label="Issuer of its tokens"
                optional=true
                hint="As it names itself in iss, such as https://token.actions.githubusercontent.com."
                value=value(failure, "issuer")
                error=wrong(failure, "issuer")
            />
            <Area
                name="claims"
                label="Claims that they carry"
                code=true
                lines=3
                hint="One a line, ids rather than names: repository_id = 123456."
                value=value(failure, "claims")
                error=wrong(failure, "claims")
            />
            <Entry
                name="service_account"
                label="Google service account"
                optional=true
                hint="Its jobs run as this account, so that Google's audit log names it too."
                value=value(failure, "service_account")
                error=wrong(failure, "service_account")
            />
        </details>
    }
    .into_any()
}
