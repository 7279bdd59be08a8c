//! The page around the islands, as the browser holds it.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The first element that a selector finds.
pub(super) fn find(selector: &str) -> Option<HtmlElement> {
    let found = leptos::prelude::document()
        .query_selector(selector)
        .ok()??;
    found.dyn_into().ok()
}

/// Every element that a selector finds, in document order; drawings count too.
pub(super) fn find_all<E: JsCast>(selector: &str) -> Vec<E> {
    let Ok(list) = leptos::prelude::document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.get(index)?.dyn_into().ok())
        .collect()
}

/// The element that has the focus.
pub(super) fn focused() -> Option<Element> {
    leptos::prelude::document().active_element()
}

/// Says a sentence to people who listen instead of look.
pub(super) fn announce(sentence: &str) {
    if let Some(region) = find("#announce") {
        region.set_text_content(Some(sentence));
    }
}

/// Gives the focus and brings the element into sight.
pub(super) fn focus(element: &HtmlElement) {
    // A focus that fails leaves the page as it was.
    let _ = element.focus();
    element.scroll_into_view_with_scroll_into_view_options(&nearest());
}

/// Scrolls no further than needed.
pub(super) fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}
