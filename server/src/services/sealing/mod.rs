//! The rows of a finished job: masked and staged page by page as they come, then sealed.
//!
//! One page is held at a time. What a crash leaves staged can be read by nobody; the next
//! attempt stages pages of its own.

mod press;
mod source;

use domain::{Column, IntentId, IntentState};
use store::{Attempt, ExecutionRecord, IntentRecord, RowPage, RunRecord, SealedResult};

use super::{ServiceError, Services, Statistics};
use crate::{
    context::Context,
    warehouse::{JobStatistics, Page, PageToken},
};
use press::Press;
use source::Source;

/// An intent that runs, and the run that it belongs to.
type Asked<'a> = (&'a IntentRecord, &'a RunRecord);

/// What has been staged so far.
struct Staged {
    schema: Vec<Column>,
    press: Press,
    row_count: u64,
    pages: u32,
    /// Rows that the result has, by BigQuery's word.
    total_rows: u64,
}

impl Services {
    /// Reads, masks, stages and seals the rows of a finished job; stops when the intent is
    /// cancelled meanwhile.
    pub(super) async fn seal_rows(
        &self,
        context: &Context,
        asked: Asked<'_>,
        execution: &ExecutionRecord,
        statistics: JobStatistics,
    ) -> Result<(), ServiceError> {
        let source = self.source(asked, execution).await?;
        let attempt = self.parts.store.begin_attempt(execution.id).await?;
        let sealed = match self.stage(context, asked, &source, attempt).await {
            Ok(Some(staged)) => {
                let result = staged.into_result(&source, attempt, statistics)?;
                self.seal(context, asked, &result).await
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        // The pages of a sealed attempt stay.
        if let Err(error) = self.parts.store.give_up_attempt(attempt).await {
            let intent: IntentId = asked.0.id;
            tracing::warn!(%intent, %error, "staged pages are left for the housekeeper");
        }
        sealed
    }

    /// None when the intent was cancelled meanwhile.
    async fn stage(
        &self,
        context: &Context,
        (intent, run): Asked<'_>,
        source: &Source,
        attempt: Attempt,
    ) -> Result<Option<Staged>, ServiceError> {
        let mut page = source.page(None, 0).await?;
        let mut staged = Staged {
            schema: page.schema.clone(),
            press: Press::new(source.masker(&page.schema)),
            row_count: 0,
            pages: 0,
            total_rows: 0,
        };
        loop {
            let next;
            (staged, next) = self.stage_page(staged, page, source, attempt).await?;
            if !self.goes_on(context, intent, run).await? {
                return Ok(None);
            }
            match next.filter(|_| staged.row_count < source.most) {
                Some(next) => page = source.page(Some(&next), staged.row_count).await?,
                None if staged.row_count < staged.total_rows.min(source.most) => {
                    return Err(unreadable("rows of it are missing"));
                }
                None => return Ok(Some(staged)),
            }
        }
    }

    /// Answers where the next page begins, too.
    async fn stage_page(
        &self,
        mut staged: Staged,
        page: Page,
        source: &Source,
        attempt: Attempt,
    ) -> Result<(Staged, Option<PageToken>), ServiceError> {
        if page.schema != staged.schema {
            return Err(unreadable("its pages have different columns"));
        }
        self.check_rows(page.total_rows.min(source.most), source.cap)?;
        staged.total_rows = page.total_rows;
        let Some(raw) = page.rows else {
            return Ok((staged, page.next));
        };
        let most = source.page_rows(staged.row_count);
        let (press, pressed) = staged.press.press(raw).await?;
        staged.press = press;
        if pressed.row_count > u64::from(most) {
            return Err(unreadable("a page has more rows than were asked for"));
        }
        self.check_rows(staged.row_count + pressed.row_count, source.cap)?;
        if pressed.row_count > 0 {
            let kept = RowPage {
                number: staged.pages,
                first_row: staged.row_count,
                row_count: pressed.row_count,
                rows: pressed.rows,
            };
            self.parts.store.stage_rows(attempt, &kept).await?;
            staged.pages += 1;
            staged.row_count += pressed.row_count;
        }
        Ok((staged, page.next))
    }

    fn check_rows(&self, rows: u64, cap: u64) -> Result<(), ServiceError> {
        let limit = self.parts.limits.results_rows_maximum;
        if rows > cap.min(limit) {
            let (code, most) = if cap < limit {
                ("rows_cap", format!("the {cap} that this agent may have"))
            } else {
                ("result_too_large", format!("the {limit} that are kept"))
            };
            let detail =
                format!("the result has {rows} rows, more than {most}; add a LIMIT or aggregate");
            return Err(ServiceError::refused(code, detail));
        }
        Ok(())
    }

    /// Writes what leaves before it leaves: digest and move in one transaction, which makes the
    /// staged pages the result. A crash before the commit leaves a `running` intent, whose rows
    /// are then read again.
    async fn seal(
        &self,
        context: &Context,
        (intent, run): Asked<'_>,
        result: &SealedResult,
    ) -> Result<(), ServiceError> {
        let store = &self.parts.store;
        let mut tx = store.begin(&context.actor.name(), self.now()).await?;
        let moved = (intent.id, run.id);
        tx.move_intent(moved, IntentState::Running, IntentState::Succeeded, None)
            .await?;
        tx.seal_result(run.id, result).await?;
        Ok(tx.commit().await?)
    }
}

impl Staged {
    fn into_result(
        self,
        source: &Source,
        attempt: Attempt,
        statistics: JobStatistics,
    ) -> Result<SealedResult, ServiceError> {
        Ok(SealedResult {
            attempt,
            bytes_billed: statistics.bytes_billed,
            statistics: serde_json::to_string(&Statistics::from(statistics))?,
            columns: serde_json::to_string(&source.columns(&self.schema))?,
            detections: serde_json::to_string(&self.press.report())?,
            row_count: self.row_count,
            pages: u64::from(self.pages),
            result_digest: self.press.digest().to_string(),
            cut_to: (self.total_rows > source.most).then_some(source.most),
        })
    }
}

/// The rows cannot be read as what they should be; trying again would not help.
fn unreadable(why: impl std::fmt::Display) -> ServiceError {
    ServiceError::refused(
        "result_unreadable",
        format!("the result cannot be read: {why}"),
    )
}
