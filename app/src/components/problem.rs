//! What is said instead of an answer.

use leptos::prelude::*;

use crate::api::UiError;

/// A page's place when its data cannot be shown.
#[component]
pub fn Problem(
    /// Why.
    error: UiError,
) -> impl IntoView {
    let title = match &error {
        UiError::SignedOut => "You are signed out",
        UiError::Forbidden { .. } => "This is not open to you",
        UiError::NotFound => "Nothing here",
        UiError::Conflict { .. } => "Something happened in between",
        UiError::Invalid { .. } => "This cannot be read",
        UiError::Unavailable => "No answer right now",
    };
    let next = match &error {
        UiError::SignedOut => ("/signin", "Sign in"),
        _ => ("/", "Go to the inbox"),
    };
    view! {
        <section class="problem" role="alert">
            <h1>{title}</h1>
            <p>{error.to_string()}</p>
            <p>
                <a class="button" href=next.0>
                    {next.1}
                </a>
            </p>
        </section>
    }
    .into_any()
}

/// Why a form came back, on top of it.
#[component]
pub fn FailureNote(
    /// Why.
    error: UiError,
) -> impl IntoView {
    view! {
        <div class="failure" role="alert">
            <strong>"Nothing was changed. "</strong>
            {error.to_string()}
        </div>
    }
    .into_any()
}
