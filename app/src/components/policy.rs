//! A policy by its name, with a link to its words.

use leptos::prelude::*;

use crate::api::PolicyReason;

/// The policy's id, which leads to the very version that decided.
#[component]
pub fn PolicyLink(
    /// Which.
    policy: PolicyReason,
) -> impl IntoView {
    let href = format!("/policies/versions/{}#{}", policy.version, policy.policy);
    view! {
        <a class="quiet" href=href>
            <code>{policy.policy}</code>
        </a>
    }
    .into_any()
}
