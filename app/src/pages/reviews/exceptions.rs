//! Exceptions that reviewers look at, each until it has a verdict.

use domain::{ExceptionVerdict, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::exceptions::{ExceptionJudged, ExceptionRow, JudgeException},
    components::{FormToken, When},
    pages::approval::glass_line,
};

/// The list; nothing where the glass was never broken.
pub fn show(rows: &[ExceptionRow], now: Timestamp) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let rows: Vec<_> = rows.iter().map(|one| row(one, now)).collect();
    let section = view! {
        <section id="exceptions">
            <h2 class="section-title">"Exceptions"</h2>
            <p class="quiet">"The glass was broken: a query ran without the usual votes."</p>
            <ul class="rows">{rows}</ul>
        </section>
    };
    Some(section.into_any())
}

fn row(row: &ExceptionRow, now: Timestamp) -> AnyView {
    let broken: Vec<_> = row.broken.iter().map(|one| glass_line(one, now)).collect();
    let judged = match (&row.verdict, &row.hindrance) {
        (Some(judged), _) => verdict(judged, now),
        (None, Some(why)) => view! { <p class="hindrance">{why.clone()}</p> }.into_any(),
        (None, None) => form(row),
    };
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=format!("/approvals/{}", row.approval)>
                    {row.agent.name.clone()}": "{row.purpose.clone()}
                </a>
                <ul class="broken-glass">{broken}</ul>
                {judged}
            </div>
        </li>
    }
    .into_any()
}

fn verdict(judged: &ExceptionJudged, now: Timestamp) -> AnyView {
    let word = match judged.verdict {
        ExceptionVerdict::Justified => "Justified",
        ExceptionVerdict::Unjustified => "Not justified",
    };
    view! {
        <p>
            <strong>{word}</strong>
            ", says "{judged.person.name.clone()}" "<When at=judged.at now />": "
            <q>{judged.reason.clone()}</q>
        </p>
    }
    .into_any()
}

fn form(row: &ExceptionRow) -> AnyView {
    view! {
        <form method="post" action=JudgeException::url()>
            <FormToken />
            <input type="hidden" name="exception" value=row.exception.to_string() />
            <input
                class="comment"
                name="reason"
                required
                maxlength="500"
                autocomplete="off"
                aria-label="Why"
                placeholder="Why you think so"
            />
            <button class="button deny" name="verdict" value="unjustified">
                "Not justified"
            </button>
            <button class="button" name="verdict" value="justified">
                "Justified"
            </button>
        </form>
    }
    .into_any()
}
