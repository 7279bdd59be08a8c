//! What an agent or a run may touch.

use leptos::prelude::*;

use domain::Power;

/// Grants, one a line.
#[component]
pub fn Scope(
    /// Which.
    grants: Vec<Power>,
) -> impl IntoView {
    let lines: Vec<_> = grants
        .into_iter()
        .map(|grant| {
            view! {
                <li>
                    <PowerLine power=grant />
                </li>
            }
        })
        .collect();
    view! { <ul class="scope">{lines}</ul> }.into_any()
}

/// One power: what, on which tables, without which columns.
#[component]
pub fn PowerLine(
    /// Which.
    power: Power,
) -> impl IntoView {
    let except: Vec<_> = power.except.iter().map(ToString::to_string).collect();
    let except = (!except.is_empty()).then(|| {
        view! {
            <span class="except">
                <span class="quiet">"without "</span>
                <code class="left-out">{except.join(", ")}</code>
            </span>
        }
    });
    view! {
        <b class="privilege">{power.privilege.as_str()}</b>
        " "
        <code>{power.resource.to_string()}</code>
        " "
        {except}
    }
    .into_any()
}
