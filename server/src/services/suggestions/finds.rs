//! What the scan of rows found in results, by the columns that the values came from.

use std::{collections::BTreeMap, fmt};

use analysis::{Analysis, OutputColumn};
use domain::{ColumnName, Tag};
use masking::Report;
use store::Store;

use crate::services::ServiceError;

/// So many of the newest results with finds are looked at.
const RESULTS: u32 = 500;

/// How much was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    cells: u64,
    results: u64,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: u64, word: &str| match count {
            1 => format!("1 {word}"),
            _ => format!("{count} {word}s"),
        };
        let (cells, results) = (counted(self.cells, "time"), counted(self.results, "result"));
        write!(f, "found {cells} in {results}")
    }
}

/// Finds by column and tag.
pub(super) struct Finds(BTreeMap<ColumnName, BTreeMap<Tag, Count>>);

impl Finds {
    /// Reads the newest finds.
    pub(super) async fn read(store: &Store) -> Result<Self, ServiceError> {
        let mut finds = Self(BTreeMap::new());
        for (analysis, report) in store.newest_finds(RESULTS).await? {
            finds.add(
                &serde_json::from_str(&analysis)?,
                &serde_json::from_str(&report)?,
            );
        }
        Ok(finds)
    }

    /// What was found in a column.
    pub(super) fn of(&self, column: &ColumnName) -> BTreeMap<Tag, Count> {
        self.0.get(column).cloned().unwrap_or_default()
    }

    /// A find counts for the column that it came from, where it came from one and no other.
    fn add(&mut self, analysis: &Analysis, report: &Report) {
        let outputs = analysis.answer().unwrap_or_default();
        for detection in &report.detected {
            let Some(column) = origin(outputs, &detection.column) else {
                continue;
            };
            let tag = Tag::new(detection.detector.clone());
            let count = self.0.entry(column).or_default().entry(tag).or_default();
            count.cells += detection.cells;
            count.results += 1;
        }
    }
}

/// The column or field that the values at this path of the answer came from.
fn origin(outputs: &[OutputColumn], path: &str) -> Option<ColumnName> {
    let (name, field) = path.split_once('.').unwrap_or((path, ""));
    let mut named = outputs.iter().filter(|output| output.name == name);
    let (Some(output), None) = (named.next(), named.next()) else {
        return None;
    };
    let within = format!(".{field}");
    let mut sources = output.sources.iter();
    let source = match output.sources.as_slice() {
        [only] if field.is_empty() || only.ends_with(&within) => only.clone(),
        [only] => format!("{only}{within}"),
        // All fields of a struct are sources of it.
        _ if !field.is_empty() => sources.find(|source| source.ends_with(&within))?.clone(),
        _ => return None,
    };
    source.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(sources: &[&str]) -> [OutputColumn; 1] {
        [OutputColumn {
            name: "user".to_owned(),
            position: 0,
            sources: sources.iter().map(ToString::to_string).collect(),
            tags: Vec::new(),
            masked: false,
            rule: None,
        }]
    }

    #[test]
    fn a_find_counts_where_one_column_only_can_be_meant() {
        for (sources, path, origin_of) in [
            (&["p.d.t.note"][..], "user", Some("p.d.t.note")),
            (&["p.d.t.note", "p.d.t.city"], "user", None),
            (&["p.d.t.user"], "user.email", Some("p.d.t.user.email")),
            (
                &["p.d.t.user.email", "p.d.t.user.id"],
                "user.email",
                Some("p.d.t.user.email"),
            ),
            (&["p.d.t.user.id", "p.d.t.user.ip"], "user.email", None),
            (&["p.d.t.note"], "other", None),
            (&[], "user", None),
        ] {
            let told = origin(&output(sources), path).map(|column| column.to_string());
            assert_eq!(told.as_deref(), origin_of, "{sources:?} {path}");
        }
    }
}
