//! What is known of the warehouse, read anew from time to time.

use std::sync::{Arc, RwLock};

use analysis::{Catalog, Table, View};
use domain::MaskRules;

use super::{ServiceError, Services};
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

    fn replace(&self, described: Vec<TableDescription>) {
        let mut catalog = Catalog {
            default_project: self.project.clone(),
            default_dataset: self.default_dataset.clone(),
            mask_rules: self.mask_rules.clone(),
            tables: std::collections::BTreeMap::new(),
            views: std::collections::BTreeMap::new(),
        };
        for table in described {
            if let Some(sql) = table.view_sql {
                catalog.views.insert(table.name, View { sql });
            } else {
                let known = Table {
                    columns: table.columns,
                    partition_column: table.partition_column,
                    require_partition_filter: table.require_partition_filter,
                };
                catalog.tables.insert(table.name, known);
            }
        }
        if let Ok(mut current) = self.current.write() {
            *current = Some(Arc::new(catalog));
        }
    }
}

impl Services {
    /// Reads tables, columns, tags and views anew. On failure the catalog stays as it was.
    pub async fn refresh_catalog(&self) -> Result<usize, ServiceError> {
        let mut described = Vec::new();
        for dataset in &self.catalog.datasets {
            described.extend(self.parts.warehouse.tables(dataset).await?);
        }
        let count = described.len();
        self.catalog.replace(described);
        Ok(count)
    }
}
