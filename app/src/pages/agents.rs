//! `/agents`: who is registered, who answers for it, until when.

use domain::{Role, Timestamp};
use leptos::prelude::*;

use super::load::{Heading, load, now};
use crate::{
    api::{
        agents::{AgentRow, load_agents},
        desks,
    },
    components::{Agent, AgentBadge, Empty, Person, When, effective},
    format::plural,
};

/// The list.
#[component]
pub fn Agents() -> impl IntoView {
    load(load_agents(), show)
}

fn show(agents: Vec<AgentRow>) -> AnyView {
    let now = now();
    let proposes = desks().is_ok_and(|desks| {
        desks.viewer.is(Role::Initiator) || desks.viewer.is(Role::Administrator)
    });
    let propose = proposes.then_some(view! {
        <a class="button primary" href="/agents/new">
            "Propose an agent"
        </a>
    });
    let title = match agents.len() {
        0 => "No agents yet".to_owned(),
        count => plural(count, "agent"),
    };
    let body = if agents.is_empty() {
        view! {
            <Empty
                title="No agent is registered"
                hint="Whoever will answer for an agent proposes it with a purpose, an end date and what it may read. Once an administrator who is not its owner has confirmed it, runs can be opened."
            />
        }
        .into_any()
    } else {
        let rows: Vec<_> = agents.into_iter().map(|agent| row(agent, now)).collect();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    view! {
        <Heading title>{propose}</Heading>
        {body}
    }
    .into_any()
}

fn row(row: AgentRow, now: Timestamp) -> AnyView {
    let used = row.last_used.map_or_else(
        || view! { <span class="quiet">"never used"</span> }.into_any(),
        |at| view! { <span class="quiet">"last used "<When at now /></span> }.into_any(),
    );
    view! {
        <li class="row" data-row="">
            <div class="row-risk">
                <AgentBadge state=row.state />
            </div>
            <div class="row-main">
                <span class="row-title agent-title">
                    <Agent agent=row.agent.clone() linked=false />
                </span>
                <a class="row-cover" data-open="" href=format!("/agents/{}", row.agent.id)>
                    {row.purpose}
                </a>
                <p class="row-line">
                    <span class="quiet">"owner "</span>
                    <Person person=row.owner />
                    {row.power.map(|power| view! { <span>{effective(&power)}</span> })}
                </p>
            </div>
            <div class="row-facts">
                <span>"ends "<When at=row.expires_at now /></span>
                <span class="quiet">
                    {plural(row.grants, "grant")}" · "{plural(row.runs, "run")}
                </span>
                {used}
            </div>
        </li>
    }
    .into_any()
}
