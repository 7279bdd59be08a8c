//! Sessions as rows, wherever they are listed.

use domain::Timestamp;
use leptos::prelude::*;

use crate::{
    api::sessions::SessionRow,
    components::{OnBehalf, RiskBadge, RunBadge, When},
    format::counts,
};

/// Sessions, newest first.
#[component]
pub fn SessionRows(
    /// Which.
    sessions: Vec<SessionRow>,
    /// Now.
    now: Timestamp,
) -> impl IntoView {
    let rows: Vec<_> = sessions
        .into_iter()
        .map(|session| row(session, now))
        .collect();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

fn row(session: SessionRow, now: Timestamp) -> AnyView {
    let counts = counts(session.asked, session.ran, session.waiting, session.refused);
    let risk = session.risk.map(|risk| view! { <RiskBadge risk /> });
    let ticket = session
        .ticket
        .map(|ticket| view! { <span class="ticket">{ticket}</span> });
    view! {
        <li class="row" data-row="">
            <div class="row-risk">
                <RunBadge state=session.state />
            </div>
            <div class="row-main">
                <a class="row-title" data-open="" href=format!("/sessions/{}", session.run)>
                    {session.purpose}
                </a>
                {ticket}
                <p class="row-line">
                    <OnBehalf agent=session.agent person=session.person linked=false />
                    <code class="quiet">{session.run.short()}</code>
                </p>
            </div>
            <div class="row-facts">
                <span class="quiet">"opened "<When at=session.opened_at now /></span>
                <span>{counts}</span>
                {risk}
            </div>
        </li>
    }
    .into_any()
}
