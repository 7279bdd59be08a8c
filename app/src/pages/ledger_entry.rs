//! `/ledger/{number}`: one entry in full.

use leptos::prelude::*;

use super::{
    ledger::subject as subject_link,
    load::{Heading, load, now, problem, subject},
};
use crate::{
    api::ledger::{EntryPage, load_ledger_entry},
    components::{Moment, When},
    format::number,
};

/// One entry.
#[component]
pub fn LedgerEntry() -> impl IntoView {
    match subject::<u64>() {
        Ok(sequence) => load(load_ledger_entry(sequence), show),
        Err(error) => problem(error),
    }
}

fn show(page: EntryPage) -> AnyView {
    let now = now();
    let sequence = page.entry.sequence;
    let entry = page.entry;
    let payload = match page.payload {
        Some(payload) => view! {
            <pre class="payload" tabindex="0">
                <code>{payload}</code>
            </pre>
        }.into_any(),
        None => view! {
            <p class="quiet">
                "Retention removed the payload. Its salted hash is still part of the chain, so the chain still verifies."
            </p>
        }.into_any(),
    };
    let previous = page.previous.map_or_else(
        || view! { <span class="quiet">"none: this is the first entry"</span> }.into_any(),
        |hash| view! { <code>{hash.to_string()}</code> }.into_any(),
    );
    view! {
        <Heading title=format!(
            "Entry {}: {}",
            number(sequence),
            entry.event,
        )>
            {(sequence > 1)
                .then(|| {
                    view! {
                        <a class="button" rel="prev" href=format!("/ledger/{}", sequence - 1)>
                            "Older"
                        </a>
                    }
                })}
            {page
                .has_next
                .then(|| {
                    view! {
                        <a class="button" rel="next" href=format!("/ledger/{}", sequence + 1)>
                            "Newer"
                        </a>
                    }
                })}
        </Heading>
        <dl class="facts card">
            <dt>"When"</dt>
            <dd>
                <Moment at=entry.at now />
                " "
                <span class="quiet">
                    <When at=entry.at now />
                </span>
            </dd>
            <dt>"About"</dt>
            <dd>{subject_link(&entry.subject)}</dd>
            <dt>"By"</dt>
            <dd>{entry.actor}</dd>
            <dt>"Hash"</dt>
            <dd>
                <code>{entry.hash.to_string()}</code>
            </dd>
            <dt>"Before it"</dt>
            <dd>{previous}</dd>
        </dl>
        <section>
            <h2 class="section-title">"Payload"</h2>
            {payload}
        </section>
    }
    .into_any()
}
