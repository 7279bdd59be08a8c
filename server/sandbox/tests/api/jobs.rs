//! Jobs: dry runs, pages of results, repeated ids, caps, cancelling.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Client, rows};

#[tokio::test]
async fn a_dry_run_tells_everything_and_leaves_no_job() {
    let client = Client::new();
    let sql = "SELECT c.email, SUM(r.revenue) AS revenue FROM shop.customer_revenue AS r JOIN shop.customers AS c USING (country) GROUP BY c.email";
    let (status, job) = client.insert("dry", sql, json!({"dryRun": true})).await;
    assert_eq!(status, StatusCode::OK, "{job}");
    let query = &job["statistics"]["query"];
    assert_eq!(query["statementType"], "SELECT");
    let tables: Vec<&Value> = query["referencedTables"]
        .as_array()
        .expect("tables")
        .iter()
        .map(|t| &t["tableId"])
        .collect();
    assert_eq!(
        tables,
        ["customers", "orders"],
        "a view counts as the tables below it"
    );
    assert_eq!(
        query["schema"]["fields"][1],
        json!({"name": "revenue", "type": "FLOAT", "mode": "NULLABLE"})
    );
    assert_eq!(client.get("/jobs/dry").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bytes_count_the_columns_that_are_read() {
    let client = Client::new();
    let bytes = async |sql: &str| {
        let (_, job) = client.insert("dry", sql, json!({"dryRun": true})).await;
        job["statistics"]["totalBytesProcessed"]
            .as_str()
            .expect("bytes")
            .parse::<u64>()
            .expect("a number")
    };
    assert_eq!(bytes("SELECT COUNT(*) AS n FROM shop.orders").await, 0);
    assert_eq!(bytes("SELECT id FROM shop.orders").await, 8 * 120_000);
    assert_eq!(
        bytes("SELECT id FROM (SELECT * REPLACE ('x' AS status) FROM shop.orders) WHERE total > 1")
            .await,
        16 * 120_000
    );
    let (_, orders) = client.get("/datasets/shop/tables/orders").await;
    assert_eq!(
        orders["numBytes"],
        bytes("SELECT * FROM shop.orders").await.to_string()
    );
}

#[tokio::test]
async fn results_come_in_pages() {
    let client = Client::new();
    let (_, job) = client
        .insert(
            "pages",
            "SELECT id FROM shop.orders ORDER BY id",
            json!({"labels": {"run": "r1"}}),
        )
        .await;
    assert_eq!(job["configuration"]["labels"]["run"], "r1");
    let (_, empty) = client.get("/queries/pages?maxResults=0").await;
    assert_eq!(
        (&empty["totalRows"], &empty["rows"]),
        (&json!("120000"), &Value::Null)
    );
    let (_, mut all) = client.get("/queries/pages").await;
    assert_eq!(rows(&all).len(), 10_000);
    client.rest_of(&mut all).await;
    assert_eq!(rows(&all).len(), 120_000);
    assert_eq!(rows(&all)[119_999], json!(["120000"]));
    let (_, part) = client.get("/queries/pages?startIndex=5&maxResults=2").await;
    assert_eq!(rows(&part), [json!(["6"]), json!(["7"])]);
    let (status, _) = client.get("/queries/pages?pageToken=nonsense").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn timestamps_are_written_as_asked() {
    let client = Client::new();
    client
        .insert(
            "times",
            "SELECT TIMESTAMP '2024-01-01 00:00:00+00' AS t",
            json!({}),
        )
        .await;
    let (_, plain) = client.get("/queries/times").await;
    assert_eq!(rows(&plain), [json!(["1.7040672E9"])]);
    let (_, whole) = client
        .get("/queries/times?formatOptions.useInt64Timestamp=True")
        .await;
    assert_eq!(rows(&whole), [json!(["1704067200000000"])]);
}

#[tokio::test]
async fn a_repeated_id_is_a_conflict() {
    let client = Client::new();
    assert_eq!(
        client.insert("once", "SELECT 1 AS x", json!({})).await.0,
        StatusCode::OK
    );
    let (status, body) = client.insert("once", "SELECT 2 AS x", json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(body["error"]["errors"][0]["reason"], "duplicate");
    assert_eq!(body["error"]["message"], "Already Exists: Job demo:US.once");
}

#[tokio::test]
async fn a_query_over_its_cap_does_not_run() {
    let client = Client::new();
    for limit in [json!(1000), json!("1000")] {
        let sql = "UPDATE shop.notes SET body = 'changed' WHERE id = 101";
        let body = json!({"query": sql, "useLegacySql": false, "maximumBytesBilled": limit});
        let (status, body) = client.post("/queries", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(
            body["error"]["errors"][0]["reason"],
            "bytesBilledLimitExceeded"
        );
        assert_eq!(
            body["error"]["message"],
            "Query exceeded limit for bytes billed: 1000. 10485760 or higher required."
        );
    }
    let (_, notes) = client
        .query("SELECT COUNT(*) AS n FROM shop.notes WHERE body = 'changed'")
        .await;
    assert_eq!(rows(&notes), [json!(["0"])]);
}

#[tokio::test]
async fn a_running_job_can_be_cancelled() {
    let client = Client::new();
    let sql = "SELECT COUNT(*) AS n FROM shop.orders AS a, shop.orders AS b, shop.orders AS c WHERE a.total + b.total + c.total > 99999999";
    let (_, job) = client.insert("slow", sql, json!({})).await;
    assert_eq!(job["status"]["state"], "RUNNING");
    let (_, pending) = client.get("/queries/slow?timeoutMs=1").await;
    assert_eq!(pending["jobComplete"], false);
    let (status, _) = client.post("/jobs/slow/cancel", &json!({})).await;
    assert_eq!(status, StatusCode::OK);
    let (_, body) = client.get("/queries/slow").await;
    assert_eq!(body["error"]["errors"][0]["reason"], "stopped");
    let (_, job) = client.get("/jobs/slow").await;
    assert_eq!(job["status"]["errorResult"]["reason"], "stopped");
}

#[tokio::test]
async fn jobs_are_listed_newest_first() {
    let client = Client::new();
    for id in ["a", "b", "c"] {
        client.insert(id, "SELECT 1 AS x", json!({})).await;
    }
    let (_, list) = client.get("/jobs?maxResults=2").await;
    let ids: Vec<&Value> = list["jobs"]
        .as_array()
        .expect("jobs")
        .iter()
        .map(|job| &job["jobReference"]["jobId"])
        .collect();
    assert_eq!(ids, ["c", "b"]);
    assert!(list["nextPageToken"].is_string());
}

#[tokio::test]
async fn positional_and_array_parameters_have_values() {
    let client = Client::new();
    let parameter =
        |kind: Value, value: Value| json!({"parameterType": kind, "parameterValue": value});
    let body = json!({
        "query": "SELECT ? + 1 AS a, ? IN UNNEST(?) AS b",
        "useLegacySql": false,
        "parameterMode": "POSITIONAL",
        "queryParameters": [
            parameter(json!({"type": "INT64"}), json!({"value": 41})),
            parameter(json!({"type": "STRING"}), json!({"value": "it's"})),
            parameter(json!({"type": "ARRAY", "arrayType": {"type": "STRING"}}), json!({"arrayValues": [{"value": "it's"}]})),
        ],
    });
    let (_, answer) = client.post("/queries", &body).await;
    assert_eq!(rows(&answer), [json!(["42", "true"])]);
}

#[tokio::test]
async fn the_view_of_jobs_tells_what_ran_and_in_which_state() {
    let client = Client::new();
    let labels = json!({"labels": {"team": "red"}});
    client
        .insert("a", "SELECT id FROM shop.products", labels)
        .await;
    client.get("/queries/a").await;
    client
        .insert("b", "SELECT CAST('x' AS INT64) AS n", json!({}))
        .await;
    client.get("/queries/b").await;
    let sql = "SELECT job_id, user_email, job_type, statement_type, state, query, \
               total_bytes_processed, error_result.reason, labels, referenced_tables \
               FROM `region-us`.INFORMATION_SCHEMA.JOBS_BY_PROJECT \
               WHERE creation_time > TIMESTAMP '2026-01-01' AND parent_job_id IS NULL ORDER BY job_id LIMIT 2";
    let (status, answer) = client.query(sql).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let user = "sandbox@example.com";
    let failed = "SELECT CAST('x' AS INT64) AS n";
    assert_eq!(
        rows(&answer),
        [
            json!([
                "a",
                user,
                "QUERY",
                "SELECT",
                "DONE",
                "SELECT id FROM shop.products",
                "1600",
                null,
                [["team", "red"]],
                [["demo", "shop", "products"]]
            ]),
            json!([
                "b",
                user,
                "QUERY",
                null,
                "DONE",
                failed,
                null,
                "invalidQuery",
                [],
                []
            ]),
        ]
    );
    let (_, own) = client
        .query("SELECT COUNT(*) AS n FROM `demo.region-us`.INFORMATION_SCHEMA.JOBS WHERE state = 'RUNNING'")
        .await;
    assert_eq!(rows(&own), [json!(["1"])], "the job that asks");
    for elsewhere in [
        "`region-eu`.INFORMATION_SCHEMA.JOBS",
        "INFORMATION_SCHEMA.JOBS",
    ] {
        let (status, _) = client.query(&format!("SELECT * FROM {elsewhere}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{elsewhere}");
    }
}
