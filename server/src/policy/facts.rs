//! What policies are told about an intent.

use std::collections::BTreeSet;

use cedar_policy::{Context, EntityUid, Schema};
use domain::{AgentId, IntentId, RiskLevel, Route, RunId, TableName, Tag};
use serde::Serialize;

/// What policies are told about one intent: its run, its analysis and its dry run.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What is to be run.
    pub intent: IntentId,
    /// Who wants to run it.
    pub agent: AgentId,
    /// The agent's name.
    pub agent_name: String,
    /// The run it belongs to.
    pub run: RunId,
    /// The address of the person in whose name it would run.
    pub initiator: String,
    /// What for.
    pub purpose: Option<String>,
    /// Whether analysis and dry run understood all of it, and agree.
    pub understood: bool,
    /// The most that the analysis allows.
    pub route: Route,
    /// The gravest finding's weight.
    pub risk: RiskLevel,
    /// Kinds of statements: `select`, `insert` …
    pub kinds: BTreeSet<String>,
    /// Tables read.
    pub reads: BTreeSet<TableName>,
    /// Tables changed.
    pub writes: BTreeSet<TableName>,
    /// Tags of every column of the tables touched, used or not.
    pub tags: BTreeSet<Tag>,
    /// Whether a table touched has a column without a tag.
    pub has_unclassified_columns: bool,
    /// Codes of the findings.
    pub findings: BTreeSet<String>,
    /// Bytes it would process, by the dry run.
    pub bytes: u64,
    /// Bytes it may process, by its own cap.
    pub max_bytes: u64,
    /// Tables touched that the run's scope does not cover.
    pub out_of_scope: BTreeSet<TableName>,
}

/// The facts as the schema's `Facts` describes them.
#[derive(Serialize)]
struct CedarFacts<'a> {
    run: RunId,
    initiator: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<&'a str>,
    understood: bool,
    route: Route,
    risk: RiskLevel,
    kinds: &'a BTreeSet<String>,
    findings: &'a BTreeSet<String>,
    reads: &'a BTreeSet<TableName>,
    writes: &'a BTreeSet<TableName>,
    datasets: BTreeSet<&'a str>,
    out_of_scope: &'a BTreeSet<TableName>,
    tags: BTreeSet<&'a Tag>,
    has_unclassified_columns: bool,
    bytes: i64,
    max_bytes: i64,
}

/// The facts did not fit the schema.
pub(super) struct Unfit;

impl Facts {
    /// The facts as Cedar's context, checked against the schema.
    pub(super) fn context(&self, schema: &Schema, action: &EntityUid) -> Result<Context, Unfit> {
        let facts = CedarFacts {
            run: self.run,
            initiator: &self.initiator,
            purpose: self.purpose.as_deref(),
            understood: self.understood,
            route: self.route,
            risk: self.risk,
            kinds: &self.kinds,
            findings: &self.findings,
            reads: &self.reads,
            writes: &self.writes,
            datasets: self.datasets(),
            out_of_scope: &self.out_of_scope,
            tags: self.tags.iter().filter(|tag| tag.is_sensitive()).collect(),
            has_unclassified_columns: self.has_unclassified_columns,
            bytes: long(self.bytes),
            max_bytes: long(self.max_bytes),
        };
        let json = serde_json::to_value(facts).map_err(|_| Unfit)?;
        Context::from_json_value(json, Some((schema, action))).map_err(|_| Unfit)
    }

    /// The datasets of all tables touched, as `project.dataset`.
    fn datasets(&self) -> BTreeSet<&str> {
        self.reads
            .iter()
            .chain(&self.writes)
            .filter_map(|table| table.as_str().rsplit_once('.'))
            .map(|(dataset, _)| dataset)
            .collect()
    }
}

/// Cedar's integers are signed; more bytes than that are "as many as there are".
fn long(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
