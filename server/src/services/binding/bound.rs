//! The value of each input, as it is written before it is digested.

use std::collections::{BTreeMap, BTreeSet};

use analysis::{Analysis, OutputColumn};
use domain::{AgentId, Column, Conditions, Digest, TableName, Timestamp};
use serde::Serialize;
use store::{AgentRecord, IntentRecord, PersonRecord, RunRecord};

use super::{
    super::{DryRunFacts, intents::NewParameter, labels::job_labels},
    Input,
};
use crate::{policy::Decision, warehouse::TableDescription};

/// Everything from which the inputs are computed.
pub(super) struct Bound<'a> {
    pub asked: &'a IntentRecord,
    pub run: &'a RunRecord,
    pub agent: &'a AgentRecord,
    pub initiator: &'a PersonRecord,
    pub place: Place<'a>,
    pub analysis: &'a Analysis,
    pub dry_run: Option<&'a DryRunFacts>,
    pub decision: &'a Decision,
    pub objects: &'a [TableDescription],
    pub conditions: &'a Conditions,
}

/// Where and within which limits of the configuration the job runs.
pub(super) struct Place<'a> {
    pub project: &'a str,
    pub location: &'a str,
    pub default_dataset: &'a str,
    pub rows: u64,
    pub timeout_seconds: u32,
    /// Tells one salt from another without telling either.
    pub salt_key: Option<Digest>,
}

impl Bound<'_> {
    /// One input as it is written.
    pub(super) fn value(&self, input: Input) -> Result<Vec<u8>, serde_json::Error> {
        let (asked, run, agent) = (self.asked, self.run, self.agent);
        let statement_type = self.dry_run.map(|facts| &facts.statement_type);
        let referenced = self.dry_run.map(|facts| &facts.referenced_tables);
        match input {
            Input::Sql => json(&asked.sql),
            Input::Parameters => json(&parameters(asked)?.1),
            Input::ParameterTypes => json(&parameters(asked)?.0),
            Input::Purpose => json(&asked.purpose),
            Input::Unmasked => json(&asked.unmask),
            Input::UnmaskReason => json(&asked.unmask_reason),
            Input::Conditions => json(self.conditions),
            Input::Project => json(&self.place.project),
            Input::Location => json(&self.place.location),
            Input::DefaultDataset => json(&self.place.default_dataset),
            Input::BytesCap => json(&asked.maximum_bytes_billed),
            Input::RowsCap => json(&agent.caps.rows.min(self.place.rows)),
            Input::Timeout => json(&self.place.timeout_seconds),
            Input::Labels => json(&job_labels(asked.id, run, None)),
            Input::Objects => json(&self.each_object(version)),
            Input::Definitions => json(&self.each_object(definition)),
            Input::Views => json(&self.each_object(|object| object.view_sql.as_ref())),
            Input::ReferencedTables => json(&referenced),
            Input::StatementType => json(&statement_type),
            Input::OutputSchema => json(&self.dry_run.map(|facts| &facts.schema)),
            Input::Findings => json(&findings(self.analysis)),
            Input::PolicyVersion => json(&self.decision.policy_version),
            Input::Route => json(&self.decision.route),
            Input::Requirements => json(&requirements(self.decision)),
            Input::MaskedSql => json(&self.analysis.masked_sql),
            Input::MaskingPlan => json(&masking_plan(self.analysis)),
            Input::SaltKey => json(&self.place.salt_key),
            Input::Run => json(&(run.id, &run.purpose, &run.ticket)),
            Input::RunScope => json(&run.scope),
            Input::RunExpiry => json(&run.expires_at.micros()),
            Input::Initiator => json(&run.initiator),
            Input::InitiatorGroups => json(&sorted(&self.initiator.groups)),
            Input::InitiatorStanding => json(&standing(self.initiator)),
            Input::Agent => json::<(AgentId, &String)>(&(agent.id, &agent.name)),
            Input::AgentOwner => json(&agent.owner),
            Input::AgentServiceAccount => json(&agent.service_account),
            Input::AgentPurpose => json(&agent.purpose),
            Input::AgentCaps => json(&agent.caps),
            Input::AgentExpiry => json(&agent.expires_at.micros()),
        }
    }

    fn each_object<'a, T>(
        &'a self,
        part: impl Fn(&'a TableDescription) -> T,
    ) -> BTreeMap<&'a TableName, T> {
        let objects = self.objects.iter();
        objects.map(|object| (&object.name, part(object))).collect()
    }
}

pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(value)
}

/// BigQuery's own word on whether a table is the same, its data included.
pub(super) fn version(object: &TableDescription) -> (Option<&String>, Option<i64>) {
    let modified_at = object.modified_at.map(Timestamp::micros);
    (object.etag.as_ref(), modified_at)
}

/// What the analysis knows of a table: its columns with their types and tags.
fn definition(object: &TableDescription) -> (&[Column], Option<&String>, bool) {
    (
        &object.columns,
        object.partition_column.as_ref(),
        object.require_partition_filter,
    )
}

type Types = Vec<(Option<String>, String)>;

/// Names and types, and values.
fn parameters(asked: &IntentRecord) -> Result<(Types, Vec<serde_json::Value>), serde_json::Error> {
    let parameters: Vec<NewParameter> = serde_json::from_str(&asked.parameters)?;
    let parts = parameters.into_iter();
    Ok(parts.map(|p| ((p.name, p.data_type), p.value)).unzip())
}

fn findings(analysis: &Analysis) -> impl Serialize {
    let codes: BTreeSet<_> = analysis.findings().map(|f| f.code.clone()).collect();
    (analysis.risk, analysis.route, codes)
}

fn requirements(decision: &Decision) -> impl Serialize + '_ {
    (&decision.requirements, decision.step_up)
}

/// The rule that masks each column of each answer.
fn masking_plan(analysis: &Analysis) -> Vec<impl Serialize + '_> {
    let columns = analysis.statements.iter().flat_map(|s| &s.columns);
    let plan = |column: &OutputColumn| {
        (
            column.name.clone(),
            column.sources.clone(),
            column.tags.clone(),
            column.masked,
            column.rule,
        )
    };
    columns.map(plan).collect()
}

fn sorted(groups: &[String]) -> BTreeSet<&String> {
    groups.iter().collect()
}

fn standing(person: &PersonRecord) -> impl Serialize {
    let mut roles = person.roles.clone();
    roles.sort();
    (roles, person.disabled_at.is_some())
}
