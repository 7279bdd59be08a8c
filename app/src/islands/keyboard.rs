//! The keyboard: moving, opening, deciding, going elsewhere.
//!
//! Pages say what a key does: `data-row` marks what `j` and `k` move over, `data-key`
//! names the key that presses or focuses an element.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::page;

/// Listens to the page's keys.
#[island]
pub fn Keyboard() -> impl IntoView {
    let going = StoredValue::new(false);
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            if ignored(&event) {
                return;
            }
            let key = event.key();
            let was_going = going.get_value();
            going.set_value(key == "g");
            let handled = if was_going { go(&key) } else { press(&key) };
            if handled {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Keys with modifiers are the browser's; keys in a field are text.
fn ignored(event: &KeyboardEvent) -> bool {
    let typing = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|element| element.matches("input, textarea, select").unwrap_or(false));
    if typing && event.key() == "Escape" {
        leave_field();
    }
    typing || event.ctrl_key() || event.meta_key() || event.alt_key()
}

fn leave_field() {
    let field = page::focused().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(field) = field {
        // A field that keeps the focus does no harm.
        let _ = field.blur();
    }
}

fn go(key: &str) -> bool {
    let address = match key {
        "i" => "/",
        "s" => "/sessions",
        "a" => "/agents",
        "r" => "/reviews",
        "l" => "/ledger",
        _ => return false,
    };
    window().location().assign(address).is_ok()
}

fn press(key: &str) -> bool {
    match key {
        "j" if step(1) => true,
        "k" if in_row(key) => true,
        "k" if step(-1) => true,
        // Arrows scroll, unless a row already has the focus.
        "ArrowDown" if focused_row().is_some() => step(1),
        "ArrowUp" if focused_row().is_some() => step(-1),
        "?" => pressed("[data-key='?']"),
        "/" => pressed("[data-key='/']"),
        _ => {
            let plain = key.len() == 1 && key.chars().all(|c| c.is_ascii_alphanumeric());
            plain && (in_row(key) || pressed(&format!("[data-key='{key}']:not([data-row] *)")))
        }
    }
}

/// Moves the focus to another row, if there is one.
fn step(by: isize) -> bool {
    let rows: Vec<HtmlElement> = page::find_all("[data-row]");
    let current = rows
        .iter()
        .position(|row| page::focused().is_some_and(|at| row.contains(Some(&at))));
    let next = match (current, by) {
        (Some(index), _) => index.checked_add_signed(by),
        (None, 1) => Some(0),
        (None, _) => None,
    };
    let Some(row) = next.and_then(|index| rows.get(index)) else {
        return false;
    };
    let door = row.query_selector("[data-open]").ok().flatten();
    let target = door
        .and_then(|door| door.dyn_into().ok())
        .unwrap_or_else(|| row.clone());
    page::focus(&target);
    true
}

fn focused_row() -> Option<Element> {
    page::focused()?.closest("[data-row]").ok().flatten()
}

/// Presses what the focused row offers for this key.
fn in_row(key: &str) -> bool {
    let Some(row) = focused_row() else {
        return false;
    };
    let found = row
        .query_selector(&format!("[data-key='{key}']"))
        .ok()
        .flatten();
    found
        .and_then(|found| found.dyn_into().ok())
        .is_some_and(|found: HtmlElement| act(&found))
}

fn pressed(selector: &str) -> bool {
    page::find(selector).is_some_and(|element| act(&element))
}

/// Fields and decisions get the focus, so that `Enter` confirms; anything else is
/// pressed.
fn act(element: &HtmlElement) -> bool {
    if let Some(sentence) = element.get_attribute("data-confirm") {
        page::focus(element);
        page::announce(&sentence);
    } else if element.matches("input, textarea, select").unwrap_or(false) {
        page::focus(element);
    } else {
        element.click();
    }
    true
}
