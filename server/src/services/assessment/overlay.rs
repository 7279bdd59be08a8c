//! The catalog as one intent is judged by it: some columns are read unmasked, some are masked
//! that carry no tag.

use std::{borrow::Cow, collections::BTreeSet};

use analysis::Catalog;
use domain::{Column, ColumnName, Tag};

/// The tag of a column that is masked only because an approver wants it.
const WITHHELD: &str = "withheld";

/// What differs from the catalog. A mask wins over what is asked for unmasked.
#[derive(Debug, Clone, Default)]
pub(super) struct Overlay<'a> {
    unmask: BTreeSet<&'a ColumnName>,
    mask: BTreeSet<&'a ColumnName>,
}

impl<'a> Overlay<'a> {
    /// Reads these columns as they are.
    pub(super) fn unmasking(columns: &'a BTreeSet<ColumnName>) -> Self {
        Self {
            unmask: columns.iter().collect(),
            mask: BTreeSet::new(),
        }
    }

    /// Masks these besides.
    pub(super) fn and_masking(&self, columns: &'a BTreeSet<ColumnName>) -> Self {
        let share = |one: &ColumnName| columns.iter().any(|other| share_values(one, other));
        let unmask = self.unmask.iter().copied();
        Self {
            unmask: unmask.filter(|column| !share(column)).collect(),
            mask: columns.iter().collect(),
        }
    }

    /// The catalog with these differences.
    pub(super) fn over<'c>(&self, catalog: &'c Catalog) -> Cow<'c, Catalog> {
        if self.unmask.is_empty() && self.mask.is_empty() {
            return Cow::Borrowed(catalog);
        }
        let mut catalog = catalog.clone();
        for name in &self.unmask {
            change(&mut catalog, name, |column| column.unmasked = true);
        }
        for name in &self.mask {
            change(&mut catalog, name, withhold);
        }
        Cow::Owned(catalog)
    }
}

fn share_values(one: &ColumnName, other: &ColumnName) -> bool {
    one.table() == other.table() && one.path().overlaps(&other.path().to_string())
}

/// Changes the column of this name, if the catalog has it.
fn change(catalog: &mut Catalog, name: &ColumnName, change: impl FnOnce(&mut Column)) {
    let table = catalog.tables.get_mut(name.table());
    let mut columns = table.map(|table| &mut table.columns);
    let path = name.path().to_string();
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let named = |column: &&mut Column| column.name.eq_ignore_ascii_case(part);
        let Some(column) = columns.take().and_then(|c| c.iter_mut().find(named)) else {
            return;
        };
        if parts.peek().is_none() {
            return change(column);
        }
        columns = Some(&mut column.fields);
    }
}

/// Masks a column and every field in it; what is tagged keeps its own rule.
fn withhold(column: &mut Column) {
    column.unmasked = false;
    if !column.tag.as_ref().is_some_and(Tag::is_sensitive) {
        column.tag = Some(Tag::new(WITHHELD));
    }
    column.fields.iter_mut().for_each(withhold);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        serde_json::from_str(
            r#"{"default_project":"p","default_dataset":"d","tables":{"p.d.t":{"columns":[
                {"name":"id","type":"INT64"},
                {"name":"user","type":"STRUCT","fields":[
                    {"name":"email","type":"STRING","tag":"pii.email"},
                    {"name":"age","type":"INT64"}]}]}}}"#,
        )
        .expect("a catalog")
    }

    fn names(names: &[&str]) -> BTreeSet<ColumnName> {
        let parsed = names.iter().map(|name| format!("p.d.t.{name}").parse());
        parsed.map(|name| name.expect("a column")).collect()
    }

    fn masked_sql(unmask: &[&str], mask: &[&str]) -> String {
        let (unmask, mask) = (names(unmask), names(mask));
        let overlay = Overlay::unmasking(&unmask).and_masking(&mask);
        let catalog = catalog();
        let sql = "SELECT id, user.email, user.age FROM d.t";
        let analysis = analysis::analyse(sql, &overlay.over(&catalog));
        analysis.masked_sql.expect("masked SQL")
    }

    #[test]
    fn what_is_unmasked_is_read_as_it_is_and_a_mask_wins() {
        let usual = masked_sql(&[], &[]);
        assert!(usual.contains("SHA") || usual.contains("XXXXX"), "{usual}");
        let bare = masked_sql(&["user.email"], &[]);
        assert!(!bare.contains("XXXXX"), "{bare}");
        assert_eq!(masked_sql(&["USER"], &[]), masked_sql(&["user"], &[]));
        assert!(masked_sql(&["user.email"], &["user"]).contains("XXXXX"));
        assert!(masked_sql(&["user"], &["user.email"]).contains("XXXXX"));
    }

    #[test]
    fn a_mask_covers_what_carries_no_tag() {
        let withheld = masked_sql(&[], &["id", "user.age"]);
        assert!(withheld.contains("AS `id`"), "{withheld}");
        assert_ne!(withheld, masked_sql(&[], &["id"]));
    }
}
