//! The desk for the catalog.

use app::api::{
    UiError,
    catalog::{CatalogDesk, CatalogPage, GivenTagRow, SuggestionRow, TableRow},
};
use async_trait::async_trait;
use domain::{ColumnName, Role, Tag};

use super::{Desk, errors::shown, names::person_ref};

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
        let given = services.given_tags(context).await.map_err(shown)?;
        let given = given.into_iter().map(|one| GivenTagRow {
            by: person_ref(&one.by),
            column: one.column,
            tag: one.tag,
            at: one.at,
        });
        let known_tags = services.known_tags(context).map_err(shown)?;
        Ok(CatalogPage {
            suggestions: rows,
            given: given.collect(),
            known_tags: known_tags.into_iter().collect(),
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

    async fn tag(&self, column: ColumnName, tag: Tag) -> Result<(), UiError> {
        let tagged = self.services.tag_column(&self.context, &column, &tag);
        tagged.await.map_err(shown)
    }

    async fn untag(&self, column: ColumnName, tag: Tag, reason: String) -> Result<(), UiError> {
        let given = (&column, &tag);
        let untagged = self.services.untag_column(&self.context, given, &reason);
        untagged.await.map_err(shown)
    }
}
