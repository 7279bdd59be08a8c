//! The desk for the catalog.

use app::api::{
    UiError,
    catalog::{CatalogDesk, CatalogPage, SuggestionRow, TableRow},
};
use async_trait::async_trait;
use domain::{ColumnName, Role, Tag};

use super::{Desk, errors::shown};

#[async_trait]
impl CatalogDesk for Desk {
    async fn catalog(&self) -> Result<CatalogPage, UiError> {
        let (services, context) = (&self.services, &self.context);
        let viewer = context.person().map_err(|error| shown(error.into()))?;
        let may_decide = viewer.roles.contains(&Role::Administrator);
        let suggestions = services.suggestions(context).await.map_err(shown)?;
        let mut rows = Vec::new();
        for one in suggestions {
            let rule = services.mask_rule(&one.tag).map_err(shown)?;
            rows.push(SuggestionRow {
                column: one.column,
                data_type: one.data_type,
                tag: one.tag,
                because: one.because,
                looks_like: rule.looks_like().to_owned(),
            });
        }
        let tables = services.known_tables(context).map_err(shown)?;
        let tables = tables.into_iter().map(|table| TableRow {
            name: table.name,
            is_view: table.is_view,
            columns: u32::try_from(table.columns).unwrap_or(u32::MAX),
            tagged: table.tagged,
        });
        Ok(CatalogPage {
            suggestions: rows,
            tables: tables.collect(),
            may_decide,
        })
    }

    async fn decide_suggestion(
        &self,
        column: ColumnName,
        tag: Tag,
        accept: bool,
    ) -> Result<(), UiError> {
        let suggestion = (&column, &tag);
        let decided = self
            .services
            .decide_suggestion(&self.context, suggestion, accept);
        decided.await.map_err(shown)
    }
}
