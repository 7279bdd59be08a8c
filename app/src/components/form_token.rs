//! What every form carries beside its own fields.

use leptos::prelude::*;

use crate::api::form_token;

/// The address of this page, to come back to when the session has ended meanwhile.
#[cfg(feature = "ssr")]
fn page() -> Option<String> {
    let parts = use_context::<axum::http::request::Parts>()?;
    Some(parts.uri.path_and_query()?.to_string())
}

/// The address of this page.
#[cfg(not(feature = "ssr"))]
fn page() -> Option<String> {
    window().location().pathname().ok()
}

/// Belongs into every form that is sent by POST.
#[component]
pub fn FormToken() -> impl IntoView {
    view! {
        <input type="hidden" name="form_token" value=form_token() />
        <input type="hidden" name="form_page" value=page() />
    }
}
