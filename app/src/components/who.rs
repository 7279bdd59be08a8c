//! People and machines, told apart at a glance: a round avatar with initials for
//! people, a square mark for agents.

use leptos::prelude::*;

use super::visible;
use crate::{
    api::{AgentRef, PersonRef},
    format::initials,
};

/// A person.
#[component]
pub fn Person(
    /// Who.
    person: PersonRef,
) -> impl IntoView {
    view! {
        <span class="who" title=person.email>
            <span class="avatar" aria-hidden="true">
                {initials(&person.name)}
            </span>
            <span class="name">{visible(&person.name)}</span>
        </span>
    }
    .into_any()
}

/// An agent, with the way to its page.
#[component]
pub fn Agent(
    /// Which.
    agent: AgentRef,
    /// Whether its name leads to its page; not inside another link.
    #[prop(default = true)]
    linked: bool,
) -> impl IntoView {
    let name = if linked {
        view! {
            <a class="name" href=format!("/agents/{}", agent.id)>
                {visible(&agent.name)}
            </a>
        }
        .into_any()
    } else {
        view! { <span class="name">{visible(&agent.name)}</span> }.into_any()
    };
    view! {
        <span class="who">
            <svg class="machine" viewBox="0 0 20 20" aria-label="Agent" role="img">
                <rect x="1.75" y="1.75" width="16.5" height="16.5" rx="2.5" />
                <path d="M6 8.2v2.4M14 8.2v2.4M6.5 14h7" />
            </svg>
            {name}
        </span>
    }
    .into_any()
}

/// An agent on behalf of a person.
#[component]
pub fn OnBehalf(
    /// Who acts.
    agent: AgentRef,
    /// In whose name.
    person: PersonRef,
    /// Whether the agent's name leads to its page; not inside another link.
    #[prop(default = true)]
    linked: bool,
) -> impl IntoView {
    view! {
        <span class="behalf">
            <Agent agent linked />
            <span class="quiet">" on behalf of "</span>
            <Person person />
        </span>
    }
    .into_any()
}
