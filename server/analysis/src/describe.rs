//! Putting what a walk learnt into the report.

use std::collections::BTreeSet;

use domain::{Finding, MaskRule, Tag};

use crate::{
    finding::{FindingCode, Place},
    mask::Masks,
    report::{OutputColumn, Statement},
    uses::uses,
    value::{Flow, join},
    walk::{Clause, Output, Partitioned, Walk},
};

pub(crate) fn note_change(walk: &mut Walk<'_>, output: &Output, place: &Place) {
    let target = walk
        .writes
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let message = format!("`{target}` would change.");
    walk.findings
        .push(FindingCode::DataChange.at(place, message));
    let own = format!("{}.", walk.catalog.default_project);
    if !target.starts_with(&own) {
        let message = format!("`{target}` is in another project.");
        walk.findings
            .push(FindingCode::ForeignWrite.at(place, message));
    }
    let tagged = |flow: &Flow| walk.sources.sensitive(flow).next().is_some();
    let stored = output.fields.iter().any(|field| tagged(&field.value.flow))
        || walk.references.values().any(tagged);
    if stored {
        let message = format!("Masked values of tagged columns would be stored in `{target}`.");
        walk.findings
            .push(FindingCode::SensitiveWrite.at(place, message));
    }
}

pub(crate) fn columns(walk: &Walk<'_>, output: &Output) -> Vec<OutputColumn> {
    let mut unnamed = (0..).map(|number| format!("f{number}_"));
    let columns = output.fields.iter().enumerate().map(|(position, field)| {
        let flow = &field.value.flow;
        let tags: BTreeSet<&Tag> = walk
            .sources
            .sensitive(flow)
            .filter_map(|s| s.tag.as_ref())
            .collect();
        let mut sensitive = walk.sources.sensitive(flow);
        let masked = !tags.is_empty() && !sensitive.any(|source| source.unmasked);
        OutputColumn {
            name: match field.name.as_deref() {
                Some(name) => name.to_owned(),
                None => unnamed.next().unwrap_or_default(),
            },
            position,
            sources: paths(walk, flow),
            masked,
            rule: only_rule(&tags, walk.masks).filter(|_| masked),
            tags: tags.into_iter().cloned().collect(),
        }
    });
    columns.collect()
}

fn only_rule(tags: &BTreeSet<&Tag>, masks: &Masks<'_>) -> Option<MaskRule> {
    let rules: BTreeSet<MaskRule> = tags.iter().map(|tag| masks.rule(tag)).collect();
    rules.first().copied().filter(|_| rules.len() == 1)
}

fn paths(walk: &Walk<'_>, flow: &Flow) -> Vec<String> {
    let sources = flow.iter().filter_map(|&number| walk.sources.get(number));
    let paths: BTreeSet<&String> = sources.map(|source| &source.path).collect();
    paths.into_iter().cloned().collect()
}

/// What the text names, what decides about rows, and what reaches the answer by a view.
fn used(walk: &Walk<'_>, report: &Statement) -> Vec<String> {
    let mut used: BTreeSet<String> = report.indirect.iter().cloned().collect();
    for flow in walk.references.values() {
        used.extend(paths(walk, flow));
    }
    for column in &report.columns {
        used.extend(column.sources.iter().cloned());
    }
    used.into_iter().collect()
}

/// Puts what the walk learnt into the report.
pub(crate) fn describe(walk: &mut Walk<'_>, report: &mut Statement) {
    report.indirect = paths(walk, &walk.indirect);
    report.used = used(walk, report);
    let mut tags = BTreeSet::new();
    let mut findings = Vec::new();
    for ((start, end, clause), flow) in &walk.references {
        for source in walk.sources.sensitive(flow) {
            tags.extend(source.tag.clone());
            findings.push(sensitive_use(
                &source.path,
                source.tag.as_ref(),
                *clause,
                &(*start..*end),
            ));
        }
    }
    for source in walk.sources.sensitive(&walk.indirect) {
        tags.extend(source.tag.clone());
    }
    for column in &report.columns {
        tags.extend(column.tags.iter().cloned());
    }
    findings.extend(unlimited(walk));
    findings.append(&mut walk.findings);
    findings.sort_by(|a, b| {
        (a.start, a.end, &a.code, &a.message).cmp(&(b.start, b.end, &b.code, &b.message))
    });
    findings.dedup();
    let projected = report.columns.iter().flat_map(|column| &column.tags);
    report.uses = uses(walk, projected.cloned().collect());
    report.findings = findings;
    report.tags = tags.into_iter().collect();
    report.writes = walk.writes.iter().cloned().collect();
    report.reads = walk.reads.iter().cloned().collect();
}

/// Partitioned tables whose partition column no filter and no join names.
fn unlimited(walk: &Walk<'_>) -> Vec<Finding> {
    if walk.partitioned.is_empty() {
        return Vec::new();
    }
    let limits = walk.references.iter();
    let limits =
        limits.filter(|((_, _, clause), _)| matches!(clause, Clause::Filter | Clause::Join));
    let limits = join(limits.map(|(_, flow)| flow));
    let tables = walk.partitioned.iter();
    tables
        .filter(|table| table.flow.common(&limits).next().is_none())
        .map(
            |Partitioned {
                 place,
                 table,
                 column,
                 required,
                 ..
             }| {
                let needed = if *required { ", which it requires" } else { "" };
                let message = format!("`{table}` is read without a filter on `{column}`{needed}.");
                FindingCode::NoPartitionFilter.at(place, message)
            },
        )
        .collect()
}

fn sensitive_use(column: &str, tag: Option<&Tag>, clause: Clause, place: &Place) -> Finding {
    let tag = tag.map_or("unclassified", Tag::as_str);
    match clause {
        Clause::Value => {
            let message = format!("`{column}` ({tag}) is read.");
            FindingCode::SensitiveProjection.at(place, message)
        }
        Clause::Group => {
            let message = format!("`{column}` ({tag}) decides the groups.");
            FindingCode::SensitiveGrouping.at(place, message)
        }
        Clause::Filter | Clause::Join | Clause::Order | Clause::Window => {
            let message = format!(
                "`{column}` ({tag}) decides about rows: {}.",
                clause.as_str()
            );
            FindingCode::SensitivePredicate.at(place, message)
        }
    }
}
