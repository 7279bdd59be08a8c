//! Sealed results: released page by page, each release on record first.

use domain::{Digest, EventName, IntentId, IntentState};
use serde::Deserialize;
use store::{Attempt, ExecutionRecord, RowPage};

use super::{ResultColumn, ServiceError, Services, intents::acting_run};
use crate::{context::Context, failpoints::Failpoint};

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
#[derive(Clone)]
pub struct ResultPage {
    /// The number of its first row in the result, from 0.
    pub first_row: u64,
    /// The next page's number, if there is one.
    pub next: Option<u32>,
    json: String,
}

impl ResultPage {
    const EMPTY: Self = Self {
        first_row: 0,
        next: None,
        json: String::new(),
    };

    /// Masked rows, each with a value for every column: read, or as they are written, with
    /// `&RawValue`.
    pub fn rows<'a, T: Deserialize<'a>>(&'a self) -> Result<Vec<Vec<T>>, ServiceError> {
        if self.json.is_empty() {
            return Ok(Vec::new());
        }
        Ok(serde_json::from_str(&self.json)?)
    }
}

impl Services {
    /// Opens a sealed result for release, and records that it is released, before any row
    /// leaves.
    pub async fn release(&self, context: &Context, id: IntentId) -> Result<Sealed, ServiceError> {
        acting_run(context)?;
        let sealed = self.sealed(context, id).await?;
        sealed.attempt()?;
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
        Failpoint::Released.reached();
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
        if sealed.row_count == 0 && page == 0 {
            return Ok(ResultPage::EMPTY);
        }
        let attempt = sealed.attempt()?;
        let page = self.parts.store.row_page(attempt, page).await?;
        sealed.unpack(page)
    }

    /// Rows of a released result from the one with number `start`, at most `count` of them.
    pub async fn result_rows(
        &self,
        sealed: &Sealed,
        start: u64,
        count: u64,
    ) -> Result<Vec<Vec<serde_json::Value>>, ServiceError> {
        let end = start.saturating_add(count).min(sealed.row_count);
        let mut rows = Vec::new();
        let mut at = start;
        while at < end {
            let page = self
                .parts
                .store
                .row_page_with(sealed.attempt()?, at)
                .await?;
            let page = sealed.unpack(page)?;
            let skipped = usize::try_from(at - page.first_row).unwrap_or(usize::MAX);
            let wanted = usize::try_from(end - at).unwrap_or(usize::MAX);
            rows.extend(page.rows()?.into_iter().skip(skipped).take(wanted));
            let before = std::mem::replace(&mut at, start + rows.len() as u64);
            if at == before {
                return Err(ServiceError::NotFound { what: "page" });
            }
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

    /// Whose pages are the result, as long as they are kept.
    fn attempt(&self) -> Result<Attempt, ServiceError> {
        if self.execution.forgotten_at.is_some() {
            return Err(ServiceError::conflict(
                "result_forgotten",
                "the time for which its rows were kept is over; ask again with a new intent",
            ));
        }
        self.execution
            .sealed
            .ok_or(ServiceError::NotFound { what: "result" })
    }

    fn unpack(&self, page: Option<RowPage>) -> Result<ResultPage, ServiceError> {
        let page = page.ok_or(ServiceError::NotFound { what: "page" })?;
        let has_next = page.first_row + page.row_count < self.row_count;
        Ok(ResultPage {
            first_row: page.first_row,
            next: has_next.then_some(page.number.saturating_add(1)),
            json: page.rows.unpack()?,
        })
    }
}
