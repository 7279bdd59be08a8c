//! `/intents/{id}/results`: masked rows as JSON pages, NDJSON or CSV.

use std::borrow::Cow;

use axum::{
    Extension, Json,
    body::{Body, Bytes},
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use futures::stream;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::intents::IntentAt;
use crate::{
    context::Context,
    http::problem::Problem,
    services::{ResultColumn, ResultPage, Sealed, ServiceError, Services},
};

/// Query parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The page, from 0; JSON only.
    #[serde(default)]
    page: u32,
}

/// One page as JSON.
#[derive(Serialize)]
struct PageOut<'a> {
    columns: &'a [ResultColumn],
    rows: Vec<Named<'a>>,
    row_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page: Option<u32>,
}

/// A row as an object; its values are copied as they were sealed.
struct Named<'a> {
    columns: &'a [ResultColumn],
    values: Vec<&'a RawValue>,
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.columns.iter().map(|column| &column.name);
        serializer.collect_map(names.zip(&self.values))
    }
}

fn named<'a>(sealed: &'a Sealed, page: &'a ResultPage) -> Result<Vec<Named<'a>>, ServiceError> {
    let named = |values| Named {
        columns: &sealed.columns,
        values,
    };
    Ok(page.rows()?.into_iter().map(named).collect())
}

enum Format {
    Json,
    Ndjson,
    Csv,
}

/// `GET /intents/{id}/results`, in the form that `Accept` asks for.
pub async fn read(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    IntentAt(id): IntentAt,
    query: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(wanted) = query.map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_query",
            "The address has a parameter that is wrong",
        )
        .detail("The only parameter is `page`, a number from 0.")
    })?;
    let format = format(&headers).ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            "not_acceptable",
            "Results do not come in this form",
        )
        .detail("Accept `application/json`, `application/x-ndjson` or `text/csv`.")
    })?;
    let sealed = services.release(&context, id).await?;
    match format {
        Format::Json => {
            let page = services.result_page(&sealed, wanted.page).await?;
            let out = PageOut {
                columns: &sealed.columns,
                rows: named(&sealed, &page)?,
                row_count: sealed.row_count,
                next_page: page.next,
            };
            Ok(Json(out).into_response())
        }
        Format::Ndjson => Ok(streamed(services, sealed, "application/x-ndjson", ndjson)),
        Format::Csv => Ok(streamed(
            services,
            sealed,
            "text/csv; charset=utf-8",
            csv_text,
        )),
    }
}

/// The form that is wanted first, if we have it.
fn format(headers: &HeaderMap) -> Option<Format> {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    let accept = accept.unwrap_or("application/json");
    match accept.split([',', ';']).next().unwrap_or_default().trim() {
        "application/json" | "application/*" | "*/*" | "" => Some(Format::Json),
        "application/x-ndjson" => Some(Format::Ndjson),
        "text/csv" => Some(Format::Csv),
        _ => None,
    }
}

type Writer = fn(&Sealed, u32, &ResultPage) -> Result<Vec<u8>, ServiceError>;

/// All pages, one after the other, without holding more than one.
fn streamed(services: Services, sealed: Sealed, content_type: &str, write: Writer) -> Response {
    let pages = stream::try_unfold(Some(0), move |page| {
        let (services, sealed) = (services.clone(), sealed.clone());
        async move {
            let Some(number) = page else { return Ok(None) };
            let page = services.result_page(&sealed, number).await?;
            let next = page.next;
            let bytes = Bytes::from(write(&sealed, number, &page)?);
            Ok::<_, ServiceError>(Some((bytes, next)))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, Body::from_stream(pages)).into_response()
}

fn ndjson(sealed: &Sealed, _: u32, page: &ResultPage) -> Result<Vec<u8>, ServiceError> {
    let mut text = Vec::new();
    for row in named(sealed, page)? {
        serde_json::to_writer(&mut text, &row)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// RFC 4180, with a header line; nested values are JSON text.
fn csv_text(sealed: &Sealed, number: u32, page: &ResultPage) -> Result<Vec<u8>, ServiceError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |_| ServiceError::NotFound { what: "page" };
    if number == 0 {
        let names = sealed.columns.iter().map(|column| &column.name);
        writer.write_record(names).map_err(broken)?;
    }
    for row in page.rows::<&RawValue>()? {
        for value in row {
            writer
                .write_field(cell(value)?.as_bytes())
                .map_err(broken)?;
        }
        writer.write_record(None::<&[u8]>).map_err(broken)?;
    }
    writer
        .into_inner()
        .map_err(|_| ServiceError::NotFound { what: "page" })
}

/// Text without its quotation marks and escapes, and nothing for NULL.
fn cell(value: &RawValue) -> Result<Cow<'_, str>, ServiceError> {
    let json = value.get();
    match json.as_bytes().first() {
        Some(b'n') => Ok(Cow::Borrowed("")),
        Some(b'"') => Ok(Cow::Owned(serde_json::from_str(json)?)),
        _ => Ok(Cow::Borrowed(json)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wanted_form_decides() {
        let wanted = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, http::HeaderValue::from_static(accept));
            format(&headers)
        };
        assert!(matches!(wanted("*/*"), Some(Format::Json)));
        assert!(matches!(
            wanted("text/csv;q=1, application/json"),
            Some(Format::Csv)
        ));
        assert!(matches!(
            wanted("application/x-ndjson"),
            Some(Format::Ndjson)
        ));
        assert!(wanted("image/png").is_none());
    }

    #[test]
    fn nested_values_are_json_in_csv() {
        for (json, text) in [
            (r#"{"a":[1,null]}"#, r#"{"a":[1,null]}"#),
            (r#""a \"b\"""#, r#"a "b""#),
            ("1.5", "1.5"),
            ("null", ""),
        ] {
            let value: &RawValue = serde_json::from_str(json).expect("JSON");
            assert_eq!(cell(value).expect("a cell"), text);
        }
    }
}
