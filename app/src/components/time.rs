//! Time is always two things: relative to read, exact to prove.

use domain::Timestamp;
use leptos::prelude::*;

use crate::format;

/// A time as seen from now; exact on hover and in print.
#[component]
pub fn When(
    /// The time.
    at: Timestamp,
    /// Now.
    now: Timestamp,
) -> impl IntoView {
    view! {
        <time datetime=at.to_rfc3339() title=format::exact(at)>
            {format::relative(at, now)}
        </time>
    }
    .into_any()
}

/// A time to the second; relative on hover.
#[component]
pub fn Moment(
    /// The time.
    at: Timestamp,
    /// Now.
    now: Timestamp,
) -> impl IntoView {
    view! {
        <time class="exact" datetime=at.to_rfc3339() title=format::relative(at, now)>
            {format::exact(at)}
        </time>
    }
    .into_any()
}
