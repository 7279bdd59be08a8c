//! `/`: what waits for a decision.

use leptos::prelude::*;

use super::load::{Heading, load, now};
use crate::{
    api::approvals::{Inbox as Rows, load_inbox},
    islands::LiveInbox,
};

/// What waits for a decision, and what was decided lately.
#[component]
pub fn Inbox() -> impl IntoView {
    load(load_inbox(), show)
}

fn show(inbox: Rows) -> AnyView {
    let title = match inbox.pending.len() {
        0 => "Nothing waits".to_owned(),
        1 => "One request waits".to_owned(),
        count => format!("{count} requests wait"),
    };
    view! {
        <Heading title />
        <LiveInbox inbox now=now() />
    }
    .into_any()
}
