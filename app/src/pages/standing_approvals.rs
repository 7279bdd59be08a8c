//! `/standing-approvals`: approvals of similar queries, what they cover, and their end.

use domain::{StandingTerms, TimeWindow, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, load, now, query, reason};
use crate::{
    api::{
        form::{Failure, take_failure},
        standing_approvals::{Kind, RevokeStandingApproval, StandingRow, load_standing_approvals},
    },
    components::{Agent, Empty, FailureNote, FormToken, Person, When},
    format::bytes,
};

/// Every standing approval, or those of one agent.
#[component]
pub fn StandingApprovals() -> impl IntoView {
    let failure = take_failure();
    let agent = query("agent");
    load(load_standing_approvals(), move |mut rows| {
        if let Some(agent) = &agent {
            rows.retain(|row| row.agent.name == *agent);
        }
        show(rows, failure.as_ref())
    })
}

fn show(rows: Vec<StandingRow>, failure: Option<&Failure>) -> AnyView {
    let now = now();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let list = if rows.is_empty() {
        view! {
            <Empty
                title="No standing approvals"
                hint="On a request for approval, choose to approve similar queries too: then so many of its kind run without asking, until a day."
            />
        }
        .into_any()
    } else {
        let rows: Vec<_> = rows.into_iter().map(|one| row(one, failure, now)).collect();
        view! { <ul class="standing-approvals">{rows}</ul> }.into_any()
    };
    view! {
        <Heading title="Standing approvals".to_owned() />
        {note}
        {list}
    }
    .into_any()
}

fn row(row: StandingRow, failure: Option<&Failure>, now: Timestamp) -> AnyView {
    let state = match (&row.revoked, &row.gap) {
        (Some(_), _) => view! { <strong>"revoked"</strong> }.into_any(),
        (None, Some(why)) => view! { <span class="quiet">{why.clone()}</span> }.into_any(),
        (None, None) => view! { <strong>"counts"</strong> }.into_any(),
    };
    let ended = row.revoked.clone().map(|end| {
        view! {
            <dt>"Revoked"</dt>
            <dd>
                <When at=end.at now />
                " by "
                <Person person=end.person />
                ": "
                <q>{end.reason}</q>
            </dd>
        }
    });
    let agreed = row.agreed.into_iter();
    let agreed: Vec<_> = agreed.map(|person| view! { <Person person /> }).collect();
    let last = row.last_used.map(|at| view! { ", last "<When at now /> });
    let revoke = row.may_revoke.then(|| {
        view! {
            <details class="danger">
                <summary>"Revoke"</summary>
                <p>"At once: what it approved and what has not begun does not run."</p>
                <form method="post" action=RevokeStandingApproval::url()>
                    <FormToken />
                    <input type="hidden" name="standing" value=row.standing.to_string() />
                    {reason(failure)}
                    <button class="button deny">"Revoke"</button>
                </form>
            </details>
        }
    });
    view! {
        <li class="card" id=row.standing.to_string()>
            <p class="row-title">
                <Agent agent=row.agent />
                " "
                {state}
            </p>
            <dl class="facts">
                <dt>"Allows"</dt>
                <dd>
                    {in_words(&row.terms)}
                    " Ends "
                    <When at=row.terms.until now />
                    "."
                </dd>
                <dt>"Used"</dt>
                <dd>{row.uses}" of "{row.terms.uses}{last}</dd>
                <dt>"Given"</dt>
                <dd>
                    <a href=format!("/approvals/{}", row.approval)>
                        <When at=row.granted_at now />
                    </a>
                    " by "
                    {agreed}
                </dd>
                {ended}
            </dl>
            {kind(&row.kind)}
            {revoke}
        </li>
    }
    .into_any()
}

/// What queries of one kind have in common.
pub fn kind(kind: &Kind) -> AnyView {
    let tables = kind.tables.iter().map(ToString::to_string);
    let named = |name: &'static str, items: Vec<String>| {
        let items: Vec<_> = items
            .into_iter()
            .map(|item| view! { <li><code>{item}</code></li> })
            .collect();
        (!items.is_empty()).then(|| {
            view! {
                <dt>{name}</dt>
                <dd>
                    <ul class="scope">{items}</ul>
                </dd>
            }
        })
    };
    view! {
        <dl class="facts kind">
            {named("Reads", tables.collect())}
            {named("Uses", kind.columns.clone())}
            {named("Masks", kind.masked.clone())}
            {named("Found", kind.findings.clone())}
        </dl>
    }
    .into_any()
}

/// The terms as sentences, but for their end.
pub fn in_words(terms: &StandingTerms) -> String {
    let uses = if terms.uses == 1 {
        "One query".to_owned()
    } else {
        format!("{} queries", terms.uses)
    };
    let window = terms.window.as_ref().map_or_else(String::new, times);
    format!("{uses}, each up to {}{window}.", bytes(terms.bytes))
}

fn times(window: &TimeWindow) -> String {
    let days: Vec<_> = window.weekdays.iter().map(|day| day.name()).collect();
    let days = if days.is_empty() {
        ", every day".to_owned()
    } else {
        format!(", on {}", days.join(", "))
    };
    let hours = window.hours.map_or_else(String::new, |hours| {
        let next = if hours.is_overnight() {
            " the next morning"
        } else {
            ""
        };
        format!(" from {} to {}{next}", hours.from, hours.to)
    });
    let first = window
        .first_day
        .map_or_else(String::new, |day| format!(", first on {day}"));
    let last = window
        .last_day
        .map_or_else(String::new, |day| format!(", last on {day}"));
    format!("{days}{hours}{first}{last} ({})", window.zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_told_in_words() {
        let terms = StandingTerms {
            uses: 20,
            bytes: 20 << 20,
            until: Timestamp::from_micros(0),
            window: Some(TimeWindow {
                zone: "Europe/Berlin".to_owned(),
                weekdays: [domain::Weekday::Friday].into(),
                hours: Some(domain::Hours {
                    from: "22:00".parse().expect("a time"),
                    to: "06:00".parse().expect("a time"),
                }),
                first_day: None,
                last_day: None,
            }),
        };
        let words = in_words(&terms);
        assert!(words.starts_with("20 queries, each up to "), "{words}");
        let times = "on Friday from 22:00 to 06:00 the next morning (Europe/Berlin).";
        assert!(words.ends_with(times), "{words}");
        let once = StandingTerms {
            uses: 1,
            window: None,
            ..terms
        };
        assert!(in_words(&once).starts_with("One query, each up to"));
    }
}
