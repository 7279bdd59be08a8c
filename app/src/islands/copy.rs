//! A button that copies what another element shows.

use std::time::Duration;

use leptos::prelude::*;

use super::page;

/// Copies the text of the element with this id. The text is not a property, so that a
/// secret stands in the page only once.
#[island]
pub fn Copy(
    /// The element's id.
    from: String,
    /// What the button says.
    label: String,
) -> impl IntoView {
    let alive = RwSignal::new(false);
    let copied = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let copy = move |_| {
        let Some(text) = page::find(&format!("#{from}")).and_then(|element| element.text_content())
        else {
            return;
        };
        // Where the browser refuses, the text is still there to select.
        let _ = window().navigator().clipboard().write_text(text.trim());
        copied.set(true);
        page::announce("Copied.");
        set_timeout(move || copied.set(false), Duration::from_secs(2));
    };
    view! {
        <button type="button" class="button small" disabled=move || !alive.get() on:click=copy>
            {move || if copied.get() { "Copied".to_owned() } else { label.clone() }}
        </button>
    }
}
