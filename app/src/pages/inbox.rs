//! `/`: what waits for a decision, filtered by the address.

use domain::{RiskLevel, Role, Tag};
use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    choice::choice,
    load::{load, now, query},
};
use crate::{
    api::{
        approvals::{Inbox as Rows, InboxChoices, InboxFilter, load_inbox},
        desks,
    },
    islands::{LiveInbox, sentence},
};

/// What waits for a decision, and what was decided lately.
#[component]
pub fn Inbox() -> impl IntoView {
    let filter = InboxFilter {
        risk: query("risk").and_then(|risk| RiskLevel::from_name(&risk)),
        agent: query("agent"),
        person: query("person"),
        tag: query("tag").map(Tag::new),
        mine: query("mine").is_some(),
    };
    load(load_inbox(filter.clone()), move |inbox| {
        show(inbox, &filter)
    })
}

fn show(inbox: Rows, filter: &InboxFilter) -> AnyView {
    let title = sentence(&inbox);
    let may_open = desks().is_ok_and(|desks| desks.viewer.is(Role::Initiator));
    let filters = (inbox.waiting > 0 || *filter != InboxFilter::default())
        .then(|| filters(&inbox.choices, filter));
    let filter = filter.clone();
    view! {
        <Title text=format!("{title} · Countersign") />
        <LiveInbox inbox filter now=now() may_open>
            {filters}
        </LiveInbox>
    }
    .into_any()
}

fn filters(choices: &InboxChoices, filter: &InboxFilter) -> AnyView {
    let names = |values: Vec<String>| values.into_iter().map(|value| (value.clone(), value));
    let risks = RiskLevel::ALL.map(|risk| risk.as_str().to_owned()).to_vec();
    let agents = choices.agents.iter().cloned().collect();
    let tags = choices.tags.iter().map(ToString::to_string).collect();
    let people = choices.people.clone().into_iter().collect();
    let risk = filter.risk.map(|risk| risk.as_str().to_owned());
    let tag = filter.tag.as_ref().map(ToString::to_string);
    let clear = (*filter != InboxFilter::default()).then_some(view! {
        <a class="quiet" href="/">
            "Clear"
        </a>
    });
    view! {
        <form class="filters" action="/">
            {choice("risk", "Any risk", names(risks).collect(), risk)}
            {choice("agent", "Any agent", names(agents).collect(), filter.agent.clone())}
            {choice("person", "Anybody", people, filter.person.clone())}
            {choice("tag", "Any tag", names(tags).collect(), tag)}
            <label class="check">
                <input type="checkbox" name="mine" value="1" checked=filter.mine />
                "Mine to decide"
            </label>
            <button class="button small">"Filter"</button>
            {clear}
        </form>
    }
    .into_any()
}
