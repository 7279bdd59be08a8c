//! What a run may know of the warehouse: the tables that it may read, and their columns.

use domain::{Column, Privilege, Scope, TableName};

use super::{ServiceError, Services, intents::acting_run};
use crate::context::Context;

/// A table or view that a run may read.
#[derive(Debug, Clone)]
pub struct ReadableTable {
    /// Its full name.
    pub name: TableName,
    /// Its columns without those that the run may not read; none for a view.
    pub columns: Vec<Column>,
    /// Whether it is a view.
    pub is_view: bool,
}

impl Services {
    /// The tables that the run's scope, its agent's grants and its initiator's rights all cover,
    /// in the order of their names.
    pub async fn readable_tables(
        &self,
        context: &Context,
    ) -> Result<Vec<ReadableTable>, ServiceError> {
        let actor = acting_run(context)?;
        let run = self.existing_run(actor.run).await?;
        let limits = self.limits_of(&run).await?;
        let scopes: Vec<_> = limits.iter().map(|(scope, _)| scope).collect();
        let catalog = self.catalog.current()?;
        let tables = catalog.tables.iter().map(|(name, table)| ReadableTable {
            columns: readable(&table.columns, name, &scopes, ""),
            name: name.clone(),
            is_view: false,
        });
        let views = catalog.views.keys().map(|name| ReadableTable {
            columns: Vec::new(),
            name: name.clone(),
            is_view: true,
        });
        let covers = |name: &TableName| scopes.iter().all(|s| s.covers(Privilege::Read, name));
        let mut found: Vec<_> = tables.chain(views).filter(|t| covers(&t.name)).collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }
}

/// The columns, and the fields within them, that no scope leaves out.
fn readable(columns: &[Column], table: &TableName, scopes: &[&Scope], path: &str) -> Vec<Column> {
    let mut kept = Vec::new();
    for column in columns {
        let path = format!("{path}{}", column.name);
        let is_left_out = |scope: &&Scope| scope.exclusions(table).any(|out| out.overlaps(&path));
        if !scopes.iter().any(is_left_out) {
            kept.push(column.clone());
        } else if !column.fields.is_empty() {
            let fields = readable(&column.fields, table, scopes, &format!("{path}."));
            if !fields.is_empty() {
                kept.push(Column {
                    fields,
                    ..column.clone()
                });
            }
        }
    }
    kept
}
