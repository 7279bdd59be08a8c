//! The inbox that keeps itself up to date.

use domain::Timestamp;
use leptos::{prelude::*, task::spawn_local};

use super::{clock::ticking, live, page};
use crate::{
    api::approvals::{DecidedRow, Inbox, InboxFilter, PendingRow, load_inbox},
    components::{Empty, OnBehalf, RiskBadge, StateBadge, Tags, When, visible},
    format,
};

/// What waits and what was decided lately.
#[island]
pub fn LiveInbox(
    /// As the page was rendered.
    inbox: Inbox,
    /// Which requests it shows.
    filter: InboxFilter,
    /// Now, by the program's clock.
    now: Timestamp,
    /// Whether this person may open a run.
    may_open: bool,
    /// The filters' form.
    children: Children,
) -> impl IntoView {
    let clock = ticking(now);
    let rows = RwSignal::new(inbox);
    let wanted = StoredValue::new(filter);
    Effect::new(move |_| live::subscribe("inbox", move |_| refresh(rows, wanted.get_value())));
    let title = move || rows.with(sentence);
    view! {
        <header class="heading">
            <h1 id="pending-title">{title}</h1>
        </header>
        {children()}
        <section aria-labelledby="pending-title">
            <Show
                when=move || rows.with(|inbox| !inbox.pending.is_empty())
                fallback=move || nothing(rows.with(|inbox| inbox.waiting), may_open)
            >
                <ul class="rows">
                    <For
                        each=move || rows.with(|inbox| inbox.pending.clone())
                        key=|row| (row.approval, row.votes, row.hindrance.is_some())
                        children=move |row| pending(row, clock)
                    />
                </ul>
            </Show>
        </section>
        <Show when=move || rows.with(|inbox| !inbox.decided.is_empty())>
            <section aria-labelledby="decided-title">
                <h2 id="decided-title" class="section-title">
                    "Decided lately"
                </h2>
                <ul class="rows quiet-rows">
                    <For
                        each=move || rows.with(|inbox| inbox.decided.clone())
                        key=|row| (row.approval, row.state)
                        children=move |row| decided(row, now)
                    />
                </ul>
            </section>
        </Show>
    }
}

/// How much waits, as the page's title.
#[must_use]
pub fn sentence(inbox: &Inbox) -> String {
    let shown = u32::try_from(inbox.pending.len()).unwrap_or(u32::MAX);
    match (shown, inbox.waiting) {
        (0, 0) => "Nothing waits for a decision".to_owned(),
        (1, 1) => "One request waits for a decision".to_owned(),
        (shown, waiting) if shown < waiting => {
            let (shown, waiting) = (format::number(shown.into()), format::number(waiting.into()));
            format!("{shown} of {waiting} requests that wait for a decision")
        }
        (shown, _) => format!("{} wait for a decision", format::plural(shown, "request")),
    }
}

/// Nothing to decide: because nothing waits, or because nothing fits the filters.
fn nothing(waiting: u32, may_open: bool) -> AnyView {
    if waiting > 0 {
        return view! {
            <Empty
                title="No request fits"
                hint="Others wait. Clear the filters to see them."
                next=Some(("/", "Show every request"))
            />
        }
        .into_any();
    }
    view! {
        <Empty
            title="You are done here"
            hint="Requests appear here by themselves, the highest risk first. An agent asks with the token of a run:"
            command=Some(ASK.to_owned())
            next=may_open.then_some(("/runs/new", "Open a run"))
        />
    }
    .into_any()
}

/// How an agent asks; what differs from place to place stands in variables.
const ASK: &str = "curl $COUNTERSIGN/api/v1/intents \\
  -H \"Authorization: Bearer $TOKEN\" \\
  -H \"Idempotency-Key: $(uuidgen)\" \\
  -H \"Content-Type: application/json\" \\
  -d '{\"purpose\": \"Orders by day\", \"sql\": \"SELECT …\"}'";

fn refresh(rows: RwSignal<Inbox>, filter: InboxFilter) {
    spawn_local(async move {
        let Ok(fresh) = load_inbox(filter).await else {
            return;
        };
        let known = rows.with_untracked(|inbox| inbox.pending.len());
        if fresh.pending.len() > known {
            page::announce("A new request waits for a decision.");
        }
        document().set_title(&format!("{} · Countersign", sentence(&fresh)));
        rows.set(fresh);
    });
}

fn pending(row: PendingRow, clock: RwSignal<Timestamp>) -> AnyView {
    let until = row.expires_at;
    let asked_at = row.asked_at;
    let votes = (row.needed > 1).then(|| format!("{} of {} signed", row.votes, row.needed));
    let hindrance = row
        .hindrance
        .map(|why| view! { <span class="hindrance">{why}</span> });
    let cost = row.cost.map(|cost| format::bytes(cost.bytes));
    view! {
        <li class="row" data-row="">
            <div class="row-risk">
                <RiskBadge risk=row.risk />
            </div>
            <div class="row-main">
                <a class="row-title" data-open="" href=format!("/approvals/{}", row.approval)>
                    {visible(&row.purpose)}
                </a>
                <p class="row-line">
                    <OnBehalf agent=row.agent person=row.person linked=false />
                </p>
                <p class="row-line">
                    <span class="tables">{tables(&row.tables)}</span>
                    <Tags tags=row.tags />
                    {hindrance}
                </p>
            </div>
            <div class="row-facts">
                <span>
                    "expires in "
                    <time
                        class="countdown"
                        class:urgent=move || until.seconds_since(clock.get()) < 120
                        datetime=until.to_rfc3339()
                        title=format::exact(until)
                    >
                        {move || format::countdown(until, clock.get())}
                    </time>
                </span>
                <span class="quiet">
                    "asked "<time datetime=asked_at.to_rfc3339() title=format::exact(asked_at)>
                        {move || format::relative(asked_at, clock.get())}
                    </time>
                </span>
                <span class="quiet">{cost}{votes.map(|votes| format!(" · {votes}"))}</span>
            </div>
        </li>
    }
    .into_any()
}

/// The tables without their project, so that the names stand out; in full on hover.
fn tables(names: &[domain::TableName]) -> AnyView {
    let names: Vec<_> = names
        .iter()
        .map(|name| {
            let full = name.to_string();
            let short = full
                .split_once('.')
                .map_or(full.as_str(), |(_, rest)| rest)
                .to_owned();
            view! { <code title=full>{short}</code> }
        })
        .collect();
    view! { {names} }.into_any()
}

fn decided(row: DecidedRow, now: Timestamp) -> AnyView {
    let people: Vec<String> = row
        .decided_by
        .into_iter()
        .map(|person| person.name)
        .collect();
    let by = (!people.is_empty()).then(|| format!("by {}", people.join(", ")));
    view! {
        <li class="row" data-row="">
            <div class="row-risk">
                <StateBadge state=row.state />
            </div>
            <div class="row-main">
                <a class="row-title" data-open="" href=format!("/approvals/{}", row.approval)>
                    {visible(&row.purpose)}
                </a>
                <p class="row-line">
                    <OnBehalf agent=row.agent person=row.person linked=false />
                </p>
            </div>
            <div class="row-facts">
                <span class="quiet">
                    <When at=row.decided_at now />
                </span>
                <span class="quiet">{by}</span>
            </div>
        </li>
    }
    .into_any()
}

/// The number beside the inbox in the frame.
#[island]
pub fn PendingCount(
    /// As the page was rendered.
    pending: u32,
) -> impl IntoView {
    let count = RwSignal::new(pending);
    Effect::new(move |_| {
        live::subscribe("inbox", move |_| {
            spawn_local(async move {
                if let Ok(inbox) = load_inbox(InboxFilter::mine()).await {
                    count.set(u32::try_from(inbox.pending.len()).unwrap_or(u32::MAX));
                }
            });
        });
    });
    view! {
        <Show when=move || count.get() != 0>
            <span class="count">{move || count.get()}<span class="unseen">" waiting"</span></span>
        </Show>
    }
}
