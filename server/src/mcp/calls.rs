//! What each tool does, by the services.

use std::{str::FromStr, time::Duration};

use domain::{IntentId, IntentState, QuestionId, TableName};
use uuid::Uuid;

use super::{
    answers::{Cancelled, Page, Progress},
    arguments::{AnswerQuestion, Cancel, CheckQuery, DescribeTable, ListTables, Query, Wait},
    refusals::Refused,
    tables::{Described, Tables},
    verdict::Verdict,
};
use crate::{
    context::Context,
    services::{IntentView, Services, Submission},
};

/// The longest that one call waits.
const PATIENCE_MAXIMUM: Duration = Duration::from_secs(30);
/// The most rows of one answer.
const ROWS_MAXIMUM: u32 = 1000;

/// One call of a tool by a run.
pub(super) struct Call<'a> {
    services: &'a Services,
    context: &'a Context,
}

/// Which rows of a result are wanted.
struct Window {
    first: u64,
    limit: u32,
}

impl<'a> Call<'a> {
    pub(super) const fn new(services: &'a Services, context: &'a Context) -> Self {
        Self { services, context }
    }

    pub(super) async fn list_tables(
        &self,
        asked: Result<ListTables, Refused>,
    ) -> Result<Tables, Refused> {
        let asked = asked?;
        let mut tables = self.services.readable_tables(self.context).await?;
        if let Some(dataset) = asked.dataset {
            let prefix = format!("{dataset}.");
            tables.retain(|table| table.name.as_str().starts_with(&prefix));
        }
        Ok(tables.into())
    }

    pub(super) async fn describe_table(
        &self,
        asked: Result<DescribeTable, Refused>,
    ) -> Result<Described, Refused> {
        let name = TableName::new(asked?.table);
        let described = self.services.described_table(self.context, &name).await?;
        let (table, columns) = described;
        Ok(Described::new(&name, table.is_view, columns))
    }

    pub(super) async fn check_query(
        &self,
        asked: Result<CheckQuery, Refused>,
    ) -> Result<Verdict, Refused> {
        let asked = asked?;
        let submission = Submission {
            idempotency_key: fresh_key(),
            sql: asked.sql,
            parameters: asked.parameters.into_iter().map(Into::into).collect(),
            purpose: String::new(),
            maximum_bytes_billed: asked.maximum_bytes_billed,
            default_dataset: None,
            unmask: asked.unmask,
            unmask_reason: asked.unmask_reason,
        };
        let preview = self.services.preview_intent(self.context, submission);
        Ok(Verdict::from(&preview.await?))
    }

    pub(super) async fn query(&self, asked: Result<Query, Refused>) -> Result<Progress, Refused> {
        let asked = asked?;
        let (seconds, limit) = (asked.wait_seconds, asked.row_limit);
        let submitted = self.services.submit_intent(self.context, submission(asked));
        let view = submitted.await?;
        let view = match view.intent.state {
            // People take longer than a call may.
            IntentState::PendingApproval => view,
            _ => self.awaited(view.intent.id, seconds).await?,
        };
        self.progress(view, &Window { first: 0, limit }).await
    }

    pub(super) async fn wait(&self, asked: Result<Wait, Refused>) -> Result<Progress, Refused> {
        let asked = asked?;
        let view = self.awaited(intent(&asked.intent)?, asked.seconds).await?;
        let window = Window {
            first: asked.first_row,
            limit: asked.row_limit,
        };
        self.progress(view, &window).await
    }

    pub(super) async fn answer_question(
        &self,
        asked: Result<AnswerQuestion, Refused>,
    ) -> Result<Progress, Refused> {
        let asked = asked?;
        let id = intent(&asked.intent)?;
        let question: QuestionId = named(&asked.question, "question")?;
        self.services
            .answer_question(self.context, id, question, &asked.answer)
            .await?;
        let view = self.services.intent(self.context, id).await?;
        self.progress(view, &Window { first: 0, limit: 0 }).await
    }

    pub(super) async fn cancel(
        &self,
        asked: Result<Cancel, Refused>,
    ) -> Result<Cancelled, Refused> {
        let id = intent(&asked?.intent)?;
        let view = self.services.cancel_intent(self.context, id).await?;
        Ok(Cancelled::new(&view))
    }

    async fn awaited(&self, id: IntentId, seconds: u64) -> Result<IntentView, Refused> {
        let patience = Duration::from_secs(seconds).min(PATIENCE_MAXIMUM);
        let view = self.services.await_intent(self.context, id, patience);
        Ok(view.await?)
    }

    /// How a query stands, with its rows where they are there.
    async fn progress(&self, view: IntentView, window: &Window) -> Result<Progress, Refused> {
        if view.intent.state == IntentState::Succeeded {
            let rows = self.rows(view.intent.id, window).await?;
            return Ok(Progress::succeeded(&view, rows));
        }
        if view.intent.state.is_final() {
            return Err(Refused::ended(view));
        }
        Ok(Progress::unfinished(view, self.services.public_url()))
    }

    async fn rows(&self, id: IntentId, window: &Window) -> Result<Page, Refused> {
        let sealed = self.services.release(self.context, id).await?;
        let limit = u64::from(window.limit.min(ROWS_MAXIMUM));
        let rows = self.services.result_rows(&sealed, window.first, limit);
        Ok(Page::new(
            &sealed.columns,
            rows.await?,
            (window.first, sealed.row_count),
        ))
    }
}

fn fresh_key() -> String {
    Uuid::now_v7().to_string()
}

fn submission(asked: Query) -> Submission {
    Submission {
        idempotency_key: asked.idempotency_key.unwrap_or_else(fresh_key),
        sql: asked.sql,
        parameters: asked.parameters.into_iter().map(Into::into).collect(),
        purpose: asked.purpose,
        maximum_bytes_billed: asked.maximum_bytes_billed,
        default_dataset: None,
        unmask: asked.unmask,
        unmask_reason: asked.unmask_reason,
    }
}

fn intent(text: &str) -> Result<IntentId, Refused> {
    named(text, "intent")
}

fn named<Id: FromStr>(text: &str, what: &'static str) -> Result<Id, Refused> {
    text.parse().map_err(|_| Refused::no_such(what))
}
