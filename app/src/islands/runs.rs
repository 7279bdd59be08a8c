//! One's own runs, as they go on and end.

use domain::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

use super::live;
use crate::{
    api::{
        RunState,
        runs::{OwnRun, RevokeRun, load_own_runs},
    },
    components::{Agent, FormToken, RunBadge, Scope, When},
    format::counts,
};

/// Runs with a button to end each that is open.
#[island]
pub fn LiveRuns(
    /// As the page was rendered, newest first.
    runs: Vec<OwnRun>,
    /// Now, by the program's clock.
    now: Timestamp,
) -> impl IntoView {
    let runs = RwSignal::new(runs);
    Effect::new(move |_| {
        live::subscribe("intent", move |_| refresh(runs));
        live::subscribe("inbox", move |_| refresh(runs));
    });
    let rows = move || {
        runs.get()
            .into_iter()
            .map(|run| row(run, now))
            .collect_view()
    };
    view! { <ul class="rows">{rows}</ul> }
}

fn refresh(runs: RwSignal<Vec<OwnRun>>) {
    spawn_local(async move {
        if let Ok(fresh) = load_own_runs().await
            && runs.with_untracked(|known| *known != fresh)
        {
            runs.set(fresh);
        }
    });
}

fn row(run: OwnRun, now: Timestamp) -> AnyView {
    let header = run.header;
    let end = (header.state == RunState::Open).then(|| {
        view! {
            <form class="row-action" method="post" action=RevokeRun::url()>
                <FormToken />
                <input type="hidden" name="run" value=header.run.to_string() />
                <input type="hidden" name="reason" value="Ended in the list of own runs" />
                <input type="hidden" name="listed" value="true" />
                <button class="button small deny">"End it"</button>
            </form>
        }
    });
    let ends = match header.state {
        RunState::Open => Some("ends "),
        RunState::Expired => Some("ended "),
        RunState::Ended | RunState::Revoked => None,
    };
    let ends =
        ends.map(|ends| view! { <span class="quiet">{ends}<When at=header.ends_at now /></span> });
    let counts = counts(header.asked, header.ran, header.waiting, header.refused);
    view! {
        <li class="row" data-row="">
            <div class="row-risk">
                <RunBadge state=header.state />
            </div>
            <div class="row-main">
                <a class="row-title" data-open="" href=format!("/runs/{}", header.run)>
                    {header.purpose}
                </a>
                <p class="row-line">
                    <Agent agent=header.agent linked=false />
                    <code class="quiet">{header.run.short()}</code>
                </p>
                <Scope grants=run.scope />
            </div>
            <div class="row-facts">
                {ends}
                <span>{counts}</span>
                {end}
            </div>
        </li>
    }
    .into_any()
}
