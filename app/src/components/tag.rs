//! Tags of sensitive columns.

use domain::Tag;
use leptos::prelude::*;

/// Tags side by side.
#[component]
pub fn Tags(
    /// Which.
    tags: Vec<Tag>,
) -> impl IntoView {
    let tags: Vec<_> = tags
        .into_iter()
        .map(|tag| view! { <span class="tag">{tag.to_string()}</span> })
        .collect();
    view! { <span class="tags">{tags}</span> }.into_any()
}
