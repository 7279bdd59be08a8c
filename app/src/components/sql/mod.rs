//! SQL for reading: numbered lines, colours, findings underlined with their sentence
//! beside them, invisible characters spelled out, and what differs between two texts.

mod changes;
mod diff;
mod layout;
mod lexer;
mod tagged;

use domain::{Finding, Severity};
use leptos::prelude::*;

pub use self::tagged::Tagged;
use self::{
    diff::Change,
    layout::{Line, Segment},
    lexer::{Kind, Piece},
};
use super::{disguised, prose, severity_mark, visible};
use crate::characters;

/// SQL with its findings. Spans are byte offsets into the text.
#[component]
pub fn SqlView(
    /// The text.
    sql: String,
    /// What was found in it.
    #[prop(optional)]
    findings: Vec<Finding>,
    /// The tagged columns that it names.
    #[prop(optional)]
    tagged: Tagged,
) -> impl IntoView {
    let lines: Vec<_> = layout::lines(&sql, &findings, &tagged)
        .into_iter()
        .map(line)
        .collect();
    view! {
        <ol class="sql" translate="no">
            {lines}
        </ol>
    }
    .into_any()
}

fn line(line: Line) -> AnyView {
    let segments: Vec<_> = line.segments.into_iter().map(segment).collect();
    let notes: Vec<_> = line.notes.into_iter().map(note).collect();
    view! {
        <li>
            <code>{segments}"\n"</code>
            {notes}
        </li>
    }
    .into_any()
}

fn segment(segment: Segment) -> AnyView {
    let disguise = segment.disguise.zip(segment.text.chars().next());
    let text = match (disguise, segment.tag) {
        (Some((disguise, c)), _) => disguised(c, disguise),
        (None, Some(tag)) => tagged_name(segment.text, tag.to_string()),
        (None, None) => colored(segment.kind, segment.text),
    };
    match segment.finding {
        Some(severity) => view! { <mark class=severity_class(severity)>{text}</mark> }.into_any(),
        None => text,
    }
}

/// The name of a tagged column; its tag stands beside it, and is not copied with the text.
fn tagged_name(name: String, tag: String) -> AnyView {
    view! {
        <span class="sql-tagged" title=tag.clone() data-tag=tag>
            {name}
        </span>
    }
    .into_any()
}

fn note(finding: Finding) -> AnyView {
    let hint = (!finding.hint.is_empty())
        .then(|| view! { " " <span class="quiet">{prose(&finding.hint)}</span> });
    view! {
        <p class=format!(
            "sql-note {}",
            severity_class(finding.severity),
        )>{severity_mark(finding.severity)} <span>{prose(&finding.message)}</span>{hint}</p>
    }
    .into_any()
}

/// The lines of two texts that differ, what was removed and added marked in them; a long list
/// waits to be opened.
#[component]
pub fn SqlChanges(
    /// The first text.
    before: String,
    /// The second text.
    after: String,
) -> impl IntoView {
    let Some(changes) = diff::compare(&before, &after) else {
        return view! { <p class="quiet">"Too long to compare here: read both texts."</p> }
            .into_any();
    };
    let lines: Vec<_> = changes::changed_lines(&changes)
        .into_iter()
        .map(|line| {
            let line: Vec<_> = line.into_iter().map(change).collect();
            view! {
                <li>
                    <code>{line}</code>
                </li>
            }
        })
        .collect();
    if lines.is_empty() {
        return view! { <p class="same">"Word for word the same, but for layout."</p> }.into_any();
    }
    view! {
        <ul class="sql sql-changes" translate="no" tabindex="0">
            {lines}
        </ul>
    }
    .into_any()
}

/// What differs between the SQL as asked and as run, in one text.
#[component]
pub fn SqlDifference(
    /// The first text.
    before: String,
    /// The second text.
    after: String,
) -> impl IntoView {
    let Some(changes) = diff::compare(&before, &after) else {
        return view! { <p class="quiet">"Too long to compare here: read both texts."</p> }
            .into_any();
    };
    let changes: Vec<_> = changes.into_iter().map(change).collect();
    view! {
        <pre class="sql sql-difference" translate="no">
            <code>{changes}</code>
        </pre>
    }
    .into_any()
}

fn change(change: Change<'_>) -> AnyView {
    let piece = |piece: Piece<'_>| {
        if characters::disguises(piece.text).is_empty() {
            colored(piece.kind, piece.text.to_owned())
        } else {
            visible(piece.text)
        }
    };
    match change {
        Change::Same(same) => piece(same),
        Change::Removed(removed) => view! { <del>{piece(removed)}</del> }.into_any(),
        Change::Added(added) => view! { <ins>{piece(added)}</ins> }.into_any(),
    }
}

/// Names, symbols and spaces are the plain text between what is coloured.
fn colored(kind: Kind, text: String) -> AnyView {
    let class = match kind {
        Kind::Keyword => "sql-keyword",
        Kind::Text => "sql-text",
        Kind::Number => "sql-number",
        Kind::Comment => "sql-comment",
        Kind::Name | Kind::Space | Kind::Symbol => return text.into_any(),
    };
    view! { <span class=class>{text}</span> }.into_any()
}

const fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "risk-low",
        Severity::Moderate => "risk-moderate",
        Severity::High => "risk-high",
        Severity::Critical => "risk-critical",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_sql_is_text() {
        let sql = "SELECT '<script>alert(1)</script>' -- </code>".to_owned();
        let html = view! { <SqlView sql /> }.to_html();
        assert!(!html.contains("<script>"));
        assert!(html.contains("&lt;script&gt;"));
        assert!(html.contains("-- &lt;/code&gt;"));
    }

    #[test]
    fn a_finding_is_marked_and_said() {
        let findings = vec![Finding {
            code: "sensitive_predicate".to_owned(),
            severity: Severity::High,
            message: "ssn decides which rows come back".to_owned(),
            hint: "Filter by columns without a tag.".to_owned(),
            start: 22,
            end: 25,
        }];
        let html =
            view! { <SqlView sql="SELECT 1 FROM t WHERE ssn > 1".to_owned() findings /> }.to_html();
        assert!(html.contains("<mark class=\"risk-high\">ssn"), "{html}");
        assert!(html.contains("ssn decides which rows come back"));
        assert!(html.contains("Filter by columns without a tag."));
    }
}
