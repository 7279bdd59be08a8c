//! The replay's player: moves through the events of a session at their own pace.

use std::time::Duration;

use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*};
use web_sys::Element;

use super::page;
use crate::components::{Mark, Timeline};

const SPEEDS: [(&str, u64); 6] = [
    ("0.5×", 500),
    ("1×", 1_000),
    ("2×", 2_000),
    ("4×", 4_000),
    ("8×", 8_000),
    ("16×", 16_000),
];

/// Play, speed and the timeline. Without the browser's help the timeline's marks lead to
/// their events.
#[island]
pub fn Player(
    /// The session's events on the line.
    marks: Vec<Mark>,
) -> impl IntoView {
    let alive = RwSignal::new(false);
    let playing = RwSignal::new(false);
    let speed = RwSignal::new(1_000_u64);
    let current = RwSignal::new(0_usize);
    let line = marks.clone();
    let count = marks.len();
    let steps = StoredValue::new(marks);
    Effect::new(move |_| alive.set(true));
    Effect::new(move |was: Option<usize>| {
        let index = current.get();
        if was.is_some() {
            steps.with_value(|steps| show(steps, index));
        }
        index
    });
    run_while_playing(playing, speed, current, steps);
    seek_by_mark(current, steps);
    let toggle = move |_| {
        if current.get_untracked() + 1 >= count {
            current.set(0);
        }
        playing.update(|playing| *playing = !*playing);
    };
    view! {
        <div class="player" class:alive=move || alive.get()>
            <div class="player-controls">
                <button type="button" class="button small" aria-label="Previous event" data-key="p" on:click=move |_| current.update(|index| *index = index.saturating_sub(1))>"◂"</button>
                <button type="button" class="button small play" data-key="s" aria-pressed=move || playing.get().to_string() on:click=toggle>
                    {move || if playing.get() { "Pause" } else { "Play" }}
                </button>
                <button type="button" class="button small" aria-label="Next event" data-key="n" on:click=move |_| current.update(|index| *index = (*index + 1).min(count.saturating_sub(1)))>"▸"</button>
                <label class="speed">
                    <span class="unseen">"Speed"</span>
                    <select on:change=move |event| speed.set(event_target_value(&event).parse().unwrap_or(1_000))>
                        {SPEEDS.map(|(name, value)| view! { <option value=value.to_string() selected=value == 1_000>{name}</option> })}
                    </select>
                </label>
                <span class="position">{move || format!("{} of {count}", (current.get() + 1).min(count))}</span>
            </div>
            <Timeline marks=line />
        </div>
    }
}

/// Plans the next event for as long as the player plays.
fn run_while_playing(
    playing: RwSignal<bool>,
    speed: RwSignal<u64>,
    current: RwSignal<usize>,
    steps: StoredValue<Vec<Mark>>,
) {
    Effect::new(move |planned: Option<Option<TimeoutHandle>>| {
        if let Some(handle) = planned.flatten() {
            handle.clear();
        }
        let next = current.get() + 1;
        if !playing.get() {
            return None;
        }
        let Some(wait) = steps.with_value(|steps| steps.get(next).map(|mark| mark.wait)) else {
            playing.set(false);
            return None;
        };
        let pause = u64::try_from(wait).unwrap_or_default() * 1_000 / speed.get().max(1);
        set_timeout_with_handle(move || current.set(next), Duration::from_millis(pause)).ok()
    });
}

/// A click on a mark, or on an event in the list, moves the player there.
fn seek_by_mark(current: RwSignal<usize>, steps: StoredValue<Vec<Mark>>) {
    let follow = move || {
        let hash = window().location().hash().unwrap_or_default();
        let sequence: Option<u32> = hash
            .strip_prefix("#e")
            .and_then(|digits| digits.parse().ok());
        let index = steps.with_value(|steps| {
            steps
                .iter()
                .position(|mark| Some(mark.sequence) == sequence)
        });
        if let Some(index) = index {
            current.set(index);
        }
    };
    Effect::new(move |_| {
        follow();
        let listener = window_event_listener(ev::hashchange, move |_| follow());
        on_cleanup(move || listener.remove());
    });
}

/// Marks the current event and those still to come, and brings it into sight.
fn show(steps: &[Mark], index: usize) {
    let Some(current) = steps.get(index) else {
        return;
    };
    for element in page::find_all::<Element>("[data-event], [data-mark]") {
        let name = element
            .get_attribute("data-event")
            .or_else(|| element.get_attribute("data-mark"));
        let sequence: u32 = name.and_then(|name| name.parse().ok()).unwrap_or(0);
        set_class(&element, "current", sequence == current.sequence);
        set_class(&element, "to-come", sequence > current.sequence);
    }
    if let Some(event) = page::find(&format!("#e{}", current.sequence)) {
        event.scroll_into_view_with_scroll_into_view_options(&page::nearest());
    }
    page::announce(&current.title);
}

fn set_class(element: &Element, class: &str, wanted: bool) {
    // A class that cannot be set leaves the event readable as it is.
    let _ = element.class_list().toggle_with_force(class, wanted);
}
