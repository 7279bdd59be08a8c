//! `/ledger`: what was recorded, newest first, and whether the chain holds.

use domain::Timestamp;
use leptos::prelude::*;

use super::load::{Heading, load, now, query};
use crate::{
    api::{
        UiError,
        ledger::{ChainHead, EntryRow, LedgerPage, Verification, load_ledger_page, verify_ledger},
    },
    components::{Empty, When},
    format::{number, shortened},
};

/// The list; with `?verify=1` also what verifying gave.
#[component]
pub fn Ledger() -> impl IntoView {
    let before = query("before").and_then(|before| before.parse().ok());
    let verifies = query("verify").is_some();
    load(fetch(before, verifies), |(page, verification)| {
        show(page, verification)
    })
}

async fn fetch(
    before: Option<u64>,
    verifies: bool,
) -> Result<(LedgerPage, Option<Verification>), UiError> {
    let page = load_ledger_page(before).await?;
    let verification = if verifies {
        Some(verify_ledger().await?)
    } else {
        None
    };
    Ok((page, verification))
}

fn show(page: LedgerPage, verification: Option<Verification>) -> AnyView {
    let now = now();
    let title = page.head.map_or_else(
        || "The ledger is empty".to_owned(),
        |head| format!("The ledger, {} entries", number(head.sequence)),
    );
    let older = page
        .entries
        .last()
        .filter(|last| last.sequence > 1)
        .map(|last| {
            let href = format!("/ledger?before={}", last.sequence);
            view! {
                <p class="pager">
                    <a class="button" rel="next" href=href>
                        "Older entries"
                    </a>
                </p>
            }
        });
    let head = page.head.map(|head| chain(head, verification));
    let body = if page.entries.is_empty() {
        view! {
            <Empty
                title="Nothing recorded here"
                hint="Every step that matters is written down before it is believed."
            />
        }
        .into_any()
    } else {
        let rows: Vec<_> = page
            .entries
            .into_iter()
            .map(|entry| row(entry, now))
            .collect();
        view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label="Entries">
                <table class="listing ledger">
                    <thead>
                        <tr>
                            <th class="number">"Number"</th>
                            <th>"When"</th>
                            <th>"What"</th>
                            <th>"About"</th>
                            <th>"By"</th>
                            <th>"Hash"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <Heading title>
            <a class="button" href="/ledger?verify=1">
                "Verify the chain"
            </a>
        </Heading>
        {head}
        {body}
        {older}
    }
    .into_any()
}

fn chain(head: ChainHead, verification: Option<Verification>) -> AnyView {
    let outcome = verification.map(|verification| match verification {
        Verification::Intact { entries } => view! {
            <p class="verified" role="status">
                <strong>"The chain holds. "</strong>
                {format!("All {} entries fit, from the first to the last.", number(entries))}
            </p>
        }
        .into_any(),
        Verification::Broken { sequence } => view! {
            <p class="failure" role="alert">
                <strong>"The chain is broken. "</strong>
                "The first entry that does not fit is "
                <a href=format!("/ledger/{sequence}")>{number(sequence)}</a>
                "."
            </p>
        }
        .into_any(),
    });
    view! {
        {outcome}
        <p class="chain-head">
            "Head "<a href=format!("/ledger/{}", head.sequence)>{number(head.sequence)}</a>" "
            <code>{head.hash.to_string()}</code>
        </p>
    }
    .into_any()
}

fn row(entry: EntryRow, now: Timestamp) -> AnyView {
    let hash = entry.hash.to_string();
    view! {
        <tr data-row="">
            <td class="number">
                <a data-open="" href=format!("/ledger/{}", entry.sequence)>
                    {number(entry.sequence)}
                </a>
            </td>
            <td class="nowrap">
                <When at=entry.at now />
            </td>
            <td>
                <code>{entry.event}</code>
            </td>
            <td>{subject(&entry.subject)}</td>
            <td>{entry.actor}</td>
            <td>
                <code class="quiet" title=hash.clone()>
                    {shortened(hash.trim_start_matches("sha256:"))}
                </code>
            </td>
        </tr>
    }
    .into_any()
}

/// A subject's id; those with a page lead to it.
pub fn subject(id: &str) -> AnyView {
    let (kind, digits) = id.split_once('_').unwrap_or((id, ""));
    let short = digits
        .char_indices()
        .nth_back(3)
        .and_then(|(at, _)| digits.get(at..));
    let text = short.map_or_else(|| id.to_owned(), |short| format!("{kind}_…{short}"));
    let section = match kind {
        "apr" => "approvals",
        "run" => "sessions",
        "agt" => "agents",
        "rev" => "reviews",
        _ => return view! { <code title=id.to_owned()>{text}</code> }.into_any(),
    };
    view! {
        <a href=format!("/{section}/{id}") title=id.to_owned()>
            <code>{text}</code>
        </a>
    }
    .into_any()
}
