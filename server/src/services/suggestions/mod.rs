//! What untagged columns seem to hold: by their names, and by what the scan of rows found in
//! results. Counts only; no value is looked at here.
//!
//! Only a person's word makes a tag of it. BigQuery's own policy tag always counts before.

mod finds;
mod names;
mod tagging;

use std::collections::BTreeSet;

use domain::{Column, ColumnName, Role, TableName, Tag};
use store::NewSuggestionVerdict;

use self::finds::Finds;
pub use self::tagging::GivenTag;
use super::{ServiceError, Services};
use crate::{context::Context, warehouse::TableDescription};

/// Who may look at the catalog.
const VIEWERS: [Role; 4] = [
    Role::Administrator,
    Role::Auditor,
    Role::Reviewer,
    Role::Approver,
];

/// What an untagged column seems to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The column.
    pub column: ColumnName,
    /// GoogleSQL's name of its type.
    pub data_type: String,
    /// What it seems to hold.
    pub tag: Tag,
    /// Why, in words.
    pub because: String,
}

/// A table or view of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTable {
    /// Its name.
    pub name: TableName,
    /// Whether it is a view.
    pub is_view: bool,
    /// How many columns it has, the fields within them included; 0 for a view.
    pub columns: usize,
    /// Those with a tag, by their paths.
    pub tagged: Vec<(String, Tag)>,
}

impl Services {
    /// What untagged columns seem to hold, without what was decided on already, in the order
    /// of columns.
    pub async fn suggestions(&self, context: &Context) -> Result<Vec<Suggestion>, ServiceError> {
        context.authorise(&VIEWERS)?;
        let store = &self.parts.store;
        let decided = store.decided_suggestions().await?.into_iter();
        let decided: BTreeSet<_> = decided.map(|one| (one.column, one.tag)).collect();
        let finds = Finds::read(store).await?;
        let mut suggestions = Vec::new();
        for (table, described) in &self.catalog.current()?.tables {
            visit(&described.columns, "", &mut |path, column| {
                let name = format!("{table}.{path}").parse::<ColumnName>();
                let Some(name) = name.ok().filter(|_| is_open(column)) else {
                    return;
                };
                suggestions.extend(of_column(&name, column, &finds));
            });
        }
        suggestions.retain(|one| !decided.contains(&(one.column.clone(), one.tag.clone())));
        suggestions.sort_by(|one, other| one.column.cmp(&other.column));
        Ok(suggestions)
    }

    /// Every table and view, in the order of names.
    pub fn known_tables(&self, context: &Context) -> Result<Vec<KnownTable>, ServiceError> {
        context.authorise(&VIEWERS)?;
        let catalog = self.catalog.current()?;
        let tables = catalog.tables.iter().map(|(name, table)| {
            let (mut columns, mut tagged) = (0, Vec::new());
            visit(&table.columns, "", &mut |path, column| {
                columns += 1;
                tagged.extend(column.tag.clone().map(|tag| (path.to_owned(), tag)));
            });
            KnownTable {
                name: name.clone(),
                is_view: false,
                columns,
                tagged,
            }
        });
        let views = catalog.views.keys().map(|name| KnownTable {
            name: name.clone(),
            is_view: true,
            columns: 0,
            tagged: Vec::new(),
        });
        let mut known: Vec<_> = tables.chain(views).collect();
        known.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(known)
    }

    /// Accepts a suggestion, so that the column is tagged from now on, or dismisses it.
    pub async fn decide_suggestion(
        &self,
        context: &Context,
        (column, tag): (&ColumnName, &Tag),
        accept: bool,
    ) -> Result<(), ServiceError> {
        let person = context.authorise(&[Role::Administrator])?.id;
        let mut suggested = self.suggestions(context).await?.into_iter();
        let suggestion = suggested.find(|one| one.column == *column && one.tag == *tag);
        let suggestion = suggestion.ok_or(ServiceError::NotFound { what: "suggestion" })?;
        let verdict = NewSuggestionVerdict {
            column: suggestion.column,
            tag: suggestion.tag,
            accepted: accept,
            decided_by: person,
            because: suggestion.because,
        };
        let mut tx = self.begin(context).await?;
        if !tx.decide_suggestion(&verdict).await? {
            let detail = "somebody was faster: this column has been decided on already";
            return Err(ServiceError::conflict("already_decided", detail));
        }
        tx.commit().await?;
        if accept {
            self.catalog.tag(&verdict.column, &verdict.tag);
        }
        Ok(())
    }

    /// Adds the tags that people gave to what BigQuery says, as of now.
    pub(super) async fn add_given_tags(
        &self,
        described: &mut [TableDescription],
    ) -> Result<(), ServiceError> {
        for given in self.parts.store.given_tags().await? {
            let mut tables = described.iter_mut();
            if let Some(table) = tables.find(|table| table.name == *given.column.table()) {
                add_tag(&mut table.columns, &given.column, &given.tag);
            }
        }
        Ok(())
    }
}

/// Tags a column that has no tag; what is not there is left alone.
pub(super) fn add_tag(columns: &mut [Column], name: &ColumnName, tag: &Tag) {
    if let Some(column) = column_mut(columns, name) {
        column.tag.get_or_insert_with(|| tag.clone());
    }
}

/// The column of a table, or the field within one.
fn column_mut<'a>(columns: &'a mut [Column], name: &ColumnName) -> Option<&'a mut Column> {
    let path = name.path().to_string();
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default();
    let named = |column: &&mut Column, part: &str| column.name.eq_ignore_ascii_case(part);
    let mut found = columns.iter_mut().find(|column| named(column, first));
    for part in parts {
        found = found.and_then(|column| column.fields.iter_mut().find(|field| named(field, part)));
    }
    found
}

/// Whether a column may hold something that nobody has said.
fn is_open(column: &Column) -> bool {
    column.tag.is_none() && column.fields.is_empty()
}

fn of_column(name: &ColumnName, column: &Column, finds: &Finds) -> Vec<Suggestion> {
    let by_name = names::tag_of(&column.name, &column.data_type);
    let found = finds.of(name);
    let tags: BTreeSet<_> = by_name.iter().chain(found.keys()).cloned().collect();
    let suggestion = |tag: Tag| {
        let mut reasons: Vec<String> = found
            .get(&tag)
            .map(ToString::to_string)
            .into_iter()
            .collect();
        if by_name.as_ref() == Some(&tag) {
            reasons.push("its name says so".to_owned());
        }
        Suggestion {
            column: name.clone(),
            data_type: column.data_type.clone(),
            because: reasons.join("; "),
            tag,
        }
    };
    tags.into_iter().map(suggestion).collect()
}

/// Visits columns and the fields within them, each with its path.
fn visit(columns: &[Column], path: &str, see: &mut impl FnMut(&str, &Column)) {
    for column in columns {
        let path = format!("{path}{}", column.name);
        see(&path, column);
        visit(&column.fields, &format!("{path}."), see);
    }
}
