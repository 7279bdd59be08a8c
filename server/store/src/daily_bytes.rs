//! What an agent's jobs count towards its daily cap.
//!
//! A job counts as what the dry run said until its bill is known. The sum is kept, so that no
//! transaction has to add up the day.

use domain::{AgentId, ExecutionId, Timestamp};

use crate::{
    StoreError, Transaction,
    row::{RowExt as _, signed},
};

/// A day in microseconds; days begin at midnight in UTC.
const DAY: i64 = 86_400 * 1_000_000;

const fn day(time: Timestamp) -> i64 {
    time.micros().div_euclid(DAY)
}

impl Transaction {
    /// What an agent's jobs of this day, in UTC, count towards its cap, in bytes.
    pub async fn bytes_today(&mut self, agent: AgentId) -> Result<u64, StoreError> {
        let today = day(self.now());
        let row = sqlx::query("select bytes from daily_bytes where agent_id = $1 and day = $2")
            .bind(agent.to_string())
            .bind(today)
            .fetch_optional(self.connection())
            .await?;
        row.map_or(Ok(0), |row| row.count("bytes"))
    }

    /// Counts a job that is being prepared.
    pub(crate) async fn add_daily_bytes(
        &mut self,
        agent: AgentId,
        bytes: u64,
    ) -> Result<(), StoreError> {
        let today = day(self.now());
        sqlx::query(
            "insert into daily_bytes (agent_id, day, bytes) values ($1, $2, $3)
             on conflict (agent_id, day) do update set bytes = daily_bytes.bytes + excluded.bytes",
        )
        .bind(agent.to_string())
        .bind(today)
        .bind(signed(bytes))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Counts a job's bill in place of what it counted until now, on the day on which it was
    /// prepared; before the bill is written down.
    pub(crate) async fn correct_daily_bytes(
        &mut self,
        execution: ExecutionId,
        billed: u64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update daily_bytes set bytes = bytes + $2
                 - (select executions.bytes from executions where executions.id = $1)
             where day = (select prepared_at / $3 from executions where executions.id = $1)
               and agent_id = (select runs.agent_id from executions
                 join intents on intents.id = executions.intent_id
                 join runs on runs.id = intents.run_id where executions.id = $1)",
        )
        .bind(execution.to_string())
        .bind(signed(billed))
        .bind(DAY)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
