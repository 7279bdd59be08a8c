//! Columns that one intent is to read as they are. The gravest thing to ask for, told in every
//! finding and result; that it always takes two people with a fresh proof of who they are is the
//! policy's part (`policy/decide.rs`).

use std::collections::BTreeSet;

use analysis::{Analysis, Catalog, OutputColumn};
use domain::{Column, ColumnName, Finding, RiskLevel, Route, Severity};

use super::Problem;

/// The finding's stable code.
pub(super) const FINDING: &str = "unmask_requested";

/// Adds to the findings what is asked for unmasked: it is critical, and needs people.
pub(super) fn note(analysis: &mut Analysis, unmask: &BTreeSet<ColumnName>) {
    let Some(first) = analysis
        .statements
        .first_mut()
        .filter(|_| !unmask.is_empty())
    else {
        return;
    };
    let requested = unmask.iter().map(|column| Finding {
        code: FINDING.to_owned(),
        severity: Severity::Critical,
        message: format!("`{column}` is to be read unmasked."),
        hint: "Leave the column masked.".to_owned(),
        start: 0,
        end: 0,
    });
    first.findings.extend(requested);
    analysis.risk = RiskLevel::Critical;
    analysis.route = analysis.route.stricter(Route::Approve);
}

/// Why these columns cannot be asked for unmasked, if they cannot: only a query that reads, and
/// only what is masked and read by it.
pub(super) fn refused(
    unmask: &BTreeSet<ColumnName>,
    analysis: &Analysis,
    catalog: &Catalog,
) -> Option<Problem> {
    if unmask.is_empty() || !analysis.understood {
        return None;
    }
    let is_query = analysis.statements.iter().all(|s| s.kind == "select");
    if !is_query || analysis.is_script() || !analysis.writes().is_empty() {
        let detail = "only a single query can read columns unmasked: nothing is stored unmasked";
        return Some(Problem::new("unmask_not_a_query", detail));
    }
    let unmaskable = |name: &&ColumnName| find(catalog, name).is_none_or(|c| !c.is_sensitive());
    if let Some(name) = unmask.iter().find(unmaskable) {
        let detail = format!("`{name}` is no column that is masked; leave it out of `unmask`");
        return Some(Problem::new("unmask_unknown_column", detail));
    }
    let used = analysis.used_columns();
    let is_read = |name: &ColumnName| {
        let paths = used.get(name.table());
        paths.is_some_and(|paths| paths.iter().any(|path| name.path().overlaps(path)))
    };
    let unread = unmask.iter().find(|name| !is_read(name))?;
    let detail = format!("the query does not read `{unread}`; leave it out of `unmask`");
    Some(Problem::new("unmask_not_read", detail))
}

/// Whether a column of the answer is made of nothing but what people let out unmasked. Whatever
/// else flows in, the scan of the rows still looks at.
pub(super) fn is_released(column: &OutputColumn, unmask: &BTreeSet<ColumnName>) -> bool {
    let covers = |source: &String| {
        unmask.iter().any(|name| {
            let path = source.strip_prefix(name.table().as_str());
            let path = path.and_then(|path| path.strip_prefix('.'));
            path.is_some_and(|path| name.path().contains(path))
        })
    };
    !column.masked && !column.sources.is_empty() && column.sources.iter().all(covers)
}

/// The column of this name, if a table of the catalog has it.
pub(super) fn find<'a>(catalog: &'a Catalog, name: &ColumnName) -> Option<&'a Column> {
    let mut columns = &catalog.tables.get(name.table())?.columns;
    let mut found = None;
    for part in name.path().to_string().split('.') {
        let column = columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(part))?;
        columns = &column.fields;
        found = Some(column);
    }
    found
}
