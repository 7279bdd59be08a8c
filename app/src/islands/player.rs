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

/// What the player knows.
#[derive(Clone, Copy)]
struct State {
    playing: RwSignal<bool>,
    /// Thousandths of real time.
    speed: RwSignal<u64>,
    /// The place of the current event among the marks.
    current: RwSignal<usize>,
    count: usize,
}

/// Play, speed and the timeline. Without the browser's help the timeline's marks lead to
/// their events.
#[island]
pub fn Player(
    /// The session's events on the line.
    marks: Vec<Mark>,
) -> impl IntoView {
    let state = State {
        playing: RwSignal::new(false),
        speed: RwSignal::new(1_000),
        current: RwSignal::new(0),
        count: marks.len(),
    };
    let alive = RwSignal::new(false);
    let steps = StoredValue::new(marks.clone());
    Effect::new(move |_| alive.set(true));
    Effect::new(move |was: Option<usize>| {
        let index = state.current.get();
        if was.is_some() {
            steps.with_value(|steps| show(steps, index));
        }
        index
    });
    run_while_playing(state, steps);
    seek_by_mark(state, steps);
    view! {
        <div class="player" class:alive=move || alive.get()>
            {controls(state)}
            <Timeline marks />
        </div>
    }
}

fn controls(state: State) -> AnyView {
    let speeds = SPEEDS.map(|(name, value)| {
        view! {
            <option value=value.to_string() selected=value == 1_000>
                {name}
            </option>
        }
    });
    let choose = move |event| {
        state
            .speed
            .set(event_target_value(&event).parse().unwrap_or(1_000));
    };
    let word = move || if state.playing.get() { "Pause" } else { "Play" };
    let position = move || format!("{} of {}", state.current.get() + 1, state.count);
    view! {
        <div class="player-controls">
            {stepper("Previous event", "p", "◂", move || state.step(-1))}
            <button
                type="button"
                class="button small play"
                data-key="s"
                aria-pressed=move || state.playing.get().to_string()
                on:click=move |_| state.toggle()
            >
                {word}
            </button> {stepper("Next event", "n", "▸", move || state.step(1))}
            <label class="speed">
                <span class="unseen">"Speed"</span>
                <select on:change=choose>{speeds}</select>
            </label> <span class="position">{position}</span>
        </div>
    }
    .into_any()
}

fn stepper(
    name: &'static str,
    key: &'static str,
    sign: &'static str,
    step: impl Fn() + 'static,
) -> AnyView {
    view! {
        <button
            type="button"
            class="button small"
            aria-label=name
            data-key=key
            on:click=move |_| step()
        >
            {sign}
        </button>
    }
    .into_any()
}

impl State {
    fn step(self, by: isize) {
        let last = self.count.saturating_sub(1);
        self.current
            .update(|index| *index = index.saturating_add_signed(by).min(last));
    }

    /// Plays or pauses; from the end, plays from the beginning.
    fn toggle(self) {
        if self.current.get_untracked() + 1 >= self.count {
            self.current.set(0);
        }
        self.playing.update(|playing| *playing = !*playing);
    }
}

/// Plans the next event for as long as the player plays.
fn run_while_playing(state: State, steps: StoredValue<Vec<Mark>>) {
    Effect::new(move |planned: Option<Option<TimeoutHandle>>| {
        if let Some(handle) = planned.flatten() {
            handle.clear();
        }
        let next = state.current.get() + 1;
        if !state.playing.get() {
            return None;
        }
        let Some(wait) = steps.with_value(|steps| steps.get(next).map(|mark| mark.wait)) else {
            state.playing.set(false);
            return None;
        };
        let pause = u64::try_from(wait).unwrap_or_default() * 1_000 / state.speed.get().max(1);
        let go_on = move || state.current.set(next);
        set_timeout_with_handle(go_on, Duration::from_millis(pause)).ok()
    });
}

/// A click on a mark, or on an event in the list, moves the player there.
fn seek_by_mark(state: State, steps: StoredValue<Vec<Mark>>) {
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
            state.current.set(index);
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
    if let Some(line) = page::find(".event-line.current") {
        line.scroll_into_view_with_scroll_into_view_options(&page::nearest());
    }
    page::announce(&current.title);
}

fn set_class(element: &Element, class: &str, wanted: bool) {
    // A class that cannot be set leaves the event readable as it is.
    let _ = element.class_list().toggle_with_force(class, wanted);
}
