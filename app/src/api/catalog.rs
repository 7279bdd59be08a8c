//! What is known of the warehouse, and what untagged columns seem to hold.

use domain::{ColumnName, TableName, Tag, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{PersonRef, UiError};

/// The catalog as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogPage {
    /// What untagged columns seem to hold.
    pub suggestions: Vec<SuggestionRow>,
    /// The tags that people gave.
    pub given: Vec<GivenTagRow>,
    /// The tags that a column can be given.
    pub known_tags: Vec<Tag>,
    /// Every table and view.
    pub tables: Vec<TableRow>,
    /// Whether the viewer may decide on suggestions, give tags and take them back.
    pub may_decide: bool,
}

/// What an untagged column seems to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionRow {
    /// The column.
    pub column: ColumnName,
    /// GoogleSQL's name of its type.
    pub data_type: String,
    /// What it seems to hold.
    pub tag: Tag,
    /// Why, in words and counts.
    pub because: String,
    /// What queries would see in place of its values.
    pub looks_like: String,
}

/// A tag that a person gave to a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenTagRow {
    /// The column.
    pub column: ColumnName,
    /// The tag.
    pub tag: Tag,
    /// Who.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// A table or view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRow {
    /// Its name.
    pub name: TableName,
    /// Whether it is a view.
    pub is_view: bool,
    /// How many columns it has, the fields within them included.
    pub columns: u32,
    /// Those with a tag, by their paths.
    pub tagged: Vec<(String, Tag)>,
}

/// The desk for the catalog.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait CatalogDesk: Send + Sync {
    /// The whole catalog.
    async fn catalog(&self) -> Result<CatalogPage, UiError>;
    /// Accepts or dismisses a suggestion.
    async fn decide_suggestion(
        &self,
        column: ColumnName,
        tag: Tag,
        accept: bool,
    ) -> Result<(), UiError>;
    /// Gives a column a tag.
    async fn tag(&self, column: ColumnName, tag: Tag) -> Result<(), UiError>;
    /// Takes back a tag that a person gave.
    async fn untag(&self, column: ColumnName, tag: Tag, reason: String) -> Result<(), UiError>;
}

/// The whole catalog.
#[server(endpoint = "catalog")]
pub async fn load_catalog() -> Result<CatalogPage, UiError> {
    super::desks()?.catalog.catalog().await
}

/// Accepts or dismisses a suggestion.
#[server(endpoint = "decide_suggestion")]
pub async fn decide_suggestion(
    /// About which column.
    column: ColumnName,
    /// What it seems to hold.
    tag: Tag,
    /// Whether that is its tag from now on.
    accept: bool,
) -> Result<(), UiError> {
    let page = "/catalog";
    let desk = super::desks()?.catalog;
    let done = desk.decide_suggestion(column, tag, accept).await;
    super::form::answer(done.map(|()| page.to_owned()), page, &[])
}

/// Gives a column a tag; the browser comes back to the catalog.
#[server(endpoint = "tag_column")]
pub async fn tag_column(
    /// Which, as it was typed.
    #[server(default)]
    column: String,
    /// What it holds.
    #[server(default)]
    tag: String,
) -> Result<(), UiError> {
    let page = "/catalog";
    let done = async {
        let wrong = |_| UiError::invalid("column", "Write project.dataset.table.column.");
        let name: ColumnName = column.trim().parse().map_err(wrong)?;
        let tag = super::form::filled("tag", &tag, "Choose what it holds.")?;
        super::desks()?.catalog.tag(name, Tag::new(tag)).await
    };
    let done = done.await.map(|()| page.to_owned());
    super::form::answer(done, page, &[("column", &column), ("tag", &tag)])
}

/// Takes back a tag that a person gave; the browser comes back to the catalog.
#[server(endpoint = "untag_column")]
pub async fn untag_column(
    /// Which.
    column: ColumnName,
    /// What it does not hold.
    tag: Tag,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), UiError> {
    let page = "/catalog";
    let done = async {
        let reason = super::form::filled("reason", &reason, "Say why it goes.")?;
        super::desks()?.catalog.untag(column, tag, reason).await
    };
    super::form::answer(done.await.map(|()| page.to_owned()), page, &[])
}
