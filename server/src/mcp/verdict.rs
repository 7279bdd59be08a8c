//! What would become of a query, as `check_query` tells it.

use domain::{Finding, RiskLevel, Route};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    http::blocked::needed,
    services::{QueryPreview, bytes_for_agents},
};

/// What would become of a query.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Verdict {
    /// What `query` would do with it now.
    outcome: Outcome,
    /// Why it would be refused, and what to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Reason>,
    /// What the policy says about it.
    reasons: Vec<String>,
    /// How risky it is: `low`, `moderate`, `high` or `critical`.
    risk: String,
    /// What was found in the SQL.
    findings: Vec<Found>,
    /// The tables that it reads.
    reads: Vec<String>,
    /// The tables that it changes.
    writes: Vec<String>,
    /// The columns of the answer.
    columns: Vec<Output>,
    /// About how many bytes it would process, rounded up.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

/// What `query` would do.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// It would run at once.
    Run,
    /// People would be asked.
    NeedsApproval,
    /// It would be refused.
    Refused,
}

/// Why a query would be refused.
#[derive(Debug, Serialize, JsonSchema)]
struct Reason {
    /// The stable code.
    code: String,
    /// What to change.
    detail: String,
    /// All that the run's scope would have to cover, where it does not.
    needed: Vec<String>,
}

/// Something found in the SQL, or behind it: in the rows.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Found {
    /// The stable code.
    code: String,
    /// `low`, `moderate`, `high` or `critical`.
    severity: String,
    /// What it is.
    message: String,
    /// What to change.
    hint: String,
    /// Where it begins in the SQL, in bytes.
    start: usize,
    /// Where it ends in the SQL, in bytes.
    end: usize,
}

/// A column of the answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Output {
    /// As the query names it.
    name: String,
    /// Whether its values come back masked.
    masked: bool,
    /// The tags of what flows into it.
    tags: Vec<String>,
}

impl From<&QueryPreview> for Verdict {
    fn from(preview: &QueryPreview) -> Self {
        let (analysis, decision) = (preview.analysis(), preview.decision());
        let refusal = preview.problem().map(|problem| Reason {
            code: problem.code.clone(),
            detail: problem.detail.clone(),
            needed: match problem.code.as_str() {
                "out_of_scope" => needed(analysis),
                _ => Vec::new(),
            },
        });
        let texts = |names: std::collections::BTreeSet<&domain::TableName>| {
            names.into_iter().map(ToString::to_string).collect()
        };
        let columns = analysis.statements.iter().flat_map(|s| &s.columns);
        Self {
            outcome: match decision.route {
                Route::Run => Outcome::Run,
                Route::Approve => Outcome::NeedsApproval,
                Route::Block => Outcome::Refused,
            },
            refusal,
            reasons: decision.reasons.iter().map(|r| r.says.clone()).collect(),
            risk: analysis.risk.as_str().to_owned(),
            findings: analysis.findings().map(Found::from).collect(),
            reads: texts(analysis.reads()),
            writes: texts(analysis.writes()),
            columns: columns.map(Output::from).collect(),
            bytes: preview.dry_run().map(|facts| bytes_for_agents(facts.bytes)),
        }
    }
}

impl From<&Finding> for Found {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.clone(),
            severity: RiskLevel::from(finding.severity).as_str().to_owned(),
            message: finding.message.clone(),
            hint: finding.hint.clone(),
            start: finding.start,
            end: finding.end,
        }
    }
}

impl From<&analysis::OutputColumn> for Output {
    fn from(column: &analysis::OutputColumn) -> Self {
        Self {
            name: column.name.clone(),
            masked: column.masked,
            tags: column.tags.iter().map(ToString::to_string).collect(),
        }
    }
}
