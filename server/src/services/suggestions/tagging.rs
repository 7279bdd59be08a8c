//! Tags that people give to columns by themselves, and take back.

use std::collections::BTreeSet;

use domain::{ColumnName, Role, Tag, Timestamp};
use store::{NewSuggestionVerdict, PersonRecord};

use super::{VIEWERS, is_open, names, visit};
use crate::{
    context::Context,
    services::{ServiceError, Services},
    warehouse::WarehouseError,
};

/// The tag of what may be read by everybody.
const PUBLIC: &str = "public";

/// A tag that a person gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenTag {
    /// To which column.
    pub column: ColumnName,
    /// Which.
    pub tag: Tag,
    /// Who.
    pub by: PersonRecord,
    /// When.
    pub at: Timestamp,
}

impl Services {
    /// The tags that people gave to columns, in the order of columns.
    pub async fn given_tags(&self, context: &Context) -> Result<Vec<GivenTag>, ServiceError> {
        context.authorise(&VIEWERS)?;
        let mut given = Vec::new();
        for one in self.parts.store.given_tags().await? {
            given.push(GivenTag {
                by: self.existing_person(one.decided_by).await?,
                column: one.column,
                tag: one.tag,
                at: one.decided_at,
            });
        }
        Ok(given)
    }

    /// The tags that a column can be given: those that the catalog has, and those that names of
    /// columns speak for.
    pub fn known_tags(&self, context: &Context) -> Result<BTreeSet<Tag>, ServiceError> {
        context.authorise(&VIEWERS)?;
        let mut known: BTreeSet<Tag> = names::tags().chain([PUBLIC]).map(Tag::new).collect();
        for table in self.catalog.current()?.tables.values() {
            visit(&table.columns, "", &mut |_, column| {
                known.extend(column.tag.clone());
            });
        }
        Ok(known)
    }

    /// Tags a column that has no tag.
    pub async fn tag_column(
        &self,
        context: &Context,
        column: &ColumnName,
        tag: &Tag,
    ) -> Result<(), ServiceError> {
        let person = context.authorise(&[Role::Administrator])?.id;
        if !self.known_tags(context)?.contains(tag) {
            return Err(ServiceError::invalid("tag", "choose one of the known tags"));
        }
        if !self.is_open_column(column)? {
            let detail = "name a column of the catalog that has no tag, as \
                          project.dataset.table.column; of a record, each field by itself";
            return Err(ServiceError::invalid("column", detail));
        }
        let verdict = NewSuggestionVerdict {
            column: column.clone(),
            tag: tag.clone(),
            accepted: true,
            decided_by: person,
            because: "said by hand".to_owned(),
        };
        let mut tx = self.begin(context).await?;
        if !tx.tag_column(&verdict).await? {
            let detail = "somebody was faster: this column has a tag";
            return Err(ServiceError::conflict("already_decided", detail));
        }
        tx.commit().await?;
        self.catalog.tag(column, tag);
        Ok(())
    }

    /// Takes a tag that people gave to a column back: BigQuery's word alone counts from then on.
    pub async fn untag_column(
        &self,
        context: &Context,
        (column, tag): (&ColumnName, &Tag),
        reason: &str,
    ) -> Result<(), ServiceError> {
        let person = context.authorise(&[Role::Administrator])?.id;
        let mut tx = self.begin(context).await?;
        if !tx.untag_column((column, tag), person, reason).await? {
            return Err(ServiceError::NotFound { what: "tag" });
        }
        tx.commit().await?;
        self.learn_again(column).await
    }

    /// Takes over what a column's table looks like now. Until BigQuery can be asked, the catalog
    /// has the tag still.
    async fn learn_again(&self, column: &ColumnName) -> Result<(), ServiceError> {
        let table = match self.parts.warehouse.table(column.table()).await {
            Ok(table) => table,
            Err(WarehouseError::NotFound { .. }) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, "a table without its tag is not known yet");
                return Ok(());
            }
        };
        let mut described = [table];
        self.add_given_tags(&mut described).await?;
        self.catalog.learn(&described)?;
        Ok(())
    }

    fn is_open_column(&self, name: &ColumnName) -> Result<bool, ServiceError> {
        let catalog = self.catalog.current()?;
        let Some(table) = catalog.tables.get(name.table()) else {
            return Ok(false);
        };
        let mut is_known = false;
        visit(&table.columns, "", &mut |path, column| {
            is_known |= path == name.path().to_string() && is_open(column);
        });
        Ok(is_known)
    }
}
