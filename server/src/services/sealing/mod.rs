//! The rows of a finished job: masked and staged page by page as they come, then sealed.
//!
//! One page is held at a time. What a crash leaves staged can be read by nobody; the next
//! attempt stages pages of its own.

mod press;
mod source;

use domain::{Column, IntentId, IntentState};
use store::{Attempt, RowPage, SealedResult};

use super::{ServiceError, Services, Statistics, executions::Work};
use crate::{
    failpoints::Failpoint,
    warehouse::{JobStatistics, JobStatus, Page, PageToken},
};
use press::Press;
pub(super) use source::Source;

/// What has been staged so far.
struct Staged {
    schema: Vec<Column>,
    press: Press,
    row_count: u64,
    pages: u32,
    /// The newest page: staged when another comes, or written when the result is sealed.
    last: Option<RowPage>,
    /// Rows that the result has, by BigQuery's word.
    total_rows: u64,
}

impl Services {
    /// Reads, masks, stages and seals the rows of a finished job; stops when the intent is
    /// cancelled meanwhile.
    pub(super) async fn seal_rows(
        &self,
        work: Work<'_>,
        source: &Source,
        first: Page,
    ) -> Result<(), ServiceError> {
        let sealed = self.read_and_seal(work, source, first).await;
        // The pages of a sealed attempt stay.
        if let Err(error) = self.parts.store.give_up_attempt(work.attempt).await {
            let intent: IntentId = work.intent.id;
            tracing::warn!(%intent, %error, "staged pages are left for the housekeeper");
        }
        sealed
    }

    async fn read_and_seal(
        &self,
        work: Work<'_>,
        source: &Source,
        first: Page,
    ) -> Result<(), ServiceError> {
        let status = async { Ok(source.status().await?) };
        let (staged, status) = tokio::try_join!(self.stage(work, source, first), status)?;
        let Some(staged) = staged else {
            return Ok(());
        };
        let statistics = match status {
            JobStatus::Done {
                error: None,
                statistics,
            } => statistics,
            // A job that gave rows and is not known to be done: BigQuery tells the rest another time.
            _ => JobStatistics::default(),
        };
        self.seal(work, source, staged, statistics).await
    }

    /// None when the intent was cancelled meanwhile.
    async fn stage(
        &self,
        work: Work<'_>,
        source: &Source,
        first: Page,
    ) -> Result<Option<Staged>, ServiceError> {
        let mut page = first;
        let mut staged = Staged {
            schema: page.schema.clone(),
            press: Press::new(source.masker(&page.schema)),
            row_count: 0,
            pages: 0,
            last: None,
            total_rows: 0,
        };
        loop {
            let next;
            (staged, next) = self.stage_page(staged, page, source, work.attempt).await?;
            if !self.goes_on(work).await? {
                return Ok(None);
            }
            match next.filter(|_| staged.row_count < source.most) {
                Some(next) => page = source.page(&next, staged.row_count).await?,
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
            staged.pages += 1;
            staged.row_count += pressed.row_count;
            if let Some(before) = staged.last.replace(kept) {
                self.parts.store.stage_rows(attempt, &before).await?;
            }
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

    /// Writes what leaves before it leaves: the last page, digest and move in one transaction,
    /// which makes the staged pages the result. A crash before the commit leaves a `running`
    /// intent, whose rows are then read again.
    async fn seal(
        &self,
        work: Work<'_>,
        source: &Source,
        staged: Staged,
        statistics: JobStatistics,
    ) -> Result<(), ServiceError> {
        let (store, moved) = (&self.parts.store, (work.intent.id, work.run.id));
        let (last, result) = staged.into_result(source, work.attempt, statistics)?;
        let mut tx = store.begin(&work.context.actor.name(), self.now()).await?;
        tx.move_intent(moved, IntentState::Running, IntentState::Succeeded, None)
            .await?;
        tx.seal_result(work.run.id, &result, last.as_ref()).await?;
        Failpoint::Sealing.reached();
        tx.commit().await?;
        Failpoint::Sealed.reached();
        Ok(())
    }
}

impl Staged {
    fn into_result(
        self,
        source: &Source,
        attempt: Attempt,
        statistics: JobStatistics,
    ) -> Result<(Option<RowPage>, SealedResult), ServiceError> {
        let result = SealedResult {
            attempt,
            bytes_billed: statistics.bytes_billed,
            statistics: serde_json::to_string(&Statistics::from(statistics))?,
            columns: serde_json::to_string(&source.columns(&self.schema))?,
            detections: serde_json::to_string(&self.press.report())?,
            row_count: self.row_count,
            pages: u64::from(self.pages),
            result_digest: self.press.digest().to_string(),
            cut_to: (self.total_rows > source.most).then_some(source.most),
        };
        Ok((self.last, result))
    }
}

/// The rows cannot be read as what they should be; trying again would not help.
fn unreadable(why: impl std::fmt::Display) -> ServiceError {
    ServiceError::refused(
        "result_unreadable",
        format!("the result cannot be read: {why}"),
    )
}
