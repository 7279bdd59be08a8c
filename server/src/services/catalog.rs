//! What is known of the warehouse, read anew from time to time.

use std::sync::{Arc, RwLock};

use analysis::{Catalog, Table, View};
use domain::{ColumnName, MaskRule, MaskRules, Tag};
use store::IntentRecord;

use super::{ServiceError, Services, suggestions::add_tag};
use crate::{config::WarehouseConfig, warehouse::TableDescription};

/// The catalog last read, whole or not at all.
pub struct CatalogCache {
    project: String,
    datasets: Vec<String>,
    default_dataset: String,
    mask_rules: MaskRules,
    current: RwLock<Option<Arc<Catalog>>>,
}

impl CatalogCache {
    pub(super) fn new(config: &WarehouseConfig, mask_rules: MaskRules) -> Self {
        let first = config.datasets.first().cloned().unwrap_or_default();
        Self {
            project: config.project.clone(),
            datasets: config.datasets.clone(),
            default_dataset: config.default_dataset.clone().unwrap_or(first),
            mask_rules,
            current: RwLock::new(None),
        }
    }

    /// Where names of one part point to.
    pub(super) fn default_dataset(&self) -> &str {
        &self.default_dataset
    }

    /// The catalog, when it has been read.
    pub(super) fn current(&self) -> Result<Arc<Catalog>, ServiceError> {
        let current = self.current.read().ok().and_then(|current| current.clone());
        current.ok_or(ServiceError::NoCatalog)
    }

    /// The catalog as an intent sees it: with the dataset of its short names.
    pub(super) fn seen_by(&self, intent: &IntentRecord) -> Result<Arc<Catalog>, ServiceError> {
        let mut catalog = self.current()?;
        if let Some(dataset) = &intent.default_dataset {
            Arc::make_mut(&mut catalog)
                .default_dataset
                .clone_from(dataset);
        }
        Ok(catalog)
    }

    /// Where short names of an intent point to.
    pub(super) fn default_dataset_of<'a>(&'a self, intent: &'a IntentRecord) -> &'a str {
        let dataset = intent.default_dataset.as_deref();
        dataset.unwrap_or(&self.default_dataset)
    }

    fn replace(&self, described: Vec<TableDescription>) {
        let mut catalog = Catalog {
            default_project: self.project.clone(),
            default_dataset: self.default_dataset.clone(),
            mask_rules: self.mask_rules.clone(),
            tables: std::collections::BTreeMap::new(),
            views: std::collections::BTreeMap::new(),
        };
        for table in described {
            enter(&mut catalog, table);
        }
        if let Ok(mut current) = self.current.write() {
            *current = Some(Arc::new(catalog));
        }
    }

    /// Takes over that a person said what a column holds.
    pub(super) fn tag(&self, column: &ColumnName, tag: &Tag) {
        if let Ok(mut current) = self.current.write()
            && let Some(catalog) = current.as_mut()
            && let Some(table) = Arc::make_mut(catalog).tables.get_mut(column.table())
        {
            add_tag(&mut table.columns, column, tag);
        }
    }

    /// Takes over what tables look like now; says whether that differs from what was known.
    pub(super) fn learn(&self, described: &[TableDescription]) -> Result<bool, ServiceError> {
        let known = self.current()?;
        let mut catalog = Catalog::clone(&known);
        for table in described {
            enter(&mut catalog, table.clone());
        }
        if catalog == *known {
            return Ok(false);
        }
        if let Ok(mut current) = self.current.write() {
            *current = Some(Arc::new(catalog));
        }
        Ok(true)
    }
}

/// A name is a table's or a view's, never both.
fn enter(catalog: &mut Catalog, described: TableDescription) {
    catalog.tables.remove(&described.name);
    catalog.views.remove(&described.name);
    if let Some(sql) = described.view_sql {
        catalog.views.insert(described.name, View { sql });
    } else {
        let table = Table {
            columns: described.columns,
            partition_column: described.partition_column,
            require_partition_filter: described.require_partition_filter,
        };
        catalog.tables.insert(described.name, table);
    }
}

impl Services {
    /// What masks values with this tag.
    pub fn mask_rule(&self, tag: &Tag) -> Result<MaskRule, ServiceError> {
        Ok(self.catalog.current()?.mask_rules.rule(tag))
    }

    /// Reads tables, columns, tags and views anew. On failure the catalog stays as it was.
    pub async fn refresh_catalog(&self) -> Result<usize, ServiceError> {
        let mut described = Vec::new();
        for dataset in &self.catalog.datasets {
            described.extend(self.parts.warehouse.tables(dataset).await?);
        }
        self.add_given_tags(&mut described).await?;
        let count = described.len();
        self.catalog.replace(described);
        Ok(count)
    }
}
