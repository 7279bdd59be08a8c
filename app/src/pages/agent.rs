//! `/agents/{id}`: one agent, what it may do, and what it used.

use domain::{AgentId, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    load::{Heading, load, now, problem, subject, typed, wrong},
    session_list::SessionRows,
};
use crate::{
    api::{
        agents::{AgentPage, AgentState, Grant, Revocation, RevokeAgent, load_agent},
        form::{Failure, take_failure},
    },
    components::{AgentBadge, Empty, Entry, FailureNote, FormToken, Moment, Person, When},
};

/// One agent.
#[component]
pub fn Agent() -> impl IntoView {
    match subject::<AgentId>() {
        Ok(agent) => {
            let failure = take_failure();
            load(load_agent(agent), move |page| show(page, failure.as_ref()))
        }
        Err(error) => problem(error),
    }
}

fn show(page: AgentPage, failure: Option<&Failure>) -> AnyView {
    let now = now();
    let agent = page.header.agent.clone();
    let open = page.may_open.then(|| {
        view! {
            <a class="button primary" href=format!("/runs/new?agent={}", agent.id)>
                "Open a run"
            </a>
        }
    });
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let revoke = (page.may_revoke && page.header.state == AgentState::Active)
        .then(|| revoke(agent.id, failure));
    let grants: Vec<_> = page
        .grants
        .iter()
        .cloned()
        .map(|line| grant(line, now))
        .collect();
    let runs = if page.runs.is_empty() {
        view! {
            <Empty
                title="Never run"
                hint="Open a run to give this agent a token for an hour or so."
            />
        }
        .into_any()
    } else {
        view! { <SessionRows sessions=page.runs.clone() now /> }.into_any()
    };
    view! {
        <Heading title=agent.name.clone()>{open}</Heading>
        {note}
        {facts(&page, now)}
        <section>
            <h2 class="section-title">"May do"</h2>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Grants">
                <table class="listing">
                    <thead>
                        <tr>
                            <th>"Right"</th>
                            <th>"On"</th>
                            <th>"Last needed"</th>
                            <th>"Until"</th>
                        </tr>
                    </thead>
                    <tbody>{grants}</tbody>
                </table>
            </div>
        </section>
        <section>
            <h2 class="section-title">"Runs"</h2>
            {runs}
        </section>
        {revoke}
    }
    .into_any()
}

fn facts(page: &AgentPage, now: Timestamp) -> AnyView {
    let header = page.header.clone();
    let ended = page.revocation.clone().map(|end| ended(end, now));
    view! {
        <dl class="facts card">
            <dt>"State"</dt>
            <dd>
                <AgentBadge state=header.state />
            </dd>
            <dt>"Purpose"</dt>
            <dd>{header.purpose}</dd>
            <dt>"Owner"</dt>
            <dd>
                <Person person=header.owner />
            </dd>
            <dt>"Registered"</dt>
            <dd>
                <Moment at=page.registered_at now />
            </dd>
            <dt>"Ends"</dt>
            <dd>
                <When at=header.expires_at now />
                " ("
                <Moment at=header.expires_at now />
                ")"
            </dd>
            <dt>"Id"</dt>
            <dd>
                <code>{header.agent.id.to_string()}</code>
            </dd>
            {ended}
        </dl>
    }
    .into_any()
}

fn ended(end: Revocation, now: Timestamp) -> AnyView {
    view! {
        <dt>"Revoked"</dt>
        <dd>
            <When at=end.at now />
            " by "
            <Person person=end.person />
            ": "
            <q>{end.reason}</q>
        </dd>
    }
    .into_any()
}

fn grant(grant: Grant, now: Timestamp) -> AnyView {
    let used = grant.last_used.map_or_else(
        || view! { <span class="quiet">"never"</span> }.into_any(),
        |at| view! { <When at now /> }.into_any(),
    );
    let until = if grant.revoked {
        view! { <strong>"revoked"</strong> }.into_any()
    } else {
        view! { <When at=grant.until now /> }.into_any()
    };
    view! {
        <tr class:over=grant.revoked>
            <td>
                <b class="privilege">{grant.privilege.as_str()}</b>
            </td>
            <td>
                <code>{grant.resource.to_string()}</code>
            </td>
            <td>{used}</td>
            <td>{until}</td>
        </tr>
    }
    .into_any()
}

fn revoke(agent: AgentId, failure: Option<&Failure>) -> AnyView {
    view! {
        <details class="danger" open=failure.is_some()>
            <summary>"Revoke this agent"</summary>
            <p>
                "Its open runs end at once, and nothing that waits will run. This cannot be taken back: register it again instead."
            </p>
            <form method="post" action=RevokeAgent::url()>
                <FormToken />
                <input type="hidden" name="agent" value=agent.to_string() />
                <Entry
                    name="reason"
                    label="Reason"
                    hint="Kept in the ledger for good."
                    value=typed(failure, "reason").unwrap_or_default()
                    error=wrong(failure, "reason")
                />
                <button class="button deny">"Revoke for good"</button>
            </form>
        </details>
    }
    .into_any()
}
