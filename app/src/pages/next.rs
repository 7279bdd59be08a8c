//! `/next`: goes from one request to the one before or after it in the inbox.

use domain::ApprovalId;
use leptos::prelude::*;
use leptos_axum::redirect;

use super::load::{load, query};
use crate::api::approvals::{Inbox, InboxFilter, load_inbox};

/// Goes to the neighbour of a request among those that this person may decide; from one that
/// no longer waits, to the first.
#[component]
pub fn Next() -> impl IntoView {
    let after = query("after").and_then(|id| id.parse().ok());
    let before = query("before").and_then(|id| id.parse().ok());
    load(load_inbox(InboxFilter::mine()), move |inbox| {
        redirect(&target(&inbox, after, before));
        ().into_any()
    })
}

fn target(inbox: &Inbox, after: Option<ApprovalId>, before: Option<ApprovalId>) -> String {
    let place = |id: ApprovalId| inbox.pending.iter().position(|row| row.approval == id);
    let next = match (after.and_then(place), before.and_then(place)) {
        (Some(place), _) => inbox.pending.get(place + 1),
        (None, Some(place)) => place.checked_sub(1).and_then(|at| inbox.pending.get(at)),
        (None, None) => inbox.pending.first(),
    };
    next.map_or_else(
        || "/".to_owned(),
        |row| format!("/approvals/{}", row.approval),
    )
}
