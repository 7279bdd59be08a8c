//! The last query of the same kind that people approved: what changed since is what an
//! approver has to read.

use std::collections::BTreeSet;

use analysis::Analysis;
use domain::{ApprovalId, TableName, Timestamp};

use super::{ApprovalView, ServiceError, Services};

/// An earlier, approved query of the same agent that does the same to the same tables.
#[derive(Debug, Clone)]
pub struct Precedent {
    /// Its approval.
    pub approval: ApprovalId,
    /// The SQL as asked.
    pub sql: String,
    /// When it was approved.
    pub decided_at: Timestamp,
}

/// How far back a precedent is looked for.
const LOOKED_AT: u32 = 50;

impl Services {
    /// The last approved query like this one; none when it is the first of its kind.
    pub async fn precedent(&self, view: &ApprovalView) -> Result<Option<Precedent>, ServiceError> {
        let Some(analysis) = &view.intent.analysis else {
            return Ok(None);
        };
        let (agent, before) = (view.agent.id, view.approval.created_at);
        let approved = self.parts.store.approved_before(agent, before, LOOKED_AT);
        let kind = Kind::of(analysis);
        for earlier in approved.await? {
            let of_that_time: Option<Analysis> = earlier
                .analysis
                .as_deref()
                .map(serde_json::from_str)
                .transpose()?;
            if of_that_time.is_some_and(|analysis| Kind::of(&analysis) == kind) {
                return Ok(Some(Precedent {
                    approval: earlier.approval,
                    sql: earlier.sql,
                    decided_at: earlier.decided_at,
                }));
            }
        }
        Ok(None)
    }
}

/// What makes two queries alike: their statements, and the tables that they touch.
#[derive(PartialEq, Eq)]
struct Kind {
    statements: Vec<String>,
    reads: BTreeSet<TableName>,
    writes: BTreeSet<TableName>,
}

impl Kind {
    fn of(analysis: &Analysis) -> Self {
        let statements = analysis.statements.iter();
        Self {
            statements: statements.map(|statement| statement.kind.clone()).collect(),
            reads: analysis.reads().into_iter().cloned().collect(),
            writes: analysis.writes().into_iter().cloned().collect(),
        }
    }
}
