//! A session on a line: one mark an event, shaped by its kind, long gaps compressed.

use domain::Timestamp;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    api::sessions::{EventKind, SessionEvent},
    format,
};

/// Gaps longer than this are drawn as long as this.
const LONGEST_GAP: i64 = 20_000_000;
/// Gaps shorter than this are drawn as long as this, so that marks stay apart.
const SHORTEST_GAP: i64 = 1_500_000;
/// Where the first and the last mark stand, in units of the drawing.
const LEFT: i64 = 12;
const RIGHT: i64 = 988;

/// One mark on the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The event's place in the session.
    pub sequence: u32,
    /// What it says on hover.
    pub title: String,
    /// Its shape.
    pub kind: EventKind,
    /// Where it stands, from 0 to 1,000.
    pub x: i64,
    /// Milliseconds from the event before, with long gaps compressed.
    pub wait: i64,
    /// How long the gap before it really was, when it was compressed.
    pub gap: Option<String>,
}

/// Places events on the line.
#[must_use]
pub fn marks(events: &[SessionEvent]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::with_capacity(events.len());
    let mut before: Option<Timestamp> = None;
    let mut reached = 0;
    for event in events {
        let real = before.map_or(0, |before| event.at.micros() - before.micros());
        let drawn = before.map_or(0, |_| real.clamp(SHORTEST_GAP, LONGEST_GAP));
        reached += drawn;
        marks.push(Mark {
            sequence: event.sequence,
            title: format!("{} {}", format::clock(event.at), event.title),
            kind: event.kind,
            x: reached,
            wait: drawn / 1000,
            gap: before
                .filter(|_| real > LONGEST_GAP)
                .map(|before| format::span(before, event.at)),
        });
        before = Some(event.at);
    }
    let whole = reached.max(1);
    for mark in &mut marks {
        mark.x = LEFT + mark.x * (RIGHT - LEFT) / whole;
    }
    marks
}

/// The line with its marks; each leads to its event.
#[component]
pub fn Timeline(
    /// The marks, in order.
    marks: Vec<Mark>,
) -> impl IntoView {
    let mut before = LEFT;
    let gaps: Vec<_> = marks
        .iter()
        .filter_map(|mark| {
            let middle = i64::midpoint(before, mark.x);
            before = mark.x;
            mark.gap.clone().map(|gap| (middle, gap))
        })
        .map(|(x, gap)| {
            view! {
                <text class="gap" x=percent(x) y="11" text-anchor="middle">
                    {gap}
                </text>
            }
        })
        .collect();
    let marks: Vec<_> = marks.into_iter().map(mark).collect();
    view! {
        <svg class="timeline" width="100%" height="40" role="group" aria-label="Timeline">
            <line x1=percent(LEFT) x2=percent(RIGHT) y1="24" y2="24" />
            {gaps}
            {marks}
        </svg>
    }
    .into_any()
}

/// Per mille as per cent: the drawing has no width of its own.
fn percent(x: i64) -> String {
    format!("{}.{}%", x / 10, x % 10)
}

fn mark(mark: Mark) -> AnyView {
    let shape = match mark.kind {
        EventKind::Intent | EventKind::Opened => "M-4 18l9 6l-9 6z",
        EventKind::Vote | EventKind::Decision => "M0 17l7 7l-7 7l-7-7z",
        EventKind::Refused | EventKind::Revoked => "M-5 19l10 10M-5 29l10-10",
        EventKind::Result | EventKind::Released => "M-5 19h10v10h-10z",
        _ => "M0 20a4 4 0 1 0 0 8a4 4 0 1 0 0-8z",
    };
    view! {
        <a
            href=format!("#e{}", mark.sequence)
            class=format!("mark mark-{}", kind_class(mark.kind))
            data-mark=mark.sequence.to_string()
        >
            <title>{mark.title}</title>
            <svg x=percent(mark.x) overflow="visible">
                <rect class="reach" x="-9" y="12" width="18" height="24" />
                <path d=shape />
            </svg>
        </a>
    }
    .into_any()
}

/// The class that styles a kind of event.
#[must_use]
pub const fn kind_class(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Opened => "opened",
        EventKind::Intent => "intent",
        EventKind::Analysis => "analysis",
        EventKind::DryRun => "dry-run",
        EventKind::Decision => "decision",
        EventKind::Vote => "vote",
        EventKind::Job => "job",
        EventKind::Result => "result",
        EventKind::Released => "released",
        EventKind::Refused => "refused",
        EventKind::Revoked => "revoked",
        EventKind::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(sequence: u32, second: i64) -> SessionEvent {
        SessionEvent {
            sequence,
            at: Timestamp::from_micros(second * 1_000_000),
            kind: EventKind::Intent,
            title: "Asked".to_owned(),
            intent: None,
            detail: Vec::new(),
            ledger: None,
        }
    }

    #[test]
    fn marks_keep_their_order_and_long_gaps_are_said() {
        let marks = marks(&[event(1, 0), event(2, 0), event(3, 3_600)]);
        assert_eq!(marks[0].x, LEFT);
        assert_eq!(marks[2].x, RIGHT);
        assert!(marks[0].x < marks[1].x);
        assert_eq!(marks[1].gap, None);
        assert_eq!(marks[2].gap.as_deref(), Some("1 h"));
    }

    #[test]
    fn an_empty_session_has_no_marks() {
        assert!(marks(&[]).is_empty());
        assert_eq!(marks(&[event(1, 5)])[0].x, LEFT);
    }
}
