//! `/approvals/{id}/similar`: approves a request and all queries like it, on terms that were
//! tried on the agent's past first.

use domain::{ApprovalId, Hours, StandingTerms, TimeWindow, Timestamp, Weekday};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        UiError,
        form::{Failure, take_failure},
        standing_approvals::{ApproveSimilar, PastQuery, SimilarPage, load_similar, written},
    },
    components::{Entry, FailureNote, FormToken, Moment, Person, SqlView, StateBadge, When},
    format::{bytes, plural},
    pages::{
        load::{Heading, load, now, problem, queries, query, subject, typed, wrong},
        standing_approvals::{in_words, kind},
    },
};

/// What approving similar queries would mean, and the form that does it.
#[component]
pub fn Similar() -> impl IntoView {
    let approval = match subject::<ApprovalId>() {
        Ok(approval) => approval,
        Err(error) => return problem(error),
    };
    let failure = take_failure();
    match wanted() {
        Ok(terms) => {
            let terms = terms.as_ref().map(written).unwrap_or_default();
            load(load_similar(approval, terms), move |page| {
                show(&page, failure.as_ref())
            })
        }
        Err(error) => {
            let failure = Failure {
                error,
                typed: Vec::new(),
            };
            load(load_similar(approval, String::new()), move |page| {
                show(&page, Some(&failure))
            })
        }
    }
}

/// The terms that the address carries; none before somebody typed some.
fn wanted() -> Result<Option<StandingTerms>, UiError> {
    let Some(uses) = query("uses") else {
        return Ok(None);
    };
    let number = |field: &str, text: &str| {
        let read = text.parse::<u64>();
        read.map_err(|_| UiError::invalid(field, "Give a whole number."))
    };
    let until = query("until").unwrap_or_default();
    let until = Timestamp::from_date(&until);
    let until = until.ok_or_else(|| UiError::invalid("until", "Choose a day."))?;
    Ok(Some(StandingTerms {
        uses: u32::try_from(number("uses", &uses)?).unwrap_or(u32::MAX),
        bytes: number("bytes", &query("bytes").unwrap_or_default())?,
        // The day itself still counts.
        until: until.plus_days(1),
        window: window()?,
    }))
}

fn window() -> Result<Option<TimeWindow>, UiError> {
    let weekdays = queries("weekday");
    let weekdays = Weekday::ALL.into_iter().filter(|day| {
        let name = day.name();
        weekdays.iter().any(|chosen| chosen == name)
    });
    let unread = || UiError::invalid("window", "Write times as 22:00 and days as 2026-11-22.");
    let day = |name| query(name).map(|text| text.parse().map_err(|_| unread()));
    let time = |name| query(name).map(|text| text.parse().map_err(|_| unread()));
    let hours = match (time("from"), time("to")) {
        (Some(from), Some(to)) => Some(Hours {
            from: from?,
            to: to?,
        }),
        (None, None) => None,
        _ => {
            let message = "Give both times, or none.";
            return Err(UiError::invalid("window", message));
        }
    };
    let window = TimeWindow {
        zone: query("zone").unwrap_or_default(),
        weekdays: weekdays.collect(),
        hours,
        first_day: day("first_day").transpose()?,
        last_day: day("last_day").transpose()?,
    };
    let is_bounded = !window.weekdays.is_empty()
        || window.hours.is_some()
        || window.first_day.is_some()
        || window.last_day.is_some();
    Ok(is_bounded.then_some(window))
}

fn show(page: &SimilarPage, failure: Option<&Failure>) -> AnyView {
    let now = now();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let back = format!("/approvals/{}", page.approval);
    let form = match &page.proposal {
        Some(_) => None,
        None => Some(terms_form(page, failure)),
    };
    view! {
        <Heading title="Approve similar queries too".to_owned()>
            <a class="button" href=back>
                "Back to the request"
            </a>
        </Heading>
        {note}
        <p class="lead">
            "For "<strong>{page.agent.name.clone()}</strong>" alone: "
            <q>{page.purpose.clone()}</q>
        </p>
        <section class="card similar-kind">
            <h2 class="section-title">"Similar means"</h2>
            <p>
                "This text with other values where it chooses rows, and nothing else: the same tables, columns, masks and findings."
            </p>
            <SqlView sql=page.sql.clone() />
            {kind(&page.kind)}
        </section>
        {form}
        {past(page, now)}
        {foot(page, failure, now)}
    }
    .into_any()
}

/// The terms, to be tried first: the address then carries them, and nothing is changed.
fn terms_form(page: &SimilarPage, failure: Option<&Failure>) -> AnyView {
    let terms = page.terms.as_ref();
    let uses = terms.map_or_else(|| "20".to_owned(), |terms| terms.uses.to_string());
    let most = terms.map_or(page.bytes_maximum, |terms| terms.bytes);
    let last = page.latest_end.plus_seconds(-1).date();
    let until = query("until").unwrap_or_else(|| last.clone());
    view! {
        <form class="card form" method="get">
            <Entry
                name="uses"
                label="How many queries?"
                kind="number"
                min=Some("1".to_owned())
                max=Some("1000".to_owned())
                value=uses
                error=wrong(failure, "uses")
            />
            <Entry
                name="bytes"
                label="How many bytes each, at most?"
                kind="number"
                hint="By the dry run. At most twice what this one takes."
                min=Some(page.bytes.to_string())
                max=Some(page.bytes_maximum.to_string())
                value=most.to_string()
                error=wrong(failure, "bytes")
            />
            <Entry
                name="until"
                label="Until which day?"
                kind="date"
                hint="At most 30 days, and not longer than the agent."
                max=Some(last)
                value=until
                error=wrong(failure, "until")
            />
            {window_fields(failure)}
            <div class="form-actions">
                <button class="button">"Try it on the past"</button>
            </div>
        </form>
    }
    .into_any()
}

fn window_fields(failure: Option<&Failure>) -> AnyView {
    let chosen = queries("weekday");
    let days: Vec<_> = Weekday::ALL
        .into_iter()
        .map(|day| {
            let name = day.name();
            let checked = chosen.iter().any(|chosen| chosen == name);
            view! {
                <label>
                    <input type="checkbox" name="weekday" value=name checked=checked />
                    {name}
                </label>
            }
        })
        .collect();
    let value = |name| query(name).unwrap_or_default();
    let zone = query("zone").unwrap_or_else(|| "UTC".to_owned());
    let is_open = wrong(failure, "window").is_some() || query("from").is_some();
    view! {
        <details class="window-fields" open=is_open>
            <summary>"Only on some days, or between some hours"</summary>
            <Entry
                name="zone"
                label="Time zone"
                hint="By its name, such as Europe/Berlin."
                optional=true
                value=zone
                error=wrong(failure, "window")
            />
            <fieldset class="weekdays">
                <legend>"Days (none: every day)"</legend>
                {days}
            </fieldset>
            <Entry name="from" label="From" kind="time" optional=true value=value("from") />
            <Entry
                name="to"
                label="To"
                kind="time"
                hint="Earlier than the beginning: until the next morning."
                optional=true
                value=value("to")
            />
            <Entry
                name="first_day"
                label="First day"
                kind="date"
                optional=true
                value=value("first_day")
            />
            <Entry
                name="last_day"
                label="Last day"
                kind="date"
                optional=true
                value=value("last_day")
            />
        </details>
    }
    .into_any()
}

fn past(page: &SimilarPage, now: Timestamp) -> AnyView {
    let covered = page.past.iter().filter(|query| query.covered).count();
    let title = format!(
        "Of {} in {}, it would have covered {covered}",
        plural(page.looked_at, "request"),
        plural(page.days, "day"),
    );
    let rows: Vec<_> = page.past.iter().map(|query| past_row(query, now)).collect();
    let list = (!rows.is_empty()).then(|| view! { <ul class="rows past-queries">{rows}</ul> });
    view! {
        <section>
            <h2 class="section-title">{title}</h2>
            {list}
        </section>
    }
    .into_any()
}

fn past_row(query: &PastQuery, now: Timestamp) -> AnyView {
    let word = if query.covered {
        "covered"
    } else {
        "not covered by these terms"
    };
    view! {
        <li class="row">
            <StateBadge state=query.state />
            <a href=format!("/sessions/{}", query.run)>
                <When at=query.at now />
            </a>
            <span class="quiet">{bytes(query.bytes)}</span>
            <span class:quiet=!query.covered>{word}</span>
        </li>
    }
    .into_any()
}

/// The decision, once there are terms.
fn foot(page: &SimilarPage, failure: Option<&Failure>, now: Timestamp) -> AnyView {
    if let Some(why) = page.hindrance.clone() {
        return view! {
            <footer class="decide">
                <p class="hindrance">{why}</p>
            </footer>
        }
        .into_any();
    }
    let Some(terms) = &page.terms else {
        return view! {
            <footer class="decide">
                <p class="hindrance">"Try the terms on the past first."</p>
            </footer>
        }
        .into_any();
    };
    if page.step_up {
        let there_and_back = format!(
            "/signin?step_up=true&return_to=/approvals/{}",
            page.approval
        );
        return view! {
            <footer class="decide confirm">
                <p class="hindrance">"This decision needs a fresh proof of who you are."</p>
                <a class="button primary" rel="external" href=there_and_back>
                    "Confirm that it is you"
                </a>
            </footer>
        }
        .into_any();
    }
    let standing = page.proposal.as_ref().map(|one| one.standing.to_string());
    let agreed = page.proposal.iter().flat_map(|one| one.agreed.clone());
    let agreed: Vec<_> = agreed.map(|person| view! { <Person person /> }).collect();
    let agreed = (!agreed.is_empty()).then(|| view! { <p>"Agreed so far: "{agreed}</p> });
    let others = (page.needed > 1).then_some(
        "It counts only if everybody who approves this request agrees to the same terms; else the request alone is approved.",
    );
    view! {
        <footer class="decide similar-decide">
            <div>
                <p>
                    <strong>{in_words(terms)}</strong>
                    " Ends "
                    <Moment at=terms.until now />
                    "."
                </p>
                {agreed}
                <p class="quiet">{others}</p>
            </div>
            <form method="post" action=ApproveSimilar::url()>
                <FormToken />
                <input type="hidden" name="approval" value=page.approval.to_string() />
                <input type="hidden" name="terms" value=written(terms) />
                <input type="hidden" name="standing" value=standing />
                <input
                    class="comment"
                    name="comment"
                    maxlength="500"
                    autocomplete="off"
                    value=typed(failure, "comment")
                    aria-label="Comment"
                    placeholder="A comment for the record and for the agent"
                />
                <button class="button primary">"Approve this and similar queries"</button>
            </form>
        </footer>
    }
    .into_any()
}
