//! `/runs`: the runs in one's own name, as they are now.

use leptos::prelude::*;

use super::load::{Heading, load, now};
use crate::{
    api::{
        form::take_failure,
        runs::{OwnRun, load_own_runs},
    },
    components::{Empty, FailureNote},
    islands::LiveRuns,
};

/// The list.
#[component]
pub fn Runs() -> impl IntoView {
    let failure = take_failure();
    load(load_own_runs(), move |runs| {
        let note = failure
            .clone()
            .map(|failure| view! { <FailureNote error=failure.error /> });
        show(runs, note.into_any())
    })
}

fn show(runs: Vec<OwnRun>, note: AnyView) -> AnyView {
    let body = if runs.is_empty() {
        view! {
            <Empty
                title="No run in your name"
                hint="A run gives an agent a token for an hour or so. Open one, and everything that it asks appears under your name."
            />
        }
        .into_any()
    } else {
        view! { <LiveRuns runs now=now() /> }.into_any()
    };
    view! {
        <Heading title="My runs".to_owned()>
            <a class="button" href="/device">
                "Enter a device code"
            </a>
            <a class="button primary" href="/runs/new">
                "Open a run"
            </a>
        </Heading>
        {note}
        {body}
    }
    .into_any()
}
