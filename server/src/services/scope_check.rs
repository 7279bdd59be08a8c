//! Whether an intent stays within what its run, its agent and its initiator may do.
//!
//! Reading a view needs the view and every table beneath it. A wildcard table is all its
//! members. A column that is left out is out wherever the query names it, by a star too.

use std::collections::{BTreeMap, BTreeSet};

use analysis::Analysis;
use domain::{Privilege, Scope, TableName};
use store::RunRecord;

use super::{Problem, ServiceError, Services};

/// What lies outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outside {
    /// The tables, for policies to see.
    pub tables: BTreeSet<TableName>,
    /// What exactly, and beyond which limit: `read demo.shop.orders` and the like.
    resources: Vec<(String, &'static str)>,
    /// Whether it is only about columns.
    columns_only: bool,
}

/// A list of powers, and what it is called in a sentence.
pub(super) type Limit = (Scope, &'static str);

impl Services {
    /// What of an intent lies outside, as of now.
    pub(super) async fn outside(
        &self,
        analysis: &Analysis,
        run: &RunRecord,
    ) -> Result<Outside, ServiceError> {
        Ok(outside(analysis, &self.limits_of(run).await?))
    }

    /// All that bounds what a run may do, as of now.
    pub(super) async fn limits_of(&self, run: &RunRecord) -> Result<[Limit; 3], ServiceError> {
        let initiator = self.existing_person(run.initiator).await?;
        Ok([
            (run.scope.clone(), "this run's scope"),
            (
                self.granted(run.agent, self.now()).await?,
                "the agent's grants as they are now",
            ),
            (
                self.rights_of(initiator.groups.iter()),
                "what the initiator may do",
            ),
        ])
    }
}

impl Outside {
    /// Why the intent is blocked, if anything lies outside.
    pub(super) fn problem(&self) -> Option<Problem> {
        let mut by_limit: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (resource, limit) in &self.resources {
            by_limit.entry(limit).or_default().push(resource);
        }
        if by_limit.is_empty() {
            return None;
        }
        let parts = by_limit.into_iter().map(|(limit, resources)| {
            let resources: Vec<_> = resources.iter().map(|r| format!("`{r}`")).collect();
            format!("{} lies outside {limit}", resources.join(", "))
        });
        let parts: Vec<_> = parts.collect();
        let code = if self.columns_only {
            "column_excluded"
        } else {
            "out_of_scope"
        };
        Some(Problem::new(code, parts.join("; ")))
    }
}

fn outside(analysis: &Analysis, limits: &[Limit]) -> Outside {
    let reads = analysis.reads().into_iter();
    let writes = analysis.writes().into_iter();
    let touched: Vec<_> = reads
        .map(|table| (Privilege::Read, table))
        .chain(writes.map(|table| (Privilege::Write, table)))
        .collect();
    let mut outside = Outside {
        columns_only: true,
        ..Outside::default()
    };
    for (privilege, table) in &touched {
        // The widest limit that is crossed says the most: the others need not be named.
        let crossed = limits
            .iter()
            .rev()
            .find(|(scope, _)| !scope.covers(*privilege, table));
        if let Some((_, limit)) = crossed {
            let resource = format!("{} {table}", privilege.as_str());
            outside.columns_only = false;
            outside.tables.insert((*table).clone());
            outside.resources.push((resource, limit));
        }
    }
    let used = analysis.used_columns();
    let none = BTreeSet::new();
    for (privilege, table) in touched {
        let paths = used.get(table).unwrap_or(&none);
        for (scope, limit) in limits {
            for resource in excluded(scope, privilege, table, paths) {
                outside.tables.insert(table.clone());
                outside.resources.push((resource, limit));
            }
        }
    }
    outside
}

/// The columns of one table that are left out and used all the same. Which columns of a
/// table a statement changes is not followed, so a table without some of its columns is not
/// changed at all.
fn excluded(
    scope: &Scope,
    privilege: Privilege,
    table: &TableName,
    used: &BTreeSet<String>,
) -> BTreeSet<String> {
    let is_written = privilege == Privilege::Write;
    scope
        .exclusions(table)
        .filter(|out| is_written || used.iter().any(|path| out.overlaps(path)))
        .map(|out| format!("{} {table}.{out}", privilege.as_str()))
        .collect()
}
