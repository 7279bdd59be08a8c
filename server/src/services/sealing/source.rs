//! Where the rows of an execution come from, and what of them may leave.

use std::{collections::BTreeSet, sync::Arc};

use analysis::Analysis;
use domain::{Column, ColumnName};
use masking::{Masker, PseudonymKey};
use store::ExecutionRecord;

use crate::{
    services::{
        ResultColumn, ServiceError, Services,
        executions::{Work, job_id},
        intent_views::analysis_of,
        output_columns,
        unmasking::is_released,
    },
    warehouse::{JobId, JobStatus, Page, PageToken, Warehouse, WarehouseError},
};

/// Rows of one sealed page, and of one page asked of BigQuery, which sends fewer where they
/// would take more than 20 MB.
const PAGE_ROWS: u32 = 10_000;

/// A finished job, and how its rows are masked.
pub(in crate::services) struct Source {
    warehouse: Arc<dyn Warehouse>,
    job: JobId,
    analysis: Analysis,
    not_scanned: BTreeSet<usize>,
    key: Option<PseudonymKey>,
    /// Rows that a condition lets out.
    pub(super) most: u64,
    /// Rows that the agent may have.
    pub(super) cap: u64,
}

impl Services {
    pub(in crate::services) async fn source(
        &self,
        Work { intent, run, .. }: Work<'_>,
        execution: &ExecutionRecord,
    ) -> Result<Source, ServiceError> {
        let analysis = analysis_of(intent)?;
        let approval = self.parts.store.approval_of(intent.id).await?;
        let condition = approval.and_then(|approval| approval.conditions.row_cap());
        Ok(Source {
            warehouse: self.warehouse_of(run.agent).await?,
            job: job_id(execution)?,
            not_scanned: not_scanned(&analysis, &intent.unmask),
            key: self.parts.masking.key(),
            most: condition.unwrap_or(u64::MAX),
            cap: self.existing_agent(run.agent).await?.caps.rows,
            analysis,
        })
    }
}

impl Source {
    /// Where the job stands.
    pub(in crate::services) async fn status(&self) -> Result<JobStatus, WarehouseError> {
        self.warehouse.status(&self.job).await
    }

    /// The first page, as soon as the job is done; none while it is not.
    pub(in crate::services) async fn first_page(&self) -> Result<Option<Page>, WarehouseError> {
        let most = self.page_rows(0);
        self.warehouse.first_rows(&self.job, most).await
    }

    /// The page behind so many rows.
    pub(super) async fn page(&self, token: &PageToken, rows: u64) -> Result<Page, WarehouseError> {
        let most = self.page_rows(rows);
        self.warehouse.rows(&self.job, token, most).await
    }

    /// How many rows the page behind so many may have.
    pub(super) fn page_rows(&self, rows: u64) -> u32 {
        let left = self.most.saturating_sub(rows);
        u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_ROWS)
    }

    pub(super) fn masker(&self, schema: &[Column]) -> Masker {
        Masker::new(schema, &self.not_scanned, self.key.clone())
    }

    pub(super) fn columns(&self, schema: &[Column]) -> Vec<ResultColumn> {
        output_columns(&self.analysis, schema)
    }
}

/// Columns that the last scan leaves as they are: those that the SQL masked already, and those
/// that hold nothing but what people let out unmasked. Which statement of a script answers is
/// not always known: then every column is scanned.
fn not_scanned(analysis: &Analysis, unmask: &BTreeSet<ColumnName>) -> BTreeSet<usize> {
    let columns = analysis.answer().unwrap_or_default().iter();
    let columns = columns.filter(|column| column.masked || is_released(column, unmask));
    columns.map(|column| column.position).collect()
}
