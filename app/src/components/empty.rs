//! Nothing to show: what that means, and the next step.

use leptos::prelude::*;

/// An empty place that teaches the next step.
#[component]
pub fn Empty(
    /// What the emptiness means.
    title: &'static str,
    /// The next step.
    hint: &'static str,
    /// A command to copy.
    #[prop(optional_no_strip)]
    command: Option<String>,
    /// Where the next step is taken, and what the button says.
    #[prop(optional_no_strip)]
    next: Option<(&'static str, &'static str)>,
) -> impl IntoView {
    let command = command.map(|command| {
        view! {
            <pre class="command" tabindex="0">
                <code>{command}</code>
            </pre>
        }
    });
    let next = next.map(|(href, text)| {
        view! {
            <p>
                <a class="button" href=href>
                    {text}
                </a>
            </p>
        }
    });
    view! {
        <div class="empty">
            <svg viewBox="0 0 64 24" aria-hidden="true">
                <path d="M4 18C10 2 16 2 15 12s7 8 11-2s8-6 6 3s8 4 14-1s8 2 14 1" />
            </svg>
            <h2>{title}</h2>
            <p>{hint}</p>
            {command}
            {next}
        </div>
    }
    .into_any()
}
