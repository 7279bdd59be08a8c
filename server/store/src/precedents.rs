//! What people approved of an agent before.

use domain::{AgentId, ApprovalId, Timestamp};

use crate::{
    Store, StoreError,
    row::{RowExt as _, collect},
};

/// An intent that people approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrecedentRecord {
    /// Its approval.
    pub approval: ApprovalId,
    /// The SQL as asked.
    pub sql: String,
    /// The analysis, JSON.
    pub analysis: Option<String>,
    /// When it was approved.
    pub decided_at: Timestamp,
}

impl Store {
    /// What was approved of this agent before a time, newest first.
    pub async fn approved_before(
        &self,
        agent: AgentId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<PrecedentRecord>, StoreError> {
        let rows = sqlx::query(
            "select a.id, a.closed_at, i.sql, i.analysis
             from approvals a
             join intents i on i.id = a.intent_id
             join runs r on r.id = i.run_id
             where r.agent_id = $1 and a.closed_at < $2
                 and i.state in ('approved', 'prepared', 'running', 'succeeded', 'failed')
             order by a.closed_at desc, a.id desc limit $3",
        )
        .bind(agent.to_string())
        .bind(before.micros())
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, |row| {
            Ok(PrecedentRecord {
                approval: row.parsed("id")?,
                sql: row.text("sql")?,
                analysis: row.optional_text("analysis")?,
                decided_at: row.time("closed_at")?,
            })
        })
    }
}
