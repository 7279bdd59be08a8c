//! The tables and views that an intent touches, as the warehouse describes them now.

use std::{collections::BTreeSet, sync::Arc};

use analysis::Analysis;
use domain::TableName;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{DryRunFacts, ServiceError, Services};
use crate::warehouse::{TableDescription, WarehouseError};

/// How many descriptions are asked for at a time.
const CONCURRENT: usize = 8;

impl Services {
    /// Describes everything that an intent names or that BigQuery says it reads, in the order
    /// of names, with the tags that people gave. What does not exist is left out: a table to be created is no object yet.
    pub(super) async fn objects_now(
        &self,
        analysis: &Analysis,
        dry_run: &DryRunFacts,
    ) -> Result<Vec<TableDescription>, ServiceError> {
        let (reads, writes) = (analysis.reads(), analysis.writes());
        let mut names: BTreeSet<&TableName> = reads.union(&writes).copied().collect();
        names.extend(&dry_run.referenced_tables);
        // The members of a wildcard are named beside it.
        names.retain(|name| !name.as_str().ends_with('*'));
        let described = names.into_iter().cloned().map(|name| {
            let warehouse = Arc::clone(&self.parts.warehouse);
            async move {
                match warehouse.table(&name).await {
                    Ok(description) => Ok(Some(description)),
                    Err(WarehouseError::NotFound { .. }) => Ok(None),
                    Err(other) => Err(other),
                }
            }
        });
        let described = stream::iter(described).buffered(CONCURRENT);
        let described: Vec<Option<TableDescription>> = described.try_collect().await?;
        let mut described: Vec<_> = described.into_iter().flatten().collect();
        self.add_given_tags(&mut described).await?;
        Ok(described)
    }
}
