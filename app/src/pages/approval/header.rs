//! Who asks, in whose name, why, and how long there is to decide.

use domain::{ApprovalId, IntentState, Timestamp};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::approvals::ApprovalPage,
    characters::spelled,
    components::{OnBehalf, RiskBadge, When, visible},
    islands::Countdown,
};

/// The page's first two lines.
pub fn show(page: &ApprovalPage, now: Timestamp) -> AnyView {
    let title = spelled(&format!("{} asks: {}", page.agent.name, page.purpose));
    let ticket = page
        .ticket
        .clone()
        .map(|ticket| view! { <span class="ticket">{visible(&ticket)}</span> });
    let until = page.expires_at;
    let left = (page.state == IntentState::PendingApproval).then(|| {
        view! {
            <span class="expires" data-while-pending="">
                "expires in "
                <Countdown until now />
            </span>
        }
    });
    view! {
        <Title text=format!("{title} · Countersign") />
        <header class="approval-head">
            <div class="approval-who">
                <RiskBadge risk=page.risk />
                <OnBehalf agent=page.agent.clone() person=page.person.clone() />
                <span class="quiet">
                    "run "<a href=format!("/sessions/{}", page.run)>{page.run.short()}</a>
                </span>
                <span class="quiet">"asked "<When at=page.asked_at now /></span>
            </div>
            <div class="approval-queue">{left}{neighbours(page.approval)}</div>
            <h1>
                <q>{visible(&page.purpose)}</q>
                {ticket}
            </h1>
        </header>
    }
    .into_any()
}

/// The ways to the requests before and after this one in the inbox.
fn neighbours(approval: ApprovalId) -> AnyView {
    view! {
        <nav aria-label="Requests that wait">
            <a
                class="button small"
                rel="prev"
                href=format!("/next?before={approval}")
                data-key="k"
                title="The request before this one"
            >
                "Previous"
                <kbd aria-hidden="true">"k"</kbd>
            </a>
            <a
                class="button small"
                rel="next"
                href=format!("/next?after={approval}")
                data-key="j"
                title="The request after this one"
            >
                "Next"
                <kbd aria-hidden="true">"j"</kbd>
            </a>
        </nav>
    }
    .into_any()
}
