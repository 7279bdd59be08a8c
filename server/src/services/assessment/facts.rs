//! What the policy is told of an intent.

use std::collections::BTreeSet;

use analysis::{Analysis, Catalog};
use domain::{Column, TableName};
use store::{IntentRecord, RunRecord};

use super::{
    super::{ServiceError, Services, agreement::stands_for, tables::add_tags},
    DryRunFacts,
};
use crate::policy::Facts;

impl Services {
    pub(super) async fn facts(
        &self,
        (analysis, dry_run): (&Analysis, Option<&DryRunFacts>),
        intent: &IntentRecord,
        run: &RunRecord,
        catalog: &Catalog,
        outside: &BTreeSet<TableName>,
    ) -> Result<Facts, ServiceError> {
        let reads: BTreeSet<_> = analysis.reads().into_iter().cloned().collect();
        let writes: BTreeSet<_> = analysis.writes().into_iter().cloned().collect();
        let columns = columns_of(catalog, &(&reads | &writes));
        let mut tags: BTreeSet<_> = analysis.tags().into_iter().cloned().collect();
        for column in &columns {
            add_tags(column, &mut tags);
        }
        let has_unclassified_columns = columns.iter().any(|column| is_unclassified(column));
        Ok(Facts {
            intent: intent.id,
            agent: run.agent,
            agent_name: self.existing_agent(run.agent).await?.name,
            run: run.id,
            initiator: self.existing_person(run.initiator).await?.email,
            purpose: Some(intent.purpose.clone()),
            understood: analysis.understood,
            route: analysis.route,
            risk: analysis.risk,
            kinds: analysis.statements.iter().map(|s| s.kind.clone()).collect(),
            reads,
            writes,
            tags,
            has_unclassified_columns,
            findings: analysis.findings().map(|f| f.code.clone()).collect(),
            bytes: dry_run.map_or(0, |facts| facts.bytes),
            max_bytes: intent.maximum_bytes_billed,
            out_of_scope: outside.clone(),
        })
    }
}

/// The columns of these tables, as far as the catalog knows them.
fn columns_of<'a>(catalog: &'a Catalog, touched: &BTreeSet<TableName>) -> Vec<&'a Column> {
    let tables = catalog.tables.iter();
    tables
        .filter(|(table, _)| touched.iter().any(|name| stands_for(name, table)))
        .flat_map(|(_, table)| &table.columns)
        .collect()
}

/// A struct is classified by its fields.
fn is_unclassified(column: &Column) -> bool {
    column.tag.is_none() && (column.fields.is_empty() || column.fields.iter().any(is_unclassified))
}
