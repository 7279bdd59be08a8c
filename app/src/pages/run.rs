//! `/runs/{id}`: one run; right after opening, its token, once.

mod clients;

use domain::{RunId, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, load, now, problem, reason, subject};
use crate::{
    api::{
        RunState,
        form::{Failure, take_failure},
        runs::{IntentRow, RevokeRun, RunPage, load_run},
    },
    components::{
        Empty, FailureNote, FormToken, OnBehalf, RiskBadge, RunBadge, Scope, StateBadge, When,
    },
    format::plural,
    islands::{Copy, Countdown},
};

/// One run.
#[component]
pub fn Run() -> impl IntoView {
    match subject::<RunId>() {
        Ok(run) => {
            let failure = take_failure();
            load(load_run(run), move |page| show(page, failure.as_ref()))
        }
        Err(error) => problem(error),
    }
}

fn show(page: RunPage, failure: Option<&Failure>) -> AnyView {
    let now = now();
    let run = page.header.run;
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let token = page
        .token
        .clone()
        .map(|token| token_card(token, &page.api_url));
    let revoke =
        (page.may_revoke && page.header.state == RunState::Open).then(|| revoke(run, failure));
    let intents = intents(&page, now);
    let proof = proof(&page);
    let clients = clients::clients(&page);
    view! {
        <Heading title=page.header.purpose.clone()>
            <a class="button" href=format!("/sessions/{run}")>
                "Replay"
            </a>
        </Heading>
        {note}
        {token}
        {facts(page, now)}
        {clients}
        {proof}
        <section>
            <h2 class="section-title">"Asked so far"</h2>
            {intents}
        </section>
        {revoke}
    }
    .into_any()
}

/// A call that an agent may start with; the token comes from its environment.
fn first_call(api_url: &str) -> String {
    format!(
        r#"curl {api_url}/api/v1/intents \
  -H "Authorization: Bearer $COUNTERSIGN_TOKEN" \
  -H "Idempotency-Key: first" -H "Content-Type: application/json" \
  -d '{{"sql":"SELECT 1","purpose":"Try it out"}}'"#
    )
}

/// The token stands in the page once: the line below reads it from the environment.
fn token_card(token: String, api_url: &str) -> AnyView {
    let call = first_call(api_url);
    view! {
        <section class="card token" aria-labelledby="token-title">
            <h2 id="token-title">"The run's token"</h2>
            <p>
                <strong>"It is shown only now."</strong>
                " Hand it to the agent, and to nobody else: whoever holds it asks in your name. It counts for ten minutes; the agent renews it in time by "
                <code>"POST /api/v1/runs/current/renew"</code>", until the run ends."
            </p>
            <div class="copyable">
                <code id="token">{token}</code>
                <Copy from="token".to_owned() label="Copy the token".to_owned() />
            </div>
            <p>"Put it into "<code>"COUNTERSIGN_TOKEN"</code>", then try it:"</p>
            <div class="copyable">
                <pre id="call" tabindex="0">
                    <code>{call}</code>
                </pre>
                <Copy from="call".to_owned() label="Copy".to_owned() />
            </div>
        </section>
    }
    .into_any()
}

fn facts(page: RunPage, now: Timestamp) -> AnyView {
    let header = page.header;
    let until = header.ends_at;
    let left = if header.state == RunState::Open {
        view! {
            <dt>"Ends in"</dt>
            <dd>
                <Countdown until now />
            </dd>
        }
        .into_any()
    } else {
        view! {
            <dt>"Ended"</dt>
            <dd>
                <When at=until now />
            </dd>
        }
        .into_any()
    };
    view! {
        <dl class="facts card">
            <dt>"State"</dt>
            <dd>
                <RunBadge state=header.state />
            </dd>
            <dt>"Who"</dt>
            <dd>
                <OnBehalf agent=header.agent person=header.person />
            </dd>
            {header
                .ticket
                .map(|ticket| {
                    view! {
                        <dt>"Ticket"</dt>
                        <dd>
                            <span class="ticket">{ticket}</span>
                        </dd>
                    }
                })}
            <dt>"Opened"</dt>
            <dd>
                <When at=header.opened_at now />
            </dd>
            {left}
            {(header.state == RunState::Open)
                .then(|| {
                    view! {
                        <dt>"Token"</dt>
                        <dd>"to be renewed "<When at=page.token_ends_at now /></dd>
                    }
                })}
            <dt>"May touch"</dt>
            <dd>
                <Scope grants=page.scope />
            </dd>
            <dt>"Id"</dt>
            <dd>
                <code>{header.run.to_string()}</code>
            </dd>
        </dl>
    }
    .into_any()
}

/// What proved the person when the run was opened.
fn proof(page: &RunPage) -> Option<AnyView> {
    if page.evidence.is_empty() {
        return None;
    }
    let facts: Vec<_> = page
        .evidence
        .iter()
        .cloned()
        .map(|fact| {
            view! {
                <dt>{fact.name}</dt>
                <dd>{fact.value}</dd>
            }
        })
        .collect();
    let proof = view! {
        <details class="card evidence">
            <summary>"What proved who opened it"</summary>
            <dl class="facts">{facts}</dl>
        </details>
    };
    Some(proof.into_any())
}

fn intents(page: &RunPage, now: Timestamp) -> AnyView {
    if page.intents.is_empty() {
        let call = page.token.is_none().then(|| first_call(&page.api_url));
        return view! {
            <Empty
                title="Nothing asked yet"
                hint="What the agent asks with this run's token appears here."
                command=call
            />
        }
        .into_any();
    }
    let run = page.header.run;
    let rows: Vec<_> = page
        .intents
        .iter()
        .cloned()
        .map(|intent| row(intent, run, now))
        .collect();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

fn row(intent: IntentRow, run: RunId, now: Timestamp) -> AnyView {
    let href = intent.approval.map_or_else(
        || format!("/sessions/{run}"),
        |approval| format!("/approvals/{approval}"),
    );
    let rows = intent
        .rows
        .map(|rows| view! { <span>{plural(rows, "row")}</span> });
    let risk = intent.risk.map(|risk| view! { <RiskBadge risk /> });
    view! {
        <li class="row" data-row="">
            <div class="row-risk">
                <StateBadge state=intent.state />
            </div>
            <div class="row-main">
                <a class="row-title" data-open="" href=href>
                    {intent.purpose}
                </a>
                <p class="row-line">
                    <code class="quiet">{intent.intent.short()}</code>
                    {risk}
                </p>
            </div>
            <div class="row-facts">
                <span class="quiet">
                    <When at=intent.asked_at now />
                </span>
                {rows}
            </div>
        </li>
    }
    .into_any()
}

fn revoke(run: RunId, failure: Option<&Failure>) -> AnyView {
    view! {
        <details class="danger" open=failure.is_some()>
            <summary>"End this run now"</summary>
            <p>"Its token is worth nothing from then on, and what waits will not run."</p>
            <form method="post" action=RevokeRun::url()>
                <FormToken />
                <input type="hidden" name="run" value=run.to_string() />
                {reason(failure)}
                <button class="button deny">"End it"</button>
            </form>
        </details>
    }
    .into_any()
}
