//! What an intent touches, table by table.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Column, MaskRule, TableName, Tag};

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
    /// The used columns with a tag, in the order of their paths.
    pub sensitive: Vec<SensitiveColumn>,
    /// Whether it is changed.
    pub written: bool,
}

/// A column, or a field within one, that has a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveColumn {
    /// Its path within the table: `user.email`.
    pub path: String,
    /// What it holds.
    pub tag: Tag,
    /// What masks it where it is read; none when it is read as it is.
    pub rule: Option<MaskRule>,
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
            let is_bare = |path: &str| {
                let mut asked = view.intent.unmask.iter();
                asked.any(|column| column.table() == name && column.path().contains(path))
            };
            let tagged = paths.map_or_else(BTreeMap::new, |paths| tagged(columns, paths));
            TouchedTable {
                name: name.clone(),
                used: paths.map_or(0, top_level),
                columns: columns.len(),
                sensitive: tagged
                    .into_iter()
                    .map(|(path, tag)| SensitiveColumn {
                        rule: (!is_bare(&path)).then(|| catalog.mask_rules.rule(&tag)),
                        path,
                        tag,
                    })
                    .collect(),
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

/// The sensitive columns and fields that these paths reach, each with its tag.
fn tagged(columns: &[Column], paths: &BTreeSet<String>) -> BTreeMap<String, Tag> {
    let mut tagged = BTreeMap::new();
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
            add_tagged(column, path.clone(), &mut tagged);
        }
    }
    tagged
}

/// Whoever uses a column uses every field in it.
fn add_tagged(column: &Column, path: String, tagged: &mut BTreeMap<String, Tag>) {
    for field in &column.fields {
        add_tagged(field, format!("{path}.{}", field.name), tagged);
    }
    if let Some(tag) = column.tag.clone().filter(Tag::is_sensitive) {
        tagged.insert(path, tag);
    }
}

/// The tags of a column and of every field in it.
pub(super) fn add_tags(column: &Column, tags: &mut BTreeSet<Tag>) {
    tags.extend(column.tag.clone());
    for field in &column.fields {
        add_tags(field, tags);
    }
}
