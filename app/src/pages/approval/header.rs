//! Who asks, in whose name, why, and how long there is to decide.

use domain::{IntentState, Timestamp};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::approvals::ApprovalPage,
    components::{OnBehalf, RiskBadge, When},
    islands::Countdown,
};

/// The page's first two lines.
pub fn show(page: &ApprovalPage, now: Timestamp) -> AnyView {
    let title = format!("{} asks: {}", page.agent.name, page.purpose);
    let ticket = page
        .ticket
        .clone()
        .map(|ticket| view! { <span class="ticket">{ticket}</span> });
    let until = page.expires_at;
    let left = (page.state == IntentState::PendingApproval).then(|| {
        view! {
            <p class="expires" data-while-pending="">
                "expires in "
                <Countdown until now />
            </p>
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
            {left}
            <h1>
                <q>{page.purpose.clone()}</q>
                {ticket}
            </h1>
        </header>
    }
    .into_any()
}
