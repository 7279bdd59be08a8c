//! Against a stand-in that records what it is asked and answers what the test says.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use serde_json::{Value, json};

use domain::{Digest, TableName, Tag};
use sha2::Digest as _;

use super::*;
use crate::warehouse::{JobError, Parameter};

/// What the stand-in was asked, without the base address.
#[derive(Clone)]
struct Asked {
    line: String,
    authorization: String,
    body: Value,
}

/// An answer: a status and a body, or none at all.
#[derive(Clone)]
enum Answer {
    Of(StatusCode, String),
    Never,
}

type Answers = fn(&str) -> Answer;

struct Standin {
    asked: Mutex<Vec<Asked>>,
    answers: Answers,
}

async fn answer(
    State(standin): State<Arc<Standin>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let path = uri.path_and_query().expect("a path").as_str();
    let line = format!(
        "{method} {}",
        path.strip_prefix("/bigquery/v2").expect("the base path")
    );
    standin.asked.lock().expect("unpoisoned").push(Asked {
        line: line.clone(),
        authorization: headers["authorization"].to_str().expect("text").to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let known = headers.get("if-none-match");
    let known = known.map(|etag| etag.to_str().expect("text").to_owned());
    match (standin.answers)(&line) {
        Answer::Of(_, body) if known.is_some_and(|etag| body.contains(&etag)) => {
            (StatusCode::NOT_MODIFIED, String::new())
        }
        Answer::Of(status, body) => (status, body),
        Answer::Never => std::future::pending().await,
    }
}

async fn connect(answers: Answers) -> (BigQuery, Arc<Standin>) {
    let standin = Arc::new(Standin {
        asked: Mutex::default(),
        answers,
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(answer).with_state(standin.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let settings = Settings {
        base_url: format!("http://{address}/bigquery/v2")
            .parse()
            .expect("an address"),
        iam_credentials_url: format!("http://{address}/bigquery/v2/iam")
            .parse()
            .expect("an address"),
        project: "demo".to_owned(),
        location: "US".to_owned(),
        deadline: Duration::from_millis(300),
        credentials: Credentials::AccessToken("stand-in".to_owned().into()),
    };
    (
        BigQuery::connect(settings).await.expect("a connection"),
        standin,
    )
}

impl Standin {
    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("unpoisoned").clone()
    }

    fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

fn ok(body: &Value) -> Answer {
    Answer::Of(StatusCode::OK, body.to_string())
}

fn error(code: u16, reason: &str, message: &str) -> Answer {
    let errors = json!([{"message": message, "domain": "global", "reason": reason}]);
    Answer::Of(
        StatusCode::from_u16(code).expect("a status"),
        json!({"error": {"code": code, "message": message, "errors": errors}}).to_string(),
    )
}

fn query() -> Query {
    Query {
        sql: "SELECT id FROM orders WHERE country = @country".to_owned(),
        parameters: vec![Parameter {
            name: Some("country".to_owned()),
            data_type: "STRING".to_owned(),
            value: json!("PT"),
        }],
        default_dataset: Some("shop".to_owned()),
        maximum_bytes_billed: 1_000_000,
    }
}

fn job() -> Job {
    Job {
        id: "cs_1".parse().expect("a job id"),
        query: query(),
        labels: BTreeMap::from([("countersign_digest".to_owned(), "7f3a".to_owned())]),
        timeout: Duration::from_mins(1),
    }
}

#[tokio::test]
async fn a_dry_run_creates_no_job_and_brings_bigquerys_word() {
    let (bigquery, standin) = connect(|_| {
        ok(&json!({"statistics": {"totalBytesProcessed": "1024", "query": {
            "statementType": "SELECT",
            "referencedTables": [{"projectId": "demo", "datasetId": "shop", "tableId": "orders"}],
            "schema": {"fields": [{"name": "valid", "type": "RANGE", "rangeElementType": {"type": "DATE"}}]},
        }}}))
    })
    .await;
    let dry_run = bigquery.dry_run(&query()).await.expect("a dry run");
    assert_eq!(dry_run.statement_type, "SELECT");
    assert_eq!(
        dry_run.referenced_tables,
        [TableName::new("demo.shop.orders")]
    );
    assert_eq!(dry_run.schema[0].data_type, "RANGE<DATE>");
    assert_eq!(dry_run.bytes, 1024);

    let asked = standin.asked().remove(0);
    assert_eq!(asked.line, "POST /projects/demo/jobs");
    assert_eq!(asked.body["configuration"]["dryRun"], json!(true));
    assert_eq!(asked.body["jobReference"]["jobId"], Value::Null);
}

#[tokio::test]
async fn a_dry_run_without_bytes_is_no_dry_run() {
    let (bigquery, _) =
        connect(|_| ok(&json!({"statistics": {"query": {"statementType": "SELECT"}}}))).await;
    assert!(matches!(
        bigquery.dry_run(&query()).await,
        Err(WarehouseError::Undecodable { .. })
    ));
}

#[tokio::test]
async fn a_job_is_sent_with_its_id_labels_caps_and_parameters() {
    let (bigquery, standin) = connect(|_| ok(&json!({"status": {"state": "PENDING"}}))).await;
    bigquery.insert(&job()).await.expect("a job");
    let asked = standin.asked().remove(0);
    assert_eq!(asked.authorization, "Bearer stand-in");
    assert_eq!(
        asked.body,
        json!({
            "jobReference": {"jobId": "cs_1", "location": "US", "projectId": "demo"},
            "configuration": {
                "jobTimeoutMs": "60000",
                "labels": {"countersign_digest": "7f3a"},
                "query": {
                    "query": "SELECT id FROM orders WHERE country = @country",
                    "useLegacySql": false,
                    "defaultDataset": {"datasetId": "shop", "projectId": "demo"},
                    "maximumBytesBilled": "1000000",
                    "parameterMode": "NAMED",
                    "queryParameters": [{
                        "name": "country",
                        "parameterType": {"type": "STRING"},
                        "parameterValue": {"value": "PT"},
                    }],
                },
            },
        })
    );
}

/// BigQuery's answers where a job with this id and label exists already.
fn existing_job(line: &str, digest: &str) -> Answer {
    match line {
        "POST /projects/demo/jobs" => error(409, "duplicate", "Already Exists: Job demo:US.cs_1"),
        _ => ok(&json!({"configuration": {"labels": {"countersign_digest": digest}}})),
    }
}

#[tokio::test]
async fn a_job_that_exists_already_counts_as_started() {
    let (bigquery, _) = connect(|line| existing_job(line, "7f3a")).await;
    assert_eq!(bigquery.insert(&job()).await, Ok(()));
}

#[tokio::test]
async fn somebody_elses_job_with_our_id_does_not() {
    let (bigquery, _) = connect(|line| existing_job(line, "another")).await;
    assert_eq!(
        bigquery.insert(&job()).await,
        Err(WarehouseError::Rejected {
            reason: "duplicate".to_owned(),
            message: "Another job has this id".to_owned(),
        })
    );
}

#[tokio::test]
async fn a_refusal_keeps_its_reason_and_loses_its_values() {
    let (bigquery, _) =
        connect(|_| error(400, "invalidQuery", "Bad int64 value: alice@example.com")).await;
    let refused = Err(WarehouseError::Rejected {
        reason: "invalidQuery".to_owned(),
        message: "a value cannot be read as a number or a truth value (bad_value)".to_owned(),
    });
    assert_eq!(bigquery.insert(&job()).await, refused);
    assert_eq!(bigquery.dry_run(&query()).await.map(|_| ()), refused);
}

#[tokio::test]
async fn an_error_that_is_not_json_still_says_which_kind_it_is() {
    let (bigquery, _) = connect(|line| {
        let gateway = "<html>alice@example.com</html>".to_owned();
        match line {
            "POST /projects/demo/jobs" => Answer::Of(StatusCode::BAD_GATEWAY, gateway),
            _ => Answer::Of(StatusCode::FORBIDDEN, gateway),
        }
    })
    .await;
    assert!(matches!(
        bigquery.dry_run(&query()).await,
        Err(WarehouseError::Unavailable { .. })
    ));
    assert_eq!(
        bigquery.tables("shop").await,
        Err(WarehouseError::Rejected {
            reason: "unknown".to_owned(),
            message: String::new(),
        })
    );
    let inserted = bigquery.insert(&job()).await.expect_err("no job");
    assert!(!inserted.to_string().contains("alice"), "{inserted}");
}

#[tokio::test]
async fn no_call_outlasts_its_deadline() {
    let (bigquery, _) = connect(|_| Answer::Never).await;
    let job_id = job().id;
    let unavailable = |error: Option<WarehouseError>| {
        assert!(
            matches!(error, Some(WarehouseError::Unavailable { .. })),
            "{error:?}"
        );
    };
    unavailable(bigquery.dry_run(&query()).await.err());
    unavailable(bigquery.insert(&job()).await.err());
    unavailable(bigquery.status(&job_id).await.err());
    unavailable(bigquery.first_rows(&job_id, 10).await.err());
    let page = PageToken::new("second");
    unavailable(bigquery.rows(&job_id, &page, 10).await.err());
    unavailable(bigquery.cancel(&job_id).await.err());
    unavailable(bigquery.tables("shop").await.err());
}

#[tokio::test]
async fn a_job_that_is_over_brings_its_error_and_statistics() {
    let (bigquery, standin) = connect(|_| {
        ok(&json!({
            "status": {"state": "DONE", "errorResult": {
                "reason": "invalidQuery", "message": "Bad double value: 4111111111111111"}},
            "statistics": {"startTime": "1000", "endTime": "2500", "totalBytesProcessed": "10",
                "query": {"totalBytesBilled": "20", "cacheHit": false, "totalSlotMs": "30"}},
        }))
    })
    .await;
    let status = bigquery.status(&job().id).await.expect("a status");
    let JobStatus::Done { error, statistics } = status else {
        panic!("{status:?}");
    };
    assert_eq!(
        error,
        Some(JobError {
            reason: "invalidQuery".to_owned(),
            message: "a value cannot be read as a number or a truth value (bad_value)".to_owned(),
        })
    );
    assert_eq!(statistics.bytes_billed, Some(20));
    assert_eq!(statistics.slot_ms, Some(30));
    assert_eq!(statistics.ended.map(Timestamp::micros), Some(2_500_000));
    assert_eq!(
        standin.lines(),
        ["GET /projects/demo/jobs/cs_1?location=US"]
    );
}

#[tokio::test]
async fn a_job_that_never_was_is_not_found() {
    let (bigquery, _) = connect(|_| error(404, "notFound", "Not found: Job demo:US.cs_1")).await;
    assert_eq!(bigquery.status(&job().id).await, Ok(JobStatus::NotFound));
    assert!(matches!(
        bigquery.cancel(&job().id).await,
        Err(WarehouseError::NotFound { .. })
    ));
}

#[tokio::test]
async fn rows_come_by_pages_with_whole_timestamps() {
    let (bigquery, standin) = connect(|_| {
        ok(&json!({
            "jobComplete": true, "totalRows": "3", "pageToken": "second",
            "schema": {"fields": [{"name": "id", "type": "INTEGER"}]},
            "rows": [{"f": [{"v": "1"}]}, {"f": [{"v": null}]}],
        }))
    })
    .await;
    let first = bigquery.first_rows(&job().id, 2).await.expect("an answer");
    let first = first.expect("a page");
    let mut masker = masking::Masker::new(&first.schema, &BTreeSet::new(), None);
    let rows = masker.mask(&first.rows.expect("rows")).expect("rows");
    assert_eq!((rows.json(), first.total_rows), ("[[1],[null]]", 3));
    let token = first.next.expect("a token");
    bigquery.rows(&job().id, &token, 2).await.expect("a page");
    assert_eq!(
        standin.lines(),
        [
            "GET /projects/demo/queries/cs_1?location=US&maxResults=2&formatOptions.useInt64Timestamp=true&timeoutMs=150",
            "GET /projects/demo/queries/cs_1?location=US&maxResults=2&formatOptions.useInt64Timestamp=true&pageToken=second",
        ]
    );
}

#[tokio::test]
async fn rows_that_are_not_there_yet_are_no_page() {
    let (bigquery, _) = connect(|_| ok(&json!({"jobComplete": false}))).await;
    let unfinished = bigquery.first_rows(&job().id, 2).await;
    assert!(unfinished.expect("an answer").is_none());
    let page = bigquery.rows(&job().id, &PageToken::new("second"), 2).await;
    assert!(matches!(
        page.err(),
        Some(WarehouseError::Unavailable { .. })
    ));
}

#[tokio::test]
async fn tables_are_described_with_tags_and_the_sql_of_views() {
    let (bigquery, standin) = connect(|line| {
        let reference =
            |table: &str| json!({"projectId": "demo", "datasetId": "shop", "tableId": table});
        match line {
            "GET /projects/demo/datasets/shop/tables?maxResults=1000" => ok(&json!({
                "tables": [{"tableReference": reference("customers")}], "nextPageToken": "more"})),
            "GET /projects/demo/datasets/shop/tables?maxResults=1000&pageToken=more" => ok(&json!({
                "tables": [{"tableReference": reference("active")}]})),
            "GET /projects/demo/datasets/shop/tables/customers" => ok(&json!({
                "tableReference": reference("customers"), "numRows": "7", "numBytes": "70",
                "schema": {"fields": [{"name": "ssn", "type": "STRING",
                    "policyTags": {"names": ["projects/demo/locations/us/taxonomies/1/policyTags/pii.ssn"]}}]}})),
            _ => ok(&json!({
                "tableReference": reference("active"), "view": {"query": "SELECT 1 AS one"},
                "schema": {"fields": [{"name": "one", "type": "INTEGER"}]}})),
        }
    })
    .await;
    let tables = bigquery.tables("demo.shop").await.expect("tables");
    assert_eq!(standin.lines().len(), 4);
    assert_eq!(tables[0].name, TableName::new("demo.shop.customers"));
    assert_eq!(tables[0].columns[0].tag, Some(Tag::new("pii.ssn")));
    assert_eq!((tables[0].rows, tables[0].bytes), (Some(7), Some(70)));
    assert_eq!(tables[1].view_sql.as_deref(), Some("SELECT 1 AS one"));
}

#[tokio::test]
async fn an_agents_queries_run_as_its_service_account() {
    const ACCOUNT: &str = "churn@demo.iam.gserviceaccount.com";
    let (bigquery, standin) = connect(|line| {
        if line.contains(":generateAccessToken") {
            ok(&json!({"accessToken": "of-the-account", "expireTime": "2026-11-22T10:00:00Z"}))
        } else {
            ok(&json!({"jobComplete": true, "schema": {"fields": []}, "totalRows": "0"}))
        }
    })
    .await;
    let job: JobId = "countersign_1".parse().expect("a job id");
    for _ in 0..2 {
        let as_agent = bigquery.acting_as(ACCOUNT).await.expect("a connection");
        as_agent.first_rows(&job, 10).await.expect("rows");
    }
    bigquery.first_rows(&job, 10).await.expect("rows");
    let asked = standin.asked();
    let generate = format!("POST /iam/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken");
    assert_eq!(asked[0].line, generate);
    assert_eq!(asked[0].authorization, "Bearer stand-in");
    assert_eq!(asked[0].body["lifetime"], "600s");
    let used = asked.iter().map(|asked| asked.authorization.as_str());
    let account = "Bearer of-the-account";
    let expected = ["Bearer stand-in", account, account, "Bearer stand-in"];
    assert_eq!(used.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn an_account_that_cannot_be_acted_as_is_no_reason_to_act_as_ourselves() {
    let (bigquery, standin) = connect(|_| error(403, "forbidden", "no")).await;
    let job: JobId = "countersign_1".parse().expect("a job id");
    let as_agent = bigquery.acting_as("../x?y").await.expect("a connection");
    let failed = as_agent.first_rows(&job, 10).await;
    assert!(matches!(failed, Err(WarehouseError::Unavailable { .. })));
    let lines = standin.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].contains("/serviceAccounts/..%2Fx%3Fy:generate"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_table_that_has_not_changed_is_not_described_again() {
    let (warehouse, standin) = connect(|line| {
        let reference = json!({"projectId": "demo", "datasetId": "shop", "tableId": "orders"});
        let fields = json!([{"name": "id", "type": "INTEGER"}]);
        let schema = json!({ "fields": fields });
        assert!(line.ends_with("/tables/orders"), "{line}");
        ok(&json!({"tableReference": reference, "schema": schema, "etag": "first"}))
    })
    .await;
    let name = TableName::new("demo.shop.orders");
    let described = warehouse.table(&name).await.expect("a table");
    assert_eq!(described.etag.as_deref(), Some("first"));
    // The stand-in answers 304 without a body to whoever knows the tag.
    assert_eq!(warehouse.table(&name).await.expect("a table"), described);
    assert_eq!(standin.lines().len(), 2);
}

#[tokio::test]
async fn everybodys_jobs_come_page_by_page_but_for_our_own_looks() {
    let (warehouse, standin) = connect(|line| {
        let row = |id: &str, account: &str, label: &str, text: &str| {
            let job = json!({
                "job_id": id, "user_email": account, "job_type": "QUERY", "statement_type": "SELECT",
                "labels": [{"key": "countersign_purpose", "value": label}],
                "created_at": 1_762_041_600_000_000_i64,
                "text_digest": hex::encode(sha2::Sha256::digest(text)),
            });
            json!({"f": [{"v": job.to_string()}]})
        };
        let (us, look) = ("countersign@example.com", past_jobs::text("demo", "US"));
        if line.starts_with("POST /projects/demo/jobs") || line.contains("/jobs/countersign_jobs_") {
            return ok(&json!({"user_email": us, "status": {"state": "RUNNING"}}));
        }
        if line.contains("pageToken=more") {
            let rows = [
                row("copied", "eve@example.com", "reconciliation", &look),
                row("unlabelled", us, "another", &look),
                row("another text", us, "reconciliation", "SELECT 2"),
            ];
            return ok(&json!({"jobComplete": true, "rows": rows}));
        }
        let rows = [
            row("look", us, "reconciliation", &look),
            row("a", "eve@example.com", "red", "SELECT 1"),
        ];
        ok(&json!({"jobComplete": true, "rows": rows, "pageToken": "more"}))
    })
    .await;
    let since = Timestamp::from_date("2025-11-01").expect("a day");
    let jobs = warehouse.jobs_since(since).await.expect("jobs");
    let ids: Vec<_> = jobs.iter().map(|job| job.id.as_str()).collect();
    // Whoever writes what we write is not us, and we do nothing else in that name.
    assert_eq!(ids, ["a", "copied", "unlabelled", "another text"]);
    assert_eq!(jobs[0].account, "eve@example.com");
    assert_eq!(jobs[0].statement_type.as_deref(), Some("SELECT"));
    assert_eq!(jobs[0].labels["countersign_purpose"], "red");
    assert_eq!(jobs[0].created_at.micros(), 1_762_041_600_000_000);
    let digest = Digest::from_bytes(sha2::Sha256::digest("SELECT 1").into());
    assert_eq!(jobs[0].text_digest, Some(digest));
    let asked = &standin.asked()[0].body["configuration"];
    assert_eq!(asked["query"]["query"], past_jobs::text("demo", "US"));
    let since = &asked["query"]["queryParameters"][0];
    assert_eq!(since["parameterValue"]["value"], "2025-11-01T00:00:00Z");
    assert_eq!(asked["labels"]["countersign_purpose"], "reconciliation");
}
