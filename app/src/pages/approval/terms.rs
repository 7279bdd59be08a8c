//! What an approval rests on besides its votes: what is unmasked, conditions, and why it did
//! not run.

use domain::{Conditions, IntentState};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::terms::{AskAgain, Terms},
    components::FormToken,
};

/// What has to be known before anything else; nothing where there is nothing to say.
pub fn show(terms: &Terms) -> AnyView {
    view! {
        {unmasked(terms)}
        {ended(terms)}
        {restricted(&terms.conditions)}
    }
    .into_any()
}

fn unmasked(terms: &Terms) -> Option<AnyView> {
    if terms.unmask.is_empty() {
        return None;
    }
    let columns = terms.unmask.iter();
    let columns: Vec<_> = columns
        .map(|column| view! { <li><code>{column.to_string()}</code></li> })
        .collect();
    let section = view! {
        <section class="unmask">
            <h2 class="risk-critical">"Unmasked"</h2>
            <p>
                <strong class="risk-critical unmasked">"These columns leave as they are:"</strong>
            </p>
            <ul class="risk-critical">{columns}</ul>
            <p>"The agent says why: "<q>{terms.unmask_reason.clone()}</q></p>
        </section>
    };
    Some(section.into_any())
}

/// What its voters added to their yes.
fn restricted(conditions: &Conditions) -> Option<AnyView> {
    if conditions.is_empty() {
        return None;
    }
    let lines = in_words(conditions).into_iter();
    let lines: Vec<_> = lines.map(|line| view! { <li>{line}</li> }).collect();
    let section = view! {
        <section class="conditions">
            <h2>"Only on these conditions"</h2>
            <ul>{lines}</ul>
        </section>
    };
    Some(section.into_any())
}

/// Conditions, a sentence each.
pub fn in_words(conditions: &Conditions) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(rows) = conditions.row_cap() {
        lines.push(format!(
            "At most {rows} rows leave; the result says if it was cut."
        ));
    }
    let masks = conditions.masks().iter();
    lines.extend(masks.map(|column| format!("{column} is masked.")));
    if conditions.aggregate_only() {
        lines.push("Only aggregates leave.".to_owned());
    }
    lines
}

/// Why it did not run, and the way on.
fn ended(terms: &Terms) -> Option<AnyView> {
    let why = terms.ended.clone()?;
    let title = match terms.state {
        IntentState::Stale => "It changed since it was approved",
        _ => "Its time was over",
    };
    let again = terms.may_ask_again.then(|| {
        view! {
            <form method="post" action=AskAgain::url()>
                <FormToken />
                <input type="hidden" name="approval" value=terms.approval.to_string() />
                <button class="button primary">"Ask again"</button>
            </form>
        }
    });
    let section = view! {
        <section class="ended">
            <h2>{title}</h2>
            <p>{why}</p>
            {again}
        </section>
    };
    Some(section.into_any())
}
