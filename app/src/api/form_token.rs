//! The token on every form: the program takes nothing from a page that it did not make for
//! this very session.

/// The token of this session's forms.
#[cfg(feature = "ssr")]
#[must_use]
pub fn form_token() -> Option<String> {
    Some(super::desks().ok()?.viewer.form_token)
}

/// The token of this session's forms, as the page holds it.
#[cfg(not(feature = "ssr"))]
#[must_use]
pub fn form_token() -> Option<String> {
    let found = leptos::prelude::document()
        .query_selector("meta[name=form-token]")
        .ok()??;
    found.get_attribute("content")
}
