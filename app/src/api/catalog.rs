//! What is known of the warehouse, and what untagged columns seem to hold.

use domain::{ColumnName, TableName, Tag};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::UiError;

/// The catalog as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogPage {
    /// What untagged columns seem to hold.
    pub suggestions: Vec<SuggestionRow>,
    /// Every table and view.
    pub tables: Vec<TableRow>,
    /// Whether the viewer may decide on suggestions.
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
