//! Since when agents have used which tables.

use domain::{AgentId, TableName, Timestamp};

use crate::{Store, StoreError, Transaction, row::RowExt as _};

impl Transaction {
    /// Notes that an agent runs something on these tables. The job's own entries record it.
    pub async fn note_table_uses(
        &mut self,
        agent: AgentId,
        tables: impl Iterator<Item = &TableName>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        for table in tables {
            sqlx::query(
                "insert into table_uses (agent_id, table_name, first_used_at) values ($1, $2, $3)
                 on conflict (agent_id, table_name) do nothing",
            )
            .bind(agent.to_string())
            .bind(table.as_str())
            .bind(now.micros())
            .execute(self.connection())
            .await?;
        }
        Ok(())
    }
}

impl Store {
    /// The tables that an agent ran something on before a time.
    pub async fn tables_used_before(
        &self,
        agent: AgentId,
        before: Timestamp,
    ) -> Result<Vec<TableName>, StoreError> {
        let rows = sqlx::query(
            "select table_name from table_uses where agent_id = $1 and first_used_at < $2",
        )
        .bind(agent.to_string())
        .bind(before.micros())
        .fetch_all(&self.reader)
        .await?;
        let names = rows.iter().map(|row| row.text("table_name"));
        names.map(|name| Ok(TableName::new(name?))).collect()
    }
}
