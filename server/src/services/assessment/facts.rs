//! What policies are told of an intent, gathered from everything that is known of it.

use std::collections::BTreeSet;

use analysis::{Analysis, Catalog};
use domain::{Column, ColumnName, TableName, Tag};
use store::{IntentRecord, PersonRecord, RunRecord};

use super::{
    super::{ServiceError, Services, agreement::stands_for, tables::add_tags, unmasking},
    DryRunFacts,
};
use crate::policy::{Facts, PersonFacts, RunFacts, hour_and_weekday};

impl Services {
    /// What policies are told of an intent.
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
        let touched = &reads | &writes;
        let columns = columns_of(catalog, &touched);
        let mut tags: BTreeSet<_> = analysis.tags().into_iter().cloned().collect();
        for column in &columns {
            add_tags(column, &mut tags);
        }
        let agent = self.existing_agent(run.agent).await?;
        let used = self
            .parts
            .store
            .tables_used_before(agent.id, intent.received_at);
        let known: BTreeSet<_> = used.await?.into_iter().collect();
        let (hour, weekday) = hour_and_weekday(intent.received_at);
        Ok(Facts {
            intent: intent.id,
            hour,
            weekday: weekday.to_owned(),
            agent: agent.id,
            owner: person(self.existing_person(agent.owner).await?),
            agent_name: agent.name,
            initiator: person(self.existing_person(run.initiator).await?),
            run: run_facts(run),
            purpose: Some(intent.purpose.clone()).filter(|purpose| !purpose.is_empty()),
            understood: analysis.understood,
            route: analysis.route,
            risk: analysis.risk,
            kinds: analysis.statements.iter().map(|s| s.kind.clone()).collect(),
            findings: analysis.findings().map(|f| f.code.clone()).collect(),
            behind_wildcards: &behind_wildcards(catalog, &touched) - &touched,
            columns: used_columns(analysis),
            out_of_scope: outside.clone(),
            first_uses: &touched - &known,
            reads,
            writes,
            tags,
            has_unclassified_columns: columns.iter().any(|column| is_unclassified(column)),
            uses: analysis.uses(),
            unmasks: intent.unmask.iter().map(ToString::to_string).collect(),
            unmasked_tags: unmasked_tags(catalog, &intent.unmask),
            bytes: dry_run.map_or(0, |facts| facts.bytes),
            max_bytes: intent.maximum_bytes_billed,
            rows: analysis.limit(),
        })
    }
}

fn person(person: PersonRecord) -> PersonFacts {
    PersonFacts {
        id: person.id,
        email: person.email,
        groups: person.groups.into_iter().collect(),
    }
}

fn run_facts(run: &RunRecord) -> RunFacts {
    RunFacts {
        id: run.id,
        purpose: run.purpose.clone(),
        ticket: run.ticket.clone(),
        door: run.door.as_str().to_owned(),
        scope: run.scope.powers().iter().map(ToString::to_string).collect(),
    }
}

fn used_columns(analysis: &Analysis) -> BTreeSet<String> {
    let statements = analysis.statements.iter();
    statements.flat_map(|s| s.used.iter().cloned()).collect()
}

/// The tags of columns, and of the fields in them.
fn unmasked_tags(catalog: &Catalog, unmask: &BTreeSet<ColumnName>) -> BTreeSet<Tag> {
    let mut tags = BTreeSet::new();
    for column in unmask
        .iter()
        .filter_map(|name| unmasking::find(catalog, name))
    {
        add_tags(column, &mut tags);
    }
    tags
}

/// The columns of these tables, as far as the catalog knows them.
fn columns_of<'a>(catalog: &'a Catalog, touched: &BTreeSet<TableName>) -> Vec<&'a Column> {
    let tables = catalog.tables.iter();
    tables
        .filter(|(table, _)| touched.iter().any(|name| stands_for(name, table)))
        .flat_map(|(_, table)| &table.columns)
        .collect()
}

/// The tables that wildcards among these stand for.
fn behind_wildcards(catalog: &Catalog, touched: &BTreeSet<TableName>) -> BTreeSet<TableName> {
    let tables = catalog.tables.keys();
    tables
        .filter(|table| touched.iter().any(|name| stands_for(name, table)))
        .cloned()
        .collect()
}

/// A struct is classified by its fields.
fn is_unclassified(column: &Column) -> bool {
    column.tag.is_none() && (column.fields.is_empty() || column.fields.iter().any(is_unclassified))
}
