//! The program's clock, carried on in the browser.

use std::time::Duration;

use domain::Timestamp;
use leptos::prelude::*;

use crate::format;

/// The program's time, moving every second: the browser's own clock may be wrong, so
/// only its progress counts.
pub(super) fn ticking(now: Timestamp) -> RwSignal<Timestamp> {
    let clock = RwSignal::new(now);
    Effect::new(move |_| {
        let began = js_sys::Date::now();
        let tick = move || {
            let passed = (js_sys::Date::now() - began) / 1000.0;
            #[expect(clippy::cast_possible_truncation, reason = "whole seconds are wanted")]
            clock.set(now.plus_seconds(passed as i64));
        };
        if let Ok(interval) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    });
    clock
}

/// What is left until a deadline.
#[island]
pub fn Countdown(
    /// The deadline.
    until: Timestamp,
    /// Now, by the program's clock.
    now: Timestamp,
) -> impl IntoView {
    let clock = ticking(now);
    view! {
        <time
            class="countdown"
            class:urgent=move || until.seconds_since(clock.get()) < 120
            datetime=until.to_rfc3339()
            title=format::exact(until)
        >
            {move || format::countdown(until, clock.get())}
        </time>
    }
}
