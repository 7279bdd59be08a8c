//! Which queries are similar, and which must never be approved as a kind.

use std::collections::BTreeSet;

use analysis::{Analysis, Shape};
use domain::{Column, Digest, RiskLevel, TableName, Tag};
use serde::Serialize;
use store::IntentRecord;

use crate::services::{DryRunFacts, IntentView, ServiceError, assessment};

/// A query as one of its kind.
#[derive(Debug, Clone)]
pub struct Similar {
    /// Equal for similar queries.
    pub digest: Digest,
    /// What it is, whichever rows it asks for.
    pub shape: Shape,
    /// What BigQuery says it would process, in bytes.
    pub bytes: u64,
}

/// Why a query can only be approved by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlike {
    /// Analysis or dry run did not follow all of it.
    NotUnderstood,
    /// Its risk is critical.
    Critical,
    /// It does more than read.
    Writes,
    /// Columns would be read unmasked.
    Unmasks,
    /// The value of a parameter decides what is shown.
    ShowsParameter,
}

impl Unlike {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotUnderstood => "similar_not_understood",
            Self::Critical => "similar_critical",
            Self::Writes => "similar_writes",
            Self::Unmasks => "similar_unmasks",
            Self::ShowsParameter => "similar_shows_parameter",
        }
    }

    /// The sentence for a person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotUnderstood => "Not all of this query was understood: it is approved once.",
            Self::Critical => "Critical risk is approved once, never for similar queries.",
            Self::Writes => "Only queries that read and change nothing can be approved as a kind.",
            Self::Unmasks => "Unmasking is approved once, never for similar queries.",
            Self::ShowsParameter => {
                "A parameter decides what this query shows, and another value would show \
                 something else: it is approved once."
            }
        }
    }
}

/// What similar queries have in common.
#[derive(Serialize)]
struct Common<'a> {
    shape: Digest,
    parameters: BTreeSet<(Option<String>, String)>,
    referenced_tables: BTreeSet<&'a TableName>,
    schema: &'a [Column],
    #[serde(skip_serializing_if = "Option::is_none")]
    default_dataset: Option<&'a str>,
}

/// The kind of a query as it was assessed, or why it has none.
pub(super) fn similar(view: &IntentView) -> Result<Result<Similar, Unlike>, ServiceError> {
    match (&view.analysis, &view.dry_run) {
        (Some(analysis), Some(dry_run)) => kind(&view.intent, analysis, dry_run),
        _ => Ok(Err(Unlike::NotUnderstood)),
    }
}

/// The kind of a query, or why it has none.
pub(super) fn kind(
    intent: &IntentRecord,
    analysis: &Analysis,
    dry_run: &DryRunFacts,
) -> Result<Result<Similar, Unlike>, ServiceError> {
    let Some(shape) = Shape::of(analysis) else {
        return Ok(Err(Unlike::NotUnderstood));
    };
    if !intent.unmask.is_empty() || unmasks(analysis) {
        return Ok(Err(Unlike::Unmasks));
    }
    if let Some(unlike) = never(analysis, &shape, dry_run) {
        return Ok(Err(unlike));
    }
    let parameters = assessment::parameters(&intent.parameters)?.into_iter();
    let common = Common {
        shape: shape.digest,
        parameters: parameters.map(|p| (p.name, p.data_type)).collect(),
        referenced_tables: dry_run.referenced_tables.iter().collect(),
        schema: &dry_run.schema,
        default_dataset: intent.default_dataset.as_deref(),
    };
    Ok(Ok(Similar {
        digest: assessment::sha256(&serde_json::to_vec(&common)?),
        shape,
        bytes: dry_run.bytes,
    }))
}

fn never(analysis: &Analysis, shape: &Shape, dry_run: &DryRunFacts) -> Option<Unlike> {
    let only_reads = shape.kinds.iter().all(|kind| kind == "select")
        && analysis.writes().is_empty()
        && !analysis.is_script()
        && dry_run.statement_type == "SELECT";
    if analysis.risk >= RiskLevel::Critical {
        Some(Unlike::Critical)
    } else if !only_reads {
        Some(Unlike::Writes)
    } else if shape.shows_parameter {
        Some(Unlike::ShowsParameter)
    } else {
        None
    }
}

/// Whether a tagged column would leave as it is.
fn unmasks(analysis: &Analysis) -> bool {
    let statements = analysis.statements.iter();
    let mut columns = statements.flat_map(|statement| &statement.columns);
    columns.any(|column| !column.masked && column.tags.iter().any(Tag::is_sensitive))
}
