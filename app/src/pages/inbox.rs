//! `/`: what waits for a decision.

use domain::Role;
use leptos::prelude::*;
use leptos_meta::Title;

use super::load::{load, now};
use crate::{
    api::{
        approvals::{Inbox as Rows, load_inbox},
        desks,
    },
    islands::{LiveInbox, sentence},
};

/// What waits for a decision, and what was decided lately.
#[component]
pub fn Inbox() -> impl IntoView {
    load(load_inbox(), show)
}

fn show(inbox: Rows) -> AnyView {
    let title = sentence(inbox.pending.len());
    let may_open = desks().is_ok_and(|desks| desks.viewer.is(Role::Initiator));
    view! {
        <Title text=format!("{title} · Countersign") />
        <LiveInbox inbox now=now() may_open />
    }
    .into_any()
}
