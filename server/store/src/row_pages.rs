//! Pages of masked rows: staged as they come, sealed together, forgotten in time.
//!
//! Staging writes no ledger entry: nothing of it can be read before the entry that seals it.

use domain::{EventName, ExecutionId, RunId, Timestamp};
use sqlx::Row as _;

use crate::{
    Attempt, PackedRows, Store, StoreError, Transaction,
    database::Database,
    packed_rows::Coding,
    row::{Row, RowExt as _, collect, signed},
};

/// One page of rows.
#[derive(Clone)]
pub struct RowPage {
    /// From 0.
    pub number: u32,
    /// The number of its first row in the result, from 0.
    pub first_row: u64,
    /// How many rows it has.
    pub row_count: u64,
    /// The rows.
    pub rows: PackedRows,
}

/// A sealed result whose rows are still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgettable {
    /// Its execution.
    pub execution: ExecutionId,
    /// The run that asked for it.
    pub run: RunId,
}

type Query<'a> = sqlx::query::Query<'a, Database, <Database as sqlx::Database>::Arguments>;

fn read(row: &Row) -> Result<RowPage, StoreError> {
    let number = row.count("page")?;
    Ok(RowPage {
        number: u32::try_from(number).map_err(|_| StoreError::Inconsistent { column: "page" })?,
        first_row: row.count("first_row")?,
        row_count: row.count("row_count")?,
        rows: PackedRows {
            coding: row.named("coding", Coding::from_name)?,
            bytes: row.try_get("rows")?,
        },
    })
}

fn insert(attempt: Attempt, page: &RowPage) -> Query<'_> {
    sqlx::query(
        "insert into row_pages
             (execution_id, attempt, page, first_row, row_count, coding, rows)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(attempt.execution.to_string())
    .bind(signed(attempt.number))
    .bind(i64::from(page.number))
    .bind(signed(page.first_row))
    .bind(signed(page.row_count))
    .bind(page.rows.coding.as_str())
    .bind(page.rows.bytes.as_slice())
}

impl Store {
    /// Keeps one page until its attempt is sealed or given up.
    pub async fn stage_rows(&self, attempt: Attempt, page: &RowPage) -> Result<(), StoreError> {
        insert(attempt, page).execute(&self.writer).await?;
        Ok(())
    }

    /// Deletes what an attempt staged that will not be sealed.
    pub async fn give_up_attempt(&self, attempt: Attempt) -> Result<(), StoreError> {
        sqlx::query(
            "delete from row_pages where execution_id = $1 and attempt = $2
             and not exists (select 1 from executions
                 where id = $1 and sealed_attempt = row_pages.attempt)",
        )
        .bind(attempt.execution.to_string())
        .bind(signed(attempt.number))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Deletes pages that a crash left behind of intents that are over.
    pub async fn delete_abandoned_pages(&self) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "delete from row_pages where not exists (
                 select 1 from executions join intents on intents.id = executions.intent_id
                 where executions.id = row_pages.execution_id
                 and (intents.state = 'running' or executions.sealed_attempt = row_pages.attempt))",
        )
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }

    /// One page of a sealed result.
    pub async fn row_page(
        &self,
        sealed: Attempt,
        number: u32,
    ) -> Result<Option<RowPage>, StoreError> {
        let row = sqlx::query(
            "select * from row_pages where execution_id = $1 and attempt = $2 and page = $3",
        )
        .bind(sealed.execution.to_string())
        .bind(signed(sealed.number))
        .bind(i64::from(number))
        .fetch_optional(&self.reader)
        .await?;
        row.as_ref().map(read).transpose()
    }

    /// The page of a sealed result that has the row with this number, from 0.
    pub async fn row_page_with(
        &self,
        sealed: Attempt,
        row: u64,
    ) -> Result<Option<RowPage>, StoreError> {
        let row = sqlx::query(
            "select * from row_pages where execution_id = $1 and attempt = $2
             and first_row <= $3 and first_row + row_count > $3",
        )
        .bind(sealed.execution.to_string())
        .bind(signed(sealed.number))
        .bind(signed(row))
        .fetch_optional(&self.reader)
        .await?;
        row.as_ref().map(read).transpose()
    }

    /// Results that were sealed before a point in time and still have their rows.
    pub async fn results_before(
        &self,
        time: Timestamp,
        limit: u32,
    ) -> Result<Vec<Forgettable>, StoreError> {
        let rows = sqlx::query(
            "select executions.id, intents.run_id from executions
             join intents on intents.id = executions.intent_id
             where executions.forgotten_at is null and executions.finished_at < $1
             order by executions.finished_at limit $2",
        )
        .bind(time.micros())
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, |row| {
            Ok(Forgettable {
                execution: row.parsed("id")?,
                run: row.parsed("run_id")?,
            })
        })
    }
}

impl Transaction {
    /// Deletes the rows of a sealed result; its digest and counts stay.
    pub async fn forget_rows(&mut self, result: Forgettable) -> Result<(), StoreError> {
        let now = self.now();
        let execution = result.execution.to_string();
        sqlx::query("delete from row_pages where execution_id = $1")
            .bind(&execution)
            .execute(self.connection())
            .await?;
        sqlx::query("update executions set forgotten_at = $2 where id = $1")
            .bind(&execution)
            .bind(now.micros())
            .execute(self.connection())
            .await?;
        let payload = serde_json::json!({});
        self.record(
            EventName::ResultForgotten,
            &execution,
            Some(result.run),
            &payload,
        )
        .await?;
        Ok(())
    }

    /// Keeps the last page of an attempt that is being sealed.
    pub(crate) async fn keep_rows(
        &mut self,
        attempt: Attempt,
        page: &RowPage,
    ) -> Result<(), StoreError> {
        insert(attempt, page).execute(self.connection()).await?;
        Ok(())
    }

    /// From here on the pages of this attempt are the result, and no others are kept.
    pub(crate) async fn keep_only(&mut self, sealed: Attempt) -> Result<(), StoreError> {
        sqlx::query("delete from row_pages where execution_id = $1 and attempt <> $2")
            .bind(sealed.execution.to_string())
            .bind(signed(sealed.number))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
