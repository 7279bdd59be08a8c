//! Reading rows: results of jobs and contents of tables, page by page.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, Query, State},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    Answer, Shared, blocking, etag,
    execution::Success,
    require_project, resources,
    store::{Finished, Job},
    wire::{self, TimestampFormat},
    with_etag,
};
use crate::{
    engine::{Field, Table, TableName},
    error::QueryError,
};

/// How many rows a page has at most.
const LARGEST_PAGE: u64 = 10_000;

/// How long a request for results waits at most.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(200);

/// How long a request for results waits unless asked otherwise.
const USUAL_WAIT: Duration = Duration::from_secs(10);

/// Which rows are asked for, and how instants are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) start: u64,
    pub(super) limit: Option<u64>,
    pub(super) format: TimestampFormat,
}

type Options = Query<HashMap<String, String>>;

impl Page {
    fn read(options: &HashMap<String, String>) -> Result<Self, QueryError> {
        let start = match options.get("pageToken").filter(|token| !token.is_empty()) {
            Some(token) => Some(token_start(token)?),
            None => number(options, "startIndex")?,
        };
        Ok(Self {
            start: start.unwrap_or(0),
            limit: number(options, "maxResults")?,
            format: timestamp_format(|name| options.get(&format!("formatOptions.{name}")).cloned()),
        })
    }

    fn size(self) -> u64 {
        self.limit.unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE)
    }
}

/// The format of instants, from the options `useInt64Timestamp` and `timestampOutputFormat`.
pub(super) fn timestamp_format(option: impl Fn(&str) -> Option<String>) -> TimestampFormat {
    match option("timestampOutputFormat").as_deref() {
        Some("INT64") => return TimestampFormat::Microseconds,
        Some("ISO8601_STRING") => return TimestampFormat::Iso8601,
        Some("FLOAT64") => return TimestampFormat::FloatSeconds,
        _ => {}
    }
    match option("useInt64Timestamp") {
        Some(text) if text.eq_ignore_ascii_case("true") => TimestampFormat::Microseconds,
        _ => TimestampFormat::FloatSeconds,
    }
}

fn number(options: &HashMap<String, String>, name: &str) -> Result<Option<u64>, QueryError> {
    let invalid = |text: &String| QueryError::invalid(format!("Invalid value for {name}: {text}"));
    options
        .get(name)
        .map(|text| text.parse().map_err(|_| invalid(text)))
        .transpose()
}

fn token(start: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("row:{start}"))
}

fn token_start(token: &str) -> Result<u64, QueryError> {
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.strip_prefix("row:")?.parse().ok())
        .ok_or_else(|| QueryError::invalid("Invalid page token"))
}

/// `GET /projects/{project}/queries/{job}`
pub(super) async fn query_results(
    State(server): Shared,
    Path((project, id)): Path<(String, String)>,
    Query(options): Options,
) -> Answer {
    require_project(&project)?;
    let page = Page::read(&options)?;
    let job = server.jobs.get(&id)?;
    let longest = number(&options, "timeoutMs")?
        .map_or(USUAL_WAIT, Duration::from_millis)
        .min(LONGEST_WAIT);
    let finished = job.wait(longest).await;
    answer("bigquery#getQueryResultsResponse", &job, finished, page).await
}

/// A page of a job's rows, or word that the job still runs, or its failure.
pub(super) async fn answer(
    kind: &'static str,
    job: &Job,
    finished: Option<Arc<Finished>>,
    page: Page,
) -> Answer {
    let reference = resources::job_reference(&job.id);
    let Some(finished) = finished else {
        return Ok(Json(
            json!({"kind": kind, "jobReference": reference, "jobComplete": false}),
        ));
    };
    blocking(move || {
        let success = finished.result.as_ref().map_err(Clone::clone)?;
        let mut answer = complete(success, page)?;
        answer["kind"] = json!(kind);
        answer["etag"] = json!(etag(&format!("{reference} {}", page.start)));
        answer["jobReference"] = reference;
        Ok(Json(answer))
    })
    .await
}

fn complete(success: &Success, page: Page) -> Result<Value, QueryError> {
    let rows = &success.outcome.rows;
    let fields = &success.plan.schema;
    let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let mut answer = json!({
        "schema": wire::schema(fields),
        "totalRows": total.to_string(),
        "totalBytesProcessed": success.plan.bytes.to_string(),
        "jobComplete": true,
        "cacheHit": false,
    });
    resources::add_changes(&mut answer, success);
    let size = page.size();
    if size == 0 {
        return Ok(answer);
    }
    let start = usize::try_from(page.start).unwrap_or(usize::MAX);
    let written: Vec<Value> = rows
        .iter()
        .skip(start)
        .take(usize::try_from(size).unwrap_or(usize::MAX))
        .map(|row| wire::row(row, fields, page.format))
        .collect::<Result<_, _>>()?;
    if !written.is_empty() {
        answer["rows"] = Value::Array(written);
    }
    let next = page.start.saturating_add(size);
    if next < total {
        answer["pageToken"] = json!(token(next));
    }
    Ok(answer)
}

/// `GET /projects/{project}/datasets/{dataset}/tables/{table}/data`
pub(super) async fn table_data(
    State(server): Shared,
    Path((project, dataset, table)): Path<(String, String, String)>,
    Query(options): Options,
) -> Answer {
    require_project(&project)?;
    let page = Page::read(&options)?;
    blocking(move || {
        let session = server.engine.session()?;
        let catalog = session.catalog()?;
        let table = catalog.table(&TableName::new(dataset, table))?;
        if table.view_query.is_some() {
            return Err(QueryError::invalid("Cannot list a table of type VIEW.").into());
        }
        let columns = selected(table, options.get("selectedFields"))?;
        let rows = session.table_rows(&table.name, &columns, page.start, page.size())?;
        let total = session.row_count(&table.name)?;
        let written: Vec<Value> =
            rows.iter().map(|row| wire::row(row, &columns, page.format)).collect::<Result<_, _>>()?;
        let mut answer = json!({"kind": "bigquery#tableDataList", "totalRows": total.to_string(), "rows": written});
        let next = page.start.saturating_add(page.size());
        if page.size() > 0 && next < total {
            answer["pageToken"] = json!(token(next));
        }
        Ok(with_etag(answer))
    })
    .await
}

/// The columns asked for, in the table's order; all of them without a wish.
fn selected(table: &Table, wish: Option<&String>) -> Result<Vec<Field>, QueryError> {
    let Some(wish) = wish.filter(|wish| !wish.is_empty()) else {
        return Ok(table.columns.clone());
    };
    let names: Vec<&str> = wish.split(',').map(str::trim).collect();
    let exists = |name: &&str| {
        table
            .columns
            .iter()
            .any(|column| column.name.eq_ignore_ascii_case(name))
    };
    if let Some(unknown) = names.iter().find(|name| !exists(name)) {
        return Err(QueryError::invalid(format!("No such field: {unknown}")));
    }
    let wanted = |column: &&Field| {
        names
            .iter()
            .any(|name| column.name.eq_ignore_ascii_case(name))
    };
    Ok(table.columns.iter().filter(wanted).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_token_names_its_row_and_nothing_else() {
        assert_eq!(token_start(&token(42)), Ok(42));
        assert!(token_start("nonsense").is_err());
    }
}
