//! What an agent or a run may touch.

use leptos::prelude::*;

use crate::api::GrantLine;

/// Grants, one a line.
#[component]
pub fn Scope(
    /// Which.
    grants: Vec<GrantLine>,
) -> impl IntoView {
    let lines: Vec<_> = grants
        .into_iter()
        .map(|grant| {
            view! {
                <li>
                    <b class="privilege">{grant.privilege.as_str()}</b>
                    <code>{grant.resource.to_string()}</code>
                </li>
            }
        })
        .collect();
    view! { <ul class="scope">{lines}</ul> }.into_any()
}
