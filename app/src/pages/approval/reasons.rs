//! Why a human is asked, what the query touches and costs, what this agent did before,
//! who else may decide.

use std::collections::BTreeSet;

use domain::{Finding, Severity};
use leptos::prelude::*;

use super::disguised;
use crate::{
    api::approvals::{ApprovalPage, SensitiveColumn, TouchedTable},
    components::{Person, PolicyLink, Tags, prose, severity_mark, visible},
    format::{bytes, dollars, plural},
};

/// The page's right half.
pub fn show(page: &ApprovalPage) -> AnyView {
    let tables: Vec<_> = page.tables.iter().cloned().map(table).collect();
    view! {
        {why(page)}
        <section>
            <h2>"Touches"</h2>
            <ul class="touched">{tables}</ul>
        </section>
        <dl class="facts">{cost(page)} {history(page)} {others(page)}</dl>
    }
    .into_any()
}

fn why(page: &ApprovalPage) -> AnyView {
    let mut said = BTreeSet::new();
    let mut findings: Vec<&Finding> = page.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let findings: Vec<_> = findings
        .into_iter()
        // The lesser ones stand beside their place in the SQL.
        .filter(|finding| finding.severity >= Severity::High)
        .filter(|finding| said.insert(finding.message.as_str()))
        .map(|finding| {
            view! { <li>{severity_mark(finding.severity)}<span>{prose(&finding.message)}</span></li> }
        })
        .collect();
    let policies: Vec<_> = page
        .policies
        .iter()
        .map(|policy| {
            view! {
                <li class="policy">
                    <span>
                        {policy.sentence.clone()}" "
                        <PolicyLink policy=policy.clone() />
                    </span>
                </li>
            }
        })
        .collect();
    let neither = (policies.is_empty() && findings.is_empty()).then_some(
        view! { <li>"Nothing was found; the policy asks for a human all the same."</li> },
    );
    view! {
        <section class="why">
            <h2>"Why you are asked"</h2>
            <ul class="reasons">{policies}{disguised::notes(page)}{findings}{neither}</ul>
        </section>
    }
    .into_any()
}

fn table(table: TouchedTable) -> AnyView {
    let written = table
        .written
        .then_some(view! { <strong>"changed "</strong> });
    let sensitive: Vec<_> = table.sensitive.into_iter().map(sensitive).collect();
    view! {
        <li>
            <code>{visible(table.table.as_str())}</code>
            <span class="quiet">{written}{table.used}" of "{plural(table.columns, "column")}</span>
            <ul class="sensitive">{sensitive}</ul>
        </li>
    }
    .into_any()
}

/// A tagged column, and what masks it.
fn sensitive(column: SensitiveColumn) -> AnyView {
    let how = match column.rule {
        Some(rule) => view! {
            <span class="masked-word" title=rule.as_str()>
                {rule.looks_like()}
            </span>
        }
        .into_any(),
        None => view! { <strong class="risk-critical unmasked">"not masked"</strong> }.into_any(),
    };
    view! {
        <li>
            <code>{visible(&column.path)}</code>
            <Tags tags=vec![column.tag] />
            {how}
        </li>
    }
    .into_any()
}

/// What the dry run says, against the most that BigQuery may bill.
fn cost(page: &ApprovalPage) -> AnyView {
    let Some(cost) = page.cost else {
        return view! {
            <dt>"Costs"</dt>
            <dd>"unknown: the dry run gave no number"</dd>
        }
        .into_any();
    };
    let (read, cap) = (bytes(cost.bytes), bytes(cost.cap));
    view! {
        <dt>"Costs"</dt>
        <dd class="cost">
            {format!("{read} of {cap} · {}", dollars(cost.micro_dollars))}
            <progress
                max=cost.cap.to_string()
                value=cost.bytes.min(cost.cap).to_string()
                aria-label=format!("{read} of the cap of {cap}")
            ></progress>
        </dd>
    }
    .into_any()
}

fn history(page: &ApprovalPage) -> AnyView {
    let history = page.history;
    let sessions = format!("/sessions?agent={}", page.agent.name);
    view! {
        <dt>"This agent"</dt>
        <dd>
            <a href=sessions>{history.asked}" asked"</a>
            {format!(
                ", {} ran, {} denied, {} blocked",
                history.ran,
                history.denied,
                history.blocked,
            )}
        </dd>
    }
    .into_any()
}

fn others(page: &ApprovalPage) -> AnyView {
    let people: Vec<_> = page
        .others
        .iter()
        .cloned()
        .map(|person| view! { <Person person /> })
        .collect();
    let nobody = people.is_empty().then_some("nobody else");
    view! {
        <dt>"May also decide"</dt>
        <dd class="people">{people}{nobody}</dd>
    }
    .into_any()
}
