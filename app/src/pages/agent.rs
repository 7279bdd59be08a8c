//! `/agents/{id}`: one agent, what it may do, and what it used.

use domain::{AgentId, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    load::{Heading, load, now, problem, reason, subject},
    session_list::SessionRows,
};
use crate::{
    api::{
        agents::{
            AgentPage, ConfirmAgent, Deed, Grant, ResumeAgent, RevokeAgent, SuspendAgent,
            load_agent,
        },
        form::{Failure, take_failure},
    },
    components::{
        AgentBadge, Empty, FailureNote, FormToken, Moment, Person, When, at_most, effective,
        in_words,
    },
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
    let open = page.may.open.then(|| {
        view! {
            <a class="button primary" href=format!("/runs/new?agent={}", agent.id)>
                "Open a run"
            </a>
        }
    });
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let suspend = page.may.suspend.then(|| suspend(agent.id, failure));
    let revoke = page.may.revoke.then(|| revoke(agent.id, failure));
    let grants: Vec<_> = page
        .grants
        .iter()
        .cloned()
        .map(|line| grant(line, now))
        .collect();
    let power = page
        .header
        .power
        .map_or_else(|| "May do".to_owned(), |power| effective(&power));
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
        {decide(&page)}
        {facts(&page, now)}
        <section>
            <h2 class="section-title">{power}</h2>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Grants">
                <table class="listing">
                    <thead>
                        <tr>
                            <th>"May"</th>
                            <th>"Last needed"</th>
                            <th>"Until"</th>
                        </tr>
                    </thead>
                    <tbody>{grants}</tbody>
                </table>
            </div>
        </section>
        <p>
            <a href=format!("/standing-approvals?agent={}", agent.name)>
                "Standing approvals for its queries"
            </a>
        </p>
        <section>
            <h2 class="section-title">"Runs"</h2>
            {runs}
        </section>
        {suspend}
        {revoke}
    }
    .into_any()
}

/// What an administrator is asked: to confirm the proposal, or to let the agent act again.
fn decide(page: &AgentPage) -> Option<AnyView> {
    let agent = page.header.agent.id.to_string();
    let (action, words, button) = if page.may.confirm {
        let words = "Its owner proposes this agent. Read its grants and caps below: from your confirmation on, runs can be opened with it.";
        (ConfirmAgent::url(), words, "Confirm this agent")
    } else if page.may.resume {
        let words = "This agent is suspended. Its ended runs stay ended; new ones can be opened once it may act again.";
        (ResumeAgent::url(), words, "Let it act again")
    } else {
        return None;
    };
    let decide = view! {
        <form class="card decide-agent" method="post" action=action>
            <FormToken />
            <p>{words}</p>
            <input type="hidden" name="agent" value=agent />
            <button class="button primary">{button}</button>
        </form>
    };
    Some(decide.into_any())
}

fn facts(page: &AgentPage, now: Timestamp) -> AnyView {
    let header = page.header.clone();
    let deeds = [
        ("Confirmed", page.confirmed.clone()),
        ("Suspended", page.suspended.clone()),
        ("Revoked", page.revoked.clone()),
    ];
    let deeds: Vec<_> = deeds
        .into_iter()
        .filter_map(|(word, deed)| Some(done(word, deed?, now)))
        .collect();
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
            <dt>"Starts runs"</dt>
            <dd>{sponsors(page)}</dd>
            <dt>"Proposed"</dt>
            <dd>
                <Moment at=page.proposed_at now />
            </dd>
            {deeds}
            <dt>"Ends"</dt>
            <dd>
                <When at=header.expires_at now />
                " ("
                <Moment at=header.expires_at now />
                ")"
            </dd>
            <dt>"At most"</dt>
            <dd>{at_most(&page.caps)}</dd>
            <dt>"Proves itself"</dt>
            <dd>{proof(page)}</dd>
            <dt>"Id"</dt>
            <dd>
                <code>{header.agent.id.to_string()}</code>
            </dd>
        </dl>
    }
    .into_any()
}

fn sponsors(page: &AgentPage) -> String {
    if page.sponsors.is_empty() {
        "its owner alone".to_owned()
    } else {
        format!("its owner, {}", page.sponsors.join(", "))
    }
}

fn proof(page: &AgentPage) -> AnyView {
    let token = if page.allows_bearer {
        "its run's token alone"
    } else {
        "its run's token with a proof of its key (DPoP)"
    };
    let workload = page.workload.clone().map(|workload| {
        let claims: Vec<_> = workload
            .claims
            .into_iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        view! {
            <p>
                "tokens of "
                <code>{workload.issuer}</code>
                " with "
                <code>{claims.join(", ")}</code>
            </p>
        }
    });
    let account = page
        .service_account
        .clone()
        .map(|account| view! { <p>"its jobs run as "<code>{account}</code></p> });
    view! {
        <p>{token}</p>
        {workload}
        {account}
    }
    .into_any()
}

fn done(word: &'static str, deed: Deed, now: Timestamp) -> AnyView {
    let person = deed.person.map(|person| view! { " by "<Person person /> });
    let reason = Some(deed.reason)
        .filter(|reason| !reason.is_empty())
        .map(|reason| view! { ": "<q>{reason}</q> });
    view! {
        <dt>{word}</dt>
        <dd>
            <When at=deed.at now />
            {person}
            {reason}
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
                {in_words(&grant.power)}
                <br />
                <code class="quiet">{grant.power.to_string()}</code>
            </td>
            <td>{used}</td>
            <td>{until}</td>
        </tr>
    }
    .into_any()
}

fn suspend(agent: AgentId, failure: Option<&Failure>) -> AnyView {
    let form = stop(SuspendAgent::url(), "Suspend", agent, failure);
    view! {
        <details class="danger">
            <summary>"Suspend this agent"</summary>
            <p>
                "Its open runs end at once, and nothing that waits will run. An administrator who is not its owner can let it act again."
            </p>
            {form}
        </details>
    }
    .into_any()
}

fn revoke(agent: AgentId, failure: Option<&Failure>) -> AnyView {
    let form = stop(RevokeAgent::url(), "Revoke for good", agent, failure);
    view! {
        <details class="danger" open=failure.is_some()>
            <summary>"Revoke this agent"</summary>
            <p>
                "Its open runs end at once, and nothing that waits will run. This cannot be taken back: propose a new one instead."
            </p>
            {form}
        </details>
    }
    .into_any()
}

fn stop(
    action: &'static str,
    button: &'static str,
    agent: AgentId,
    failure: Option<&Failure>,
) -> AnyView {
    view! {
        <form method="post" action=action>
            <FormToken />
            <input type="hidden" name="agent" value=agent.to_string() />
            {reason(failure)}
            <button class="button deny">{button}</button>
        </form>
    }
    .into_any()
}
