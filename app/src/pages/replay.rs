//! `/sessions/{id}`: a session from its first event to its last.

use domain::{RunId, Timestamp};
use leptos::prelude::*;
use leptos_meta::Title;

use super::load::{load, now, problem, subject};
use crate::{
    api::sessions::{Detail, Fact, Session, SessionEvent, SessionRow, load_session},
    components::{
        DeliveredRows, Empty, Moment, OnBehalf, PolicyLink, RiskBadge, RunBadge, Scope, Signatures,
        SqlView, kind_class, marks, prose, severity_mark,
    },
    format::{clock, counts, exact, shortened},
    islands::Player,
};

/// The replay.
#[component]
pub fn Replay() -> impl IntoView {
    match subject::<RunId>() {
        Ok(run) => load(load_session(run), show),
        Err(error) => problem(error),
    }
}

fn show(session: Session) -> AnyView {
    let now = now();
    let marks = marks(&session.events);
    let list: Vec<_> = session.events.iter().map(line).collect();
    let events: Vec<_> = session
        .events
        .into_iter()
        .map(|event| full(event, now))
        .collect();
    let body = if events.is_empty() {
        view! { <Empty title="Nothing happened yet" hint="The agent has not used its token." /> }
            .into_any()
    } else {
        view! {
            <Player marks />
            <div class="replay-body">
                <ol class="event-list" aria-label="Events">
                    {list}
                </ol>
                <div class="events">{events}</div>
            </div>
        }
        .into_any()
    };
    view! {
        <article class="replay">
            {header(session.header, now)} <details class="replay-scope">
                <summary>"What this run may touch"</summary>
                <Scope grants=session.scope />
            </details> {body}
        </article>
    }
    .into_any()
}

fn header(header: SessionRow, now: Timestamp) -> AnyView {
    let counts = counts(header.asked, header.ran, header.waiting, header.refused);
    let risk = header.risk.map(|risk| view! { <RiskBadge risk /> });
    let ticket = header
        .ticket
        .map(|ticket| view! { <span class="ticket">{ticket}</span> });
    view! {
        <Title text=format!("Session {}: {} · Countersign", header.run.short(), header.purpose) />
        <header class="replay-head">
            <div class="approval-who">
                <RunBadge state=header.state />
                {risk}
                <OnBehalf agent=header.agent person=header.person />
                <span class="quiet">
                    "run "<a href=format!("/runs/{}", header.run)>{header.run.short()}</a>
                </span>
                <span class="quiet">{counts}</span>
            </div>
            <p class="expires">
                <Moment at=header.opened_at now />
            </p>
            <h1>
                <q>{header.purpose}</q>
                {ticket}
            </h1>
        </header>
    }
    .into_any()
}

/// An event in the list on the left.
fn line(event: &SessionEvent) -> AnyView {
    view! {
        <li
            class=format!("event-line kind-{}", kind_class(event.kind))
            data-event=event.sequence.to_string()
            data-row=""
        >
            <a href=format!("#e{}", event.sequence) data-open="">
                <time datetime=event.at.to_rfc3339() title=exact(event.at)>
                    {clock(event.at)}
                </time>
                <span>{event.title.clone()}</span>
            </a>
        </li>
    }
    .into_any()
}

/// An event in full.
fn full(event: SessionEvent, now: Timestamp) -> AnyView {
    let proof = event.ledger.map(|entry| {
        view! {
            <a
                class="proof"
                href=format!("/ledger/{}", entry.sequence)
                title=entry.hash.to_string()
            >
                "ledger "
                {entry.sequence}
                " · "
                <code>{shortened(&entry.hash.to_string())}</code>
            </a>
        }
    });
    let intent = event.intent.map(|intent| {
        view! {
            <code class="quiet" title=intent.to_string()>
                {intent.short()}
            </code>
        }
    });
    let detail: Vec<_> = event
        .detail
        .into_iter()
        .map(|detail| block(detail, now))
        .collect();
    view! {
        <section
            class=format!("event kind-{}", kind_class(event.kind))
            id=format!("e{}", event.sequence)
            data-event=event.sequence.to_string()
        >
            <header>
                <h2>{event.title}</h2>
                {intent}
                <Moment at=event.at now />
                {proof}
            </header>
            {detail}
        </section>
    }
    .into_any()
}

fn block(detail: Detail, now: Timestamp) -> AnyView {
    match detail {
        Detail::Text { text } => view! { <p>{text}</p> }.into_any(),
        Detail::Sql {
            label,
            sql,
            findings,
        } => view! {
            <figure class="sql-figure">
                <figcaption>{label}</figcaption>
                <SqlView sql findings />
            </figure>
        }
        .into_any(),
        Detail::Findings { findings } => {
            let lines: Vec<_> = findings
                .into_iter()
                .map(|finding| {
                    view! {
                        <li>
                            {severity_mark(finding.severity)}
                            <span>{prose(&finding.message)} " " {prose(&finding.hint)}</span>
                        </li>
                    }
                })
                .collect();
            view! { <ul class="reasons">{lines}</ul> }.into_any()
        }
        Detail::Facts { facts } => facts_list(facts),
        Detail::Policies { policies } => {
            let lines: Vec<_> = policies
                .into_iter()
                .map(|policy| {
                    view! {
                        <li>
                            <span>
                                {policy.sentence.clone()}" "
                                <PolicyLink policy=policy.clone() />
                            </span>
                        </li>
                    }
                })
                .collect();
            view! { <ul class="reasons">{lines}</ul> }.into_any()
        }
        Detail::Vote { vote } => {
            view! { <Signatures votes=vec![vote] needed=1 open=false now /> }.into_any()
        }
        Detail::Rows { table } => view! { <DeliveredRows table /> }.into_any(),
    }
}

fn facts_list(facts: Vec<Fact>) -> AnyView {
    let facts: Vec<_> = facts
        .into_iter()
        .map(|fact| {
            view! {
                <dt>{fact.name}</dt>
                <dd>{fact.value}</dd>
            }
        })
        .collect();
    view! { <dl class="facts">{facts}</dl> }.into_any()
}
