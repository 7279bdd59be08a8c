//! What an intent touches, table by table.

use std::collections::BTreeSet;

use domain::{Column, TableName, Tag};

use super::{IntentView, ServiceError, Services};

/// A table that an intent touches.
#[derive(Debug, Clone)]
pub struct TouchedTable {
    /// Its full name.
    pub name: TableName,
    /// Columns that are used.
    pub used: usize,
    /// Columns that it has, as far as the catalog knows.
    pub columns: usize,
    /// Tags of the used columns.
    pub tags: Vec<Tag>,
    /// Whether it is changed.
    pub written: bool,
}

impl Services {
    /// The tables that an intent reads and changes.
    pub fn touched_tables(&self, view: &IntentView) -> Result<Vec<TouchedTable>, ServiceError> {
        let Some(analysis) = &view.analysis else {
            return Ok(Vec::new());
        };
        let catalog = self.catalog.current()?;
        let used = analysis.used_columns();
        let writes = analysis.writes();
        let names: BTreeSet<_> = analysis.reads().union(&writes).copied().collect();
        let touched = names.into_iter().map(|name| {
            let columns = catalog
                .tables
                .get(name)
                .map_or(&[][..], |table| &table.columns);
            let paths = used.get(name);
            TouchedTable {
                name: name.clone(),
                used: paths.map_or(0, top_level),
                columns: columns.len(),
                tags: paths
                    .map(|paths| tags_of(columns, paths))
                    .unwrap_or_default(),
                written: writes.contains(name),
            }
        });
        Ok(touched.collect())
    }
}

/// Nested paths count once, for their column.
fn top_level(paths: &BTreeSet<String>) -> usize {
    let columns = paths.iter().map(|path| path.split('.').next());
    columns.collect::<BTreeSet<_>>().len()
}

fn tags_of(columns: &[Column], paths: &BTreeSet<String>) -> Vec<Tag> {
    let mut tags = BTreeSet::new();
    for path in paths {
        let mut parts = path.split('.');
        let first = parts.next().unwrap_or_default();
        let mut found = columns.iter().find(|c| c.name.eq_ignore_ascii_case(first));
        for part in parts {
            found = found.and_then(|column| {
                let mut fields = column.fields.iter();
                fields.find(|field| field.name.eq_ignore_ascii_case(part))
            });
        }
        if let Some(column) = found {
            add_tags(column, &mut tags);
        }
    }
    tags.into_iter().collect()
}

/// The tags of a column and of every field in it.
pub(super) fn add_tags(column: &Column, tags: &mut BTreeSet<Tag>) {
    tags.extend(column.tag.clone());
    for field in &column.fields {
        add_tags(field, tags);
    }
}
