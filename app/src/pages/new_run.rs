//! `/runs/new`: opens a run in one's own name.

use domain::{AgentId, Power};
use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, load, query, typed, wrong};
use crate::{
    api::{
        form::{Failure, take_failure},
        runs::{OpenRun, RunChoice, RunForm, load_run_form},
    },
    components::{Agent, Area, Empty, Entry, FailureNote, FormToken},
};

/// First the agent, then the form with what that agent may touch.
#[component]
pub fn NewRun() -> impl IntoView {
    let failure = take_failure();
    let agent: Option<AgentId> = query("agent").and_then(|agent| agent.parse().ok());
    load(load_run_form(), move |form| {
        show(form, agent, failure.as_ref())
    })
}

fn show(form: RunForm, agent: Option<AgentId>, failure: Option<&Failure>) -> AnyView {
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let only = match form.agents.as_slice() {
        [only] => Some(only.agent.id),
        _ => None,
    };
    let chosen = form
        .agents
        .iter()
        .find(|choice| Some(choice.agent.id) == agent.or(only))
        .cloned();
    let body = match chosen {
        Some(choice) => fields(choice, &form, failure),
        None if form.agents.is_empty() => view! {
            <Empty
                title="There is no agent to run"
                hint="Propose an agent with exactly the tables that the work needs; once an administrator has confirmed it, you can open runs with it."
            />
        }
        .into_any(),
        None => choices(form.agents),
    };
    view! {
        <Heading title="Open a run in your name".to_owned() />
        {note}
        {body}
    }
    .into_any()
}

fn choices(agents: Vec<RunChoice>) -> AnyView {
    let rows: Vec<_> = agents
        .into_iter()
        .map(|choice| {
            view! {
                <li class="row" data-row="">
                    <div class="row-main">
                        <span class="row-title agent-title">
                            <Agent agent=choice.agent.clone() linked=false />
                        </span>
                        <a
                            class="row-cover"
                            data-open=""
                            href=format!("/runs/new?agent={}", choice.agent.id)
                        >
                            {choice.purpose}
                        </a>
                    </div>
                </li>
            }
        })
        .collect();
    view! {
        <h2 class="section-title">"With which agent?"</h2>
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

fn fields(choice: RunChoice, form: &RunForm, failure: Option<&Failure>) -> AnyView {
    let minutes = (form.usual_minutes, form.longest_minutes);
    let terms = terms(&choice.grants, minutes, failure);
    view! {
        <form class="card form" method="post" action=OpenRun::url()>
            <FormToken />
            <input type="hidden" name="agent" value=choice.agent.id.to_string() />
            <p class="form-agent">
                <Agent agent=choice.agent />
                " "
                <span class="quiet">{choice.purpose}</span>
                " "
                <a href="/runs/new">"another agent"</a>
            </p>
            {terms}
            <div class="form-actions">
                <button class="button primary">"Open the run"</button>
                <a class="button" href="/sessions">
                    "Back"
                </a>
            </div>
        </form>
    }
    .into_any()
}

/// What a person says of a run that is to be opened; `minutes` are the usual ones and the most.
pub(super) fn terms(
    grants: &[Power],
    (usual_minutes, longest_minutes): (u32, u32),
    failure: Option<&Failure>,
) -> AnyView {
    let grants: Vec<String> = grants.iter().map(ToString::to_string).collect();
    let scope = typed(failure, "scope").unwrap_or_else(|| grants.join("\n"));
    let minutes = typed(failure, "minutes").unwrap_or_else(|| usual_minutes.to_string());
    let value = |field| typed(failure, field).unwrap_or_default();
    view! {
        <Area
            name="purpose"
            label="What is it for?"
            hint="Approvers read this first."
            lines=2
            value=value("purpose")
            error=wrong(failure, "purpose")
        />
        <Entry
            name="ticket"
            label="Ticket"
            optional=true
            value=value("ticket")
            error=wrong(failure, "ticket")
        />
        <Area
            name="scope"
            label="What may it touch?"
            code=true
            lines=5
            hint="Everything that the agent may; take out what this run does not need."
            value=scope
            error=wrong(failure, "scope")
        />
        <Entry
            name="minutes"
            label="How many minutes?"
            kind="number"
            hint="Then its token is worth nothing."
            min=Some("1".to_owned())
            max=Some(longest_minutes.to_string())
            value=minutes
            error=wrong(failure, "minutes")
        />
    }
    .into_any()
}
