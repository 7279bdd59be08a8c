//! What a decision is bound to: the intent digest, as a list of named inputs.
//!
//! When a decision is made, a digest of every input is kept with the intent, and the digest of
//! them all with the approval. Before a job exists every input is computed anew; one that
//! differs makes the decision stale, and its name says what changed. Nothing but digests is
//! kept: no SQL, no literal, no salt.
//!
//! Each input is written as JSON with its fields in a fixed order, behind its name and its
//! length, so that no two lists of inputs are the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use analysis::{Analysis, OutputColumn};
use domain::{AgentId, Column, Conditions, Digest, TableName};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{AgentRecord, IntentRecord, PersonRecord, RunRecord};

use super::{DryRunFacts, ServiceError, Services, intents::NewParameter, labels::job_labels};
use crate::{policy::Decision, warehouse::TableDescription};

/// Counts changes of this list and of how its inputs are written.
const VERSION: u8 = 1;

macro_rules! inputs {
    ($($variant:ident = $name:literal, $words:literal;)*) => {
        /// One thing that a decision is bound to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Input {
            $(#[doc = $words] #[serde(rename = $name)] $variant,)*
        }

        impl Input {
            /// Every input, what people see first before what follows from it.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is called in "… changed".
            const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }
        }
    };
}

inputs! {
    Sql = "sql", "the SQL";
    Parameters = "parameters", "the values of the parameters";
    ParameterTypes = "parameter_types", "the names or types of the parameters";
    Purpose = "purpose", "the purpose";
    Unmasked = "unmasked", "the columns to be read unmasked";
    UnmaskReason = "unmask_reason", "the reason to read columns unmasked";
    Conditions = "conditions", "the conditions of the approval";
    Project = "project", "the project that runs the job";
    Location = "location", "the location of the job";
    DefaultDataset = "default_dataset", "the default dataset";
    BytesCap = "bytes_cap", "the cap on bytes";
    RowsCap = "rows_cap", "the cap on rows";
    Timeout = "timeout", "the time limit of the job";
    Labels = "labels", "the labels of the job";
    Objects = "objects", "a table or view";
    Definitions = "definitions", "the columns, tags or partitions of a table";
    Views = "views", "the SQL of a view";
    ReferencedTables = "referenced_tables", "the tables that BigQuery reads for it";
    StatementType = "statement_type", "what BigQuery takes the statement for";
    OutputSchema = "output_schema", "the columns of the answer";
    Findings = "findings", "what the analysis finds";
    PolicyVersion = "policy_version", "the policy";
    Route = "route", "whether the policy lets it run";
    Requirements = "requirements", "who has to approve, and how many";
    MaskedSql = "masked_sql", "the masked SQL";
    MaskingPlan = "masking_plan", "how the columns of the answer are masked";
    SaltKey = "salt_key", "the salt of the masks";
    Run = "run", "the run, its purpose or its ticket";
    RunScope = "run_scope", "the scope of the run";
    RunExpiry = "run_expiry", "the end of the run";
    Initiator = "initiator", "in whose name it runs";
    InitiatorGroups = "initiator_groups", "the groups of the person in whose name it runs";
    InitiatorStanding = "initiator_standing", "the roles of the person in whose name it runs";
    Agent = "agent", "the agent";
    AgentOwner = "agent_owner", "the owner of the agent";
    AgentServiceAccount = "agent_service_account", "the service account of the agent";
    AgentPurpose = "agent_purpose", "the purpose of the agent";
    AgentCaps = "agent_caps", "the caps of the agent";
    AgentExpiry = "agent_expiry", "the end of the agent";
}

/// Digests of all that a decision is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Binding {
    version: u8,
    inputs: BTreeMap<Input, Digest>,
    /// What [`Input::Objects`] is made of, to name the one that changed.
    objects: BTreeMap<TableName, ObjectDigest>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ObjectDigest {
    is_view: bool,
    digest: Digest,
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Which input.
    pub input: Input,
    /// What happened: `the policy changed`.
    pub words: String,
}

/// Everything from which the inputs are computed.
struct Bound<'a> {
    asked: &'a IntentRecord,
    run: &'a RunRecord,
    agent: &'a AgentRecord,
    initiator: &'a PersonRecord,
    place: Place<'a>,
    analysis: &'a Analysis,
    dry_run: Option<&'a DryRunFacts>,
    decision: &'a Decision,
    objects: &'a [TableDescription],
    conditions: &'a Conditions,
}

/// Where and within which limits of the configuration the job runs.
struct Place<'a> {
    project: &'a str,
    location: &'a str,
    default_dataset: &'a str,
    rows: u64,
    timeout_seconds: u32,
    /// Tells one salt from another without telling either.
    salt_key: Option<Digest>,
}

impl Services {
    /// Computes every input anew.
    pub(super) async fn bind(
        &self,
        (asked, run): (&IntentRecord, &RunRecord),
        (analysis, dry_run, decision): (&Analysis, Option<&DryRunFacts>, &Decision),
        objects: &[TableDescription],
        conditions: &Conditions,
    ) -> Result<Binding, ServiceError> {
        let agent = self.existing_agent(run.agent).await?;
        let initiator = self.existing_person(run.initiator).await?;
        let config = &self.parts.warehouse_config;
        let salt = self.parts.masking.salt.as_ref();
        let salt = salt.filter(|_| analysis.needs_salt);
        let bound = Bound {
            asked,
            run,
            agent: &agent,
            initiator: &initiator,
            place: Place {
                project: &config.project,
                location: &config.location,
                default_dataset: self.catalog.default_dataset(),
                rows: self.parts.limits.results_rows_maximum,
                timeout_seconds: config.job_timeout_seconds,
                salt_key: salt.map(|salt| named("salt", salt.expose_secret().as_bytes())),
            },
            analysis,
            dry_run,
            decision,
            objects,
            conditions,
        };
        Ok(Binding::of(&bound)?)
    }
}

impl Binding {
    fn of(bound: &Bound<'_>) -> Result<Self, serde_json::Error> {
        let mut inputs = BTreeMap::new();
        for input in Input::ALL {
            inputs.insert(*input, named(input.as_str(), &bound.value(*input)?));
        }
        let objects = bound.objects.iter().map(|object| {
            let digest = named("object", &json(&version(object))?);
            let is_view = object.view_sql.is_some();
            Ok((object.name.clone(), ObjectDigest { is_view, digest }))
        });
        Ok(Self {
            version: VERSION,
            inputs,
            objects: objects.collect::<Result<_, serde_json::Error>>()?,
        })
    }

    /// The intent digest: one over the digests of all inputs.
    pub(super) fn digest(&self) -> Digest {
        let mut all = vec![self.version];
        for (input, digest) in &self.inputs {
            all.extend(named(input.as_str(), digest.as_bytes()).as_bytes());
        }
        named("intent", &all)
    }

    /// What is not as it was, in the order of [`Input::ALL`].
    pub(super) fn changes(&self, now: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for &input in Input::ALL {
            if self.version == now.version && self.inputs.get(&input) == now.inputs.get(&input) {
                continue;
            }
            let objects = match input {
                Input::Objects => self.changed_objects(now),
                _ => Vec::new(),
            };
            if objects.is_empty() {
                let words = format!("{} changed", input.words());
                changes.push(Change { input, words });
            }
            let named = objects.into_iter().map(|words| Change { input, words });
            changes.extend(named);
        }
        changes
    }

    /// Each table or view that is not as it was, by its name. Of none, nothing is said: then
    /// they could not be looked at.
    fn changed_objects(&self, now: &Self) -> Vec<String> {
        if now.objects.is_empty() {
            return Vec::new();
        }
        let names: BTreeSet<_> = self.objects.keys().chain(now.objects.keys()).collect();
        let changed = names.into_iter().filter_map(|name| {
            let (before, after) = (self.objects.get(name), now.objects.get(name));
            let kind = match before.or(after)?.is_view {
                true => "view",
                false => "table",
            };
            match (before, after) {
                (Some(before), Some(after)) if before == after => None,
                (Some(_), Some(_)) => Some(format!("the {kind} {name} changed")),
                (Some(_), None) => Some(format!("the {kind} {name} is gone")),
                (None, _) => Some(format!("the {kind} {name} is touched too")),
            }
        });
        changed.collect()
    }
}

impl Bound<'_> {
    /// One input as it is written.
    fn value(&self, input: Input) -> Result<Vec<u8>, serde_json::Error> {
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
            Input::Labels => json(&job_labels(asked.id, run)),
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

/// SHA-256 over a name and some bytes, each behind its length.
fn named(name: &str, bytes: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    for part in [b"countersign/intent".as_slice(), name.as_bytes(), bytes] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    Digest::from_bytes(hasher.finalize().into())
}

fn json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(value)
}

/// BigQuery's own word on whether a table is the same, its data included.
fn version(object: &TableDescription) -> (Option<&String>, Option<i64>) {
    let modified_at = object.modified_at.map(|time| time.micros());
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
