//! `/sessions`: every session that this person may see, filtered by the address.

use leptos::prelude::*;
use leptos_router::location::Url;

use super::{
    choice::choice,
    load::{Heading, load, now, query},
    session_list::SessionRows,
};
use crate::{
    api::{
        RunState,
        sessions::{SessionFilter, SessionList, load_sessions},
    },
    components::Empty,
};

/// The list with its filters.
#[component]
pub fn Sessions() -> impl IntoView {
    let filter = SessionFilter {
        agent: query("agent"),
        person: query("person"),
        state: query("state").and_then(|state| RunState::from_name(&state)),
        before: query("before").and_then(|run| run.parse().ok()),
    };
    load(load_sessions(filter.clone()), move |list| {
        show(list, &filter)
    })
}

fn show(list: SessionList, filter: &SessionFilter) -> AnyView {
    let title = match (&filter.agent, &filter.person) {
        (Some(agent), Some(person)) => format!("Sessions of {agent} for {person}"),
        (Some(agent), None) => format!("Sessions of {agent}"),
        (None, Some(person)) => format!("Sessions for {person}"),
        (None, None) => "Sessions".to_owned(),
    };
    let older = list.sessions.last().filter(|_| list.more).map(|last| {
        let href = address(filter, &last.run.to_string());
        view! {
            <p class="pager">
                <a class="button" rel="next" href=href>
                    "Older sessions"
                </a>
            </p>
        }
    });
    let nothing = list.sessions.is_empty();
    let rows = if nothing {
        nothing_found(filter)
    } else {
        view! { <SessionRows sessions=list.sessions.clone() now=now() /> }.into_any()
    };
    view! {
        <Heading title>
            <a class="button" href="/runs">
                "My runs"
            </a>
            <a class="button primary" href="/runs/new">
                "Open a run"
            </a>
        </Heading>
        {filters(&list, filter)}
        {rows}
        {older}
    }
    .into_any()
}

fn filters(list: &SessionList, filter: &SessionFilter) -> AnyView {
    let agents = list
        .agents
        .iter()
        .map(|agent| (agent.name.clone(), agent.name.clone()))
        .collect();
    let people = list
        .people
        .iter()
        .map(|person| (person.email.clone(), person.name.clone()))
        .collect();
    let states = RunState::ALL
        .map(|state| (state.as_str().to_owned(), state.as_str().to_owned()))
        .to_vec();
    let state = filter.state.map(|state| state.as_str().to_owned());
    view! {
        <form class="filters" action="/sessions">
            {choice("agent", "Any agent", agents, filter.agent.clone())}
            {choice("person", "Anybody", people, filter.person.clone())}
            {choice("state", "Any state", states, state)}
            <button class="button small">"Filter"</button>
            <a class="quiet" href="/sessions">
                "Clear"
            </a>
        </form>
    }
    .into_any()
}

fn address(filter: &SessionFilter, before: &str) -> String {
    let parts = [
        ("agent", filter.agent.as_deref()),
        ("person", filter.person.as_deref()),
        ("state", filter.state.map(RunState::as_str)),
        ("before", Some(before)),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let parts: Vec<String> = parts
        .map(|(name, value)| format!("{name}={}", Url::escape(value)))
        .collect();
    format!("/sessions?{}", parts.join("&"))
}

fn nothing_found(filter: &SessionFilter) -> AnyView {
    if *filter == SessionFilter::default() {
        view! {
            <Empty
                title="No sessions yet"
                hint="A session is everything that one run of an agent asked and got. Open a run, and hand its token to the agent."
            />
        }
        .into_any()
    } else {
        view! { <Empty title="No session fits" hint="Clear the filters to see every session." /> }
            .into_any()
    }
}
