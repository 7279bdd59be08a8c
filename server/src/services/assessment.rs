//! Judging an intent: analysis, BigQuery's own word, and the policy.

use std::collections::BTreeSet;

use analysis::{Analysis, Catalog, SALT_PARAMETER, analyse};
use domain::{Column, Conditions, Digest, Finding, Route, TableName};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{IntentRecord, RunRecord};

use super::{
    Problem, ServiceError, Services,
    agreement::{disagreement, stands_for},
    binding::Binding,
    tables::add_tags,
};
use crate::{
    policy::{Decision, Facts},
    warehouse::{DryRun, Parameter, Query, TableDescription, WarehouseError},
};

/// How often an intent is judged anew because its tables differ from the catalog.
const MOST_LOOKS: usize = 3;

/// What BigQuery's dry run said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunFacts {
    /// `SELECT`, `INSERT` …
    pub statement_type: String,
    /// The tables that it reads, as BigQuery resolved them.
    pub referenced_tables: Vec<TableName>,
    /// The columns of the answer.
    pub schema: Vec<Column>,
    /// Bytes that it would process.
    pub bytes: u64,
}

impl From<DryRun> for DryRunFacts {
    fn from(dry_run: DryRun) -> Self {
        Self {
            statement_type: dry_run.statement_type,
            referenced_tables: dry_run.referenced_tables,
            schema: dry_run.schema,
            bytes: dry_run.bytes,
        }
    }
}

/// Everything that was found out about an intent, and what the policy said.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// What the text says.
    pub analysis: Analysis,
    /// What BigQuery says; none when it was not asked, because the text alone forbids it.
    pub dry_run: Option<DryRunFacts>,
    /// What the policy says.
    pub decision: Decision,
    /// Why it is blocked, when it is.
    pub problem: Option<Problem>,
    /// The tables and views that it touches, as they are now.
    pub objects: Vec<TableDescription>,
    /// Digests of all that a decision is bound to.
    pub(super) binding: Binding,
}

impl Services {
    /// Judges an intent as of now, by its tables as they are now. Changes nothing.
    pub(super) async fn assess(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        conditions: &Conditions,
    ) -> Result<Assessment, ServiceError> {
        for _ in 0..MOST_LOOKS {
            let assessment = self.assess_by_catalog(intent, run, conditions).await?;
            // A tag that is newer than the catalog: what was masked by the old one is not enough.
            if !self.catalog.learn(&assessment.objects)? {
                return Ok(assessment);
            }
        }
        Err(ServiceError::Warehouse(WarehouseError::Unavailable {
            why: "its tables change too often to be looked at",
        }))
    }

    async fn assess_by_catalog(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        conditions: &Conditions,
    ) -> Result<Assessment, ServiceError> {
        let catalog = self.catalog.current()?;
        let mut analysis = analyse(&intent.sql, &catalog);
        let outside = self.outside(&analysis, run).await?;
        let crossed = outside.problem();
        let mut problem = not_understood(&analysis);
        let mut dry_run = None;
        // Of what lies outside the scope, BigQuery is not even asked.
        if analysis.understood && analysis.route != Route::Block && crossed.is_none() {
            (dry_run, problem) = self.compare(intent, run, &mut analysis).await?;
        }
        let judged = (&analysis, dry_run.as_ref());
        let facts = self
            .facts(judged, intent, run, &catalog, &outside.tables)
            .await?;
        let mut decision = self.parts.policy.decide(&facts);
        decision.route = decision.route.stricter(analysis.route);
        if analysis.route == Route::Block && problem.is_none() {
            problem = Some(policy_problem(&analysis, &decision));
        }
        // The scope is the run's contract, and caps are the agent's: no policy file widens them.
        if let Some(crossed) = crossed.or_else(|| too_dear(intent, dry_run.as_ref())) {
            decision.route = Route::Block;
            problem = problem.or(Some(crossed));
        }
        if decision.route == Route::Block && problem.is_none() {
            problem = Some(policy_problem(&analysis, &decision));
        }
        let objects = match &dry_run {
            Some(facts) => self.objects_now(&analysis, facts).await?,
            None => Vec::new(),
        };
        let judged = (&analysis, dry_run.as_ref(), &decision);
        let binding = self
            .bind((intent, run), judged, &objects, conditions)
            .await?;
        Ok(Assessment {
            analysis,
            dry_run,
            decision,
            problem,
            objects,
            binding,
        })
    }

    /// BigQuery's own word on an understood query; where it differs, the query counts as not
    /// understood.
    async fn compare(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        analysis: &mut Analysis,
    ) -> Result<(Option<DryRunFacts>, Option<Problem>), ServiceError> {
        match self.dry_run(intent, run, analysis).await {
            Ok(facts) => {
                let problem = disagreement(analysis, &facts).map(|why| {
                    analysis.understood = false;
                    analysis.route = Route::Block;
                    analysis.not_understood_because = Some(why.clone());
                    Problem::new("analysis_disagrees", why)
                });
                Ok((Some(facts), problem))
            }
            Err(ServiceError::Warehouse(WarehouseError::Rejected { reason, message })) => {
                analysis.route = Route::Block;
                let detail = format!("BigQuery refuses it ({reason}): {message}");
                Ok((None, Some(Problem::new("warehouse_rejects", detail))))
            }
            Err(ServiceError::Warehouse(WarehouseError::NotFound { message })) => {
                analysis.route = Route::Block;
                Ok((None, Some(Problem::new("unknown_table", message))))
            }
            Err(other) => Err(other),
        }
    }

    async fn dry_run(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        analysis: &Analysis,
    ) -> Result<DryRunFacts, ServiceError> {
        let query = self.query(intent, analysis)?;
        let warehouse = self.warehouse_of(run.agent).await?;
        Ok(warehouse.dry_run(&query).await?.into())
    }

    /// What is sent to BigQuery: the masked SQL and nothing else.
    pub(super) fn query(
        &self,
        intent: &IntentRecord,
        analysis: &Analysis,
    ) -> Result<Query, ServiceError> {
        let sql = analysis.masked_sql.clone().ok_or_else(|| {
            ServiceError::refused("nothing_to_run", "the analysis gave nothing that may run")
        })?;
        let mut parameters = parameters(&intent.parameters)?;
        if analysis.needs_salt {
            parameters.push(self.salt()?);
        }
        Ok(Query {
            sql,
            parameters,
            default_dataset: Some(self.catalog.default_dataset().to_owned()),
            maximum_bytes_billed: intent.maximum_bytes_billed,
        })
    }

    /// The secret behind the masked SQL's hashes. It is added on the way out and kept nowhere.
    fn salt(&self) -> Result<Parameter, ServiceError> {
        let salt = self.parts.masking.salt.as_ref().ok_or_else(|| {
            ServiceError::refused(
                "no_salt",
                "the masked SQL needs a salt, and none is configured",
            )
        })?;
        Ok(Parameter {
            name: Some(SALT_PARAMETER.to_owned()),
            data_type: "STRING".to_owned(),
            value: salt.expose_secret().into(),
        })
    }

    async fn facts(
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

/// SHA-256 of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

/// Reads the parameters as an intent keeps them.
pub(super) fn parameters(json: &str) -> Result<Vec<Parameter>, serde_json::Error> {
    let kept: Vec<super::intents::NewParameter> = serde_json::from_str(json)?;
    Ok(kept.into_iter().map(Into::into).collect())
}

/// Codes of findings that say what the agent should change, in the order in which they
/// explain best.
const EXPLAINING: [&str; 3] = ["unknown_table", "unknown_column", "syntax_error"];

fn not_understood(analysis: &Analysis) -> Option<Problem> {
    if analysis.understood {
        return None;
    }
    let explaining = EXPLAINING
        .iter()
        .find_map(|code| analysis.findings().find(|finding| finding.code == *code));
    if let Some(finding) = explaining {
        return Some(found(finding));
    }
    let why = analysis.not_understood_because.as_deref();
    let why = why.unwrap_or("the SQL was not understood");
    let refusing = analysis.findings().find(|finding| finding.message == why);
    let hint = refusing.map_or("", |finding| finding.hint.as_str());
    let detail = format!("{why} {hint}");
    Some(Problem::new("sql_not_understood", detail.trim_end()))
}

/// What was found, and what to change.
fn found(finding: &Finding) -> Problem {
    let detail = format!("{} {}", finding.message, finding.hint);
    Problem::new(&finding.code, detail.trim_end())
}

fn policy_problem(analysis: &Analysis, decision: &Decision) -> Problem {
    let gravest = analysis.findings().max_by_key(|finding| finding.severity);
    if analysis.route == Route::Block
        && let Some(finding) = gravest
    {
        return found(finding);
    }
    let says: Vec<_> = decision.reasons.iter().map(|r| r.says.as_str()).collect();
    Problem::new("blocked_by_policy", says.join(" "))
}

/// Why the query costs more than its own cap allows, which is never above its agent's.
fn too_dear(intent: &IntentRecord, dry_run: Option<&DryRunFacts>) -> Option<Problem> {
    let (bytes, cap) = (dry_run?.bytes, intent.maximum_bytes_billed);
    (bytes > cap).then(|| {
        let detail = format!(
            "the query would process {bytes} bytes, more than its cap of {cap}; read fewer \
             columns or partitions"
        );
        Problem::new("query_bytes_cap", detail)
    })
}
