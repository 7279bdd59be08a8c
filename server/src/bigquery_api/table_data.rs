//! `tabledata.list`: rows of a table without a query, which is a query here
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list>).
//!
//! A listing is one intent for the first rows of a table; its pages are pages of that one
//! result, as a table's rows have no order by which another query could go on.

use std::collections::BTreeSet;

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use domain::{IntentId, IntentState, TableName};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    asked::{Asked, flag},
    cells::{self, TimestampForm},
    jobs::{in_our_project, patience, refusal},
    results::ROWS,
    tables,
};
use crate::{
    context::Context,
    http::problem::Problem,
    services::{IntentView, ReadableTable, Services, Submission},
};

/// The most rows that are listed without a query of one's own.
const ROWS_MAXIMUM: u64 = 10_000;
/// What the keys of listings begin with.
const KEY: &str = "tabledata:";

/// Query parameters that count.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageAsked {
    max_results: Option<u64>,
    start_index: Option<u64>,
    page_token: Option<String>,
    selected_fields: Option<String>,
    /// Not BigQuery's own: how long to wait for people, in milliseconds.
    timeout_ms: Option<u64>,
    #[serde(default, rename = "formatOptions.useInt64Timestamp")]
    #[serde(deserialize_with = "flag")]
    use_int64_timestamp: Option<bool>,
}

/// What is asked of BigQuery for all pages together.
struct Listing {
    sql: String,
    /// Its `LIMIT`: a table with as many rows may have more.
    limit: u64,
}

/// `GET …/tables/{table}/data`: an intent like any other. What needs approval is waited for as
/// long as one request may; then the page is named where it is decided, and asking again
/// waits on.
pub(super) async fn list(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path((project, dataset, table)): Path<(String, String, String)>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let name = TableName::new(format!("{}.{dataset}.{table}", services.project()));
    let table = tables::existing(&services, &context, &name).await?;
    let limit = services.most_rows(&context).await?.min(ROWS_MAXIMUM + 1);
    let listing = Listing::of(&table, asked.selected_fields.as_deref(), limit)?;
    let (view, start) = if let Some(token) = &asked.page_token {
        listing.continued(&services, &context, token).await?
    } else {
        let view = listing.begun(&services, &context).await?;
        (view, asked.start_index.unwrap_or(0))
    };
    let patience = patience(Some(asked.timeout_ms.unwrap_or(u64::MAX)));
    let id = view.intent.id;
    let view = services.await_intent(&context, id, patience).await?;
    if let Some(problem) = refusal(&view, &services) {
        return Err(problem);
    }
    if view.intent.state != IntentState::Succeeded {
        return Err(waits(&view, &services));
    }
    listing
        .page(&services, &context, &view, (start, &asked))
        .await
        .map(Json)
}

impl Listing {
    /// Names the columns that the run may read, or those of them that are wanted.
    fn of(table: &ReadableTable, selected: Option<&str>, limit: u64) -> Result<Self, Box<Problem>> {
        let is_readable = |name: &str| {
            let mut columns = table.columns.iter();
            columns.any(|column| column.name.eq_ignore_ascii_case(name))
        };
        // The columns of a view are found out by asking for all.
        let names: Vec<&str> = match selected.filter(|names| !names.is_empty()) {
            Some(names) => names.split(',').map(str::trim).collect(),
            None => table.columns.iter().map(|c| c.name.as_str()).collect(),
        };
        if selected.is_some() && !names.iter().all(|name| is_readable(name)) {
            let title = "A parameter of the address cannot be read";
            let problem = Problem::new(StatusCode::BAD_REQUEST, "invalid_parameter", title);
            let what = "`selectedFields` names whole columns of the table that the run may read";
            return Err(Box::new(problem.detail(what)));
        }
        let columns: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let columns = if columns.is_empty() {
            "*".to_owned()
        } else {
            columns.join(", ")
        };
        let sql = format!("SELECT {columns} FROM `{}` LIMIT {limit}", table.name);
        Ok(Self { sql, limit })
    }

    /// The listing of which a client read a page before.
    async fn continued(
        &self,
        services: &Services,
        context: &Context,
        token: &str,
    ) -> Result<(IntentView, u64), Problem> {
        let parts = token.split_once('-');
        let parsed = parts.and_then(|(intent, start)| {
            let intent: IntentId = intent.parse().ok()?;
            Some((intent, start.parse().ok()?))
        });
        let (intent, start) = parsed.ok_or_else(no_token)?;
        let view = services.intent(context, intent).await?;
        if self.is_asked_by(&view) {
            Ok((view, start))
        } else {
            Err(no_token())
        }
    }

    /// A new listing. What people are asked about, or were, is not asked anew for as long as
    /// their word counts.
    async fn begun(&self, services: &Services, context: &Context) -> Result<IntentView, Problem> {
        if let Some(actor) = context.run() {
            let mut views = services.intents_of_run(context, actor.run).await?;
            views.reverse();
            let counts = |view: &IntentView| {
                let approval = view.approval.as_ref();
                let in_time = approval.is_some_and(|approval| context.now < approval.expires_at);
                in_time && still_says_something(view.intent.state)
            };
            let before = views
                .into_iter()
                .find(|view| self.is_asked_by(view) && counts(view));
            if let Some(before) = before {
                return Ok(before);
            }
        }
        let submission = Submission {
            idempotency_key: format!("{KEY}{}", Uuid::now_v7().simple()),
            sql: self.sql.clone(),
            parameters: Vec::new(),
            purpose: String::new(),
            maximum_bytes_billed: None,
            default_dataset: None,
            unmask: BTreeSet::new(),
            unmask_reason: String::new(),
        };
        Ok(services.submit_intent(context, submission).await?)
    }

    fn is_asked_by(&self, view: &IntentView) -> bool {
        view.intent.idempotency_key.starts_with(KEY) && view.intent.sql == self.sql
    }

    async fn page(
        &self,
        services: &Services,
        context: &Context,
        view: &IntentView,
        (start, asked): (u64, &PageAsked),
    ) -> Result<Value, Problem> {
        let sealed = services.sealed(context, view.intent.id).await?;
        let goes_on = sealed.row_count >= self.limit;
        let end = sealed.row_count.min(ROWS_MAXIMUM);
        if start >= end && goes_on {
            return Err(no_order(end));
        }
        let mut answer = json!({
            "kind": "bigquery#tableDataList",
            "totalRows": sealed.row_count.to_string(),
        });
        let count = asked
            .max_results
            .unwrap_or(ROWS)
            .min(end.saturating_sub(start));
        if count == 0 {
            return Ok(answer);
        }
        let sealed = services.release(context, view.intent.id).await?;
        let rows = services.result_rows(&sealed, start, count).await?;
        let next = start + rows.len() as u64;
        if next < end || goes_on {
            answer["pageToken"] = format!("{}-{next}", view.intent.id).into();
        }
        let columns = view.dry_run.as_ref().map(|facts| facts.schema.as_slice());
        let timestamps = TimestampForm::of(asked.use_int64_timestamp);
        let wire = rows
            .iter()
            .map(|row| cells::row(columns.unwrap_or_default(), row, timestamps));
        answer["rows"] = wire.collect();
        Ok(answer)
    }
}

/// Whether a decision is awaited or followed, or was a no.
const fn still_says_something(state: IntentState) -> bool {
    matches!(
        state,
        IntentState::PendingApproval
            | IntentState::Approved
            | IntentState::Prepared
            | IntentState::Running
            | IntentState::Succeeded
            | IntentState::Denied
    )
}

fn no_token() -> Problem {
    let title = "This is no page's token";
    Problem::new(StatusCode::BAD_REQUEST, "invalid_page_token", title)
        .detail("Send `pageToken` as the answer before gave it, for the same table and fields.")
}

fn no_order(rows: u64) -> Problem {
    let title = "Only the first rows are listed";
    Problem::new(StatusCode::BAD_REQUEST, "rows_without_order", title).detail(format!(
        "A table's rows have no order, and {rows} of them were listed: ask for further ones with \
         a query."
    ))
}

fn waits(view: &IntentView, services: &Services) -> Problem {
    let page = view.approval.as_ref().map(|approval| {
        format!(
            "People are asked at {}/approvals/{}. ",
            services.public_url(),
            approval.id
        )
    });
    let page = page.unwrap_or_default();
    Problem::new(
        StatusCode::FORBIDDEN,
        "pending_approval",
        "The rows are not there yet",
    )
    .detail(format!(
        "{page}List them again to go on waiting, or ask with a query, which waits by itself."
    ))
}
