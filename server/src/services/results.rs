//! Sealed results: released page by page, each release on record first.

use domain::{Digest, EventName, IntentId, IntentState};
use store::ExecutionRecord;

use super::{ResultColumn, ServiceError, Services, executions::PAGE_ROWS, intents::acting_run};
use crate::context::Context;

/// A sealed result, ready to be read.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The execution that gave it.
    pub execution: ExecutionRecord,
    /// Its columns.
    pub columns: Vec<ResultColumn>,
    /// How many rows it has.
    pub row_count: u64,
}

/// One page of a sealed result.
#[derive(Debug, Clone)]
pub struct ResultPage {
    /// Masked rows, each with a value for every column.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// The next page's number, if there is one.
    pub next: Option<u32>,
}

impl Services {
    /// Opens a sealed result for release, and records that it is released, before any row
    /// leaves.
    pub async fn release(&self, context: &Context, id: IntentId) -> Result<Sealed, ServiceError> {
        acting_run(context)?;
        let sealed = self.sealed(context, id).await?;
        let run = self.existing_intent(id).await?.run;
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        // A run that has ended since its token was looked at is handed nothing any more.
        tx.require_open_run(run).await?;
        let digest = sealed.execution.result_digest.clone().unwrap_or_default();
        let payload = serde_json::json!({ "result_digest": digest, "rows": sealed.row_count });
        let subject = sealed.execution.id.to_string();
        tx.record(EventName::ResultReleased, &subject, Some(run), &payload)
            .await?;
        tx.commit().await?;
        Ok(sealed)
    }

    /// A sealed result as a replay shows it: what was delivered, delivered to nobody else.
    pub async fn sealed(&self, context: &Context, id: IntentId) -> Result<Sealed, ServiceError> {
        let view = self.intent(context, id).await?;
        let state = view.intent.state;
        if state != IntentState::Succeeded {
            return Err(ServiceError::conflict(
                "result_not_ready",
                format!("the intent is `{state}`; its result can be read once it has succeeded"),
            ));
        }
        let execution = view
            .execution
            .ok_or(ServiceError::NotFound { what: "result" })?;
        let columns = serde_json::from_str(execution.columns.as_deref().unwrap_or("[]"))?;
        Ok(Sealed {
            columns,
            row_count: execution.row_count.unwrap_or_default(),
            execution,
        })
    }

    /// One page of a released result.
    pub async fn result_page(
        &self,
        sealed: &Sealed,
        page: u32,
    ) -> Result<ResultPage, ServiceError> {
        let store = &self.parts.store;
        let Some(rows) = store.result_page(sealed.execution.id, page).await? else {
            return match page {
                0 => Ok(ResultPage {
                    rows: Vec::new(),
                    next: None,
                }),
                _ => Err(ServiceError::NotFound { what: "page" }),
            };
        };
        let following = page.saturating_add(1);
        let has_next = store
            .result_page(sealed.execution.id, following)
            .await?
            .is_some();
        Ok(ResultPage {
            rows: serde_json::from_str(&rows)?,
            next: has_next.then_some(following),
        })
    }
}

impl Services {
    /// Rows of a released result from the one with number `start`, at most `count` of them.
    pub async fn result_rows(
        &self,
        sealed: &Sealed,
        start: u64,
        count: u64,
    ) -> Result<Vec<Vec<serde_json::Value>>, ServiceError> {
        let page_rows = u64::from(PAGE_ROWS);
        let mut rows = Vec::new();
        let mut at = start;
        let end = start.saturating_add(count).min(sealed.row_count);
        while at < end {
            let number = u32::try_from(at / page_rows).unwrap_or(u32::MAX);
            let page = self.result_page(sealed, number).await?;
            let skipped = usize::try_from(at % page_rows).unwrap_or(usize::MAX);
            let wanted = usize::try_from(end - at).unwrap_or(usize::MAX);
            let before = rows.len();
            rows.extend(page.rows.into_iter().skip(skipped).take(wanted));
            if rows.len() == before {
                break;
            }
            at = start + rows.len() as u64;
        }
        Ok(rows)
    }
}

impl Sealed {
    /// The digest of the pages, as the ledger has it.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        self.execution.result_digest.as_ref()?.parse().ok()
    }
}
