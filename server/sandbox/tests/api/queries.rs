//! Every case of `queries.sql` and `semantics.sql`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Client, rows};

/// A query and what it must give.
struct Case {
    name: &'static str,
    sql: &'static str,
    expected: Vec<(&'static str, &'static str)>,
}

/// Reads blocks of a name, a query and expectations, separated by empty lines.
fn cases(text: &'static str) -> Vec<Case> {
    let blocks = text.split("\n\n").skip(1).map(str::trim);
    blocks
        .map(|block| {
            let mut lines = block.lines();
            let name = lines
                .next()
                .and_then(|line| line.strip_prefix("-- "))
                .expect("a name");
            let sql = lines.next().expect("a query");
            let expected = lines.map(|line| {
                let (kind, value) = line.split_once(" => ").expect("an expectation");
                (
                    kind.trim_start_matches("-- ").trim_start_matches("--"),
                    value,
                )
            });
            Case {
                name,
                sql,
                expected: expected.collect(),
            }
        })
        .collect()
}

/// Says how the answer differs from what was expected.
fn difference(case: &Case, status: StatusCode, answer: &Value) -> Option<String> {
    let rows = rows(answer);
    for (kind, expected) in &case.expected {
        let actual = match *kind {
            "" => json!(rows),
            "first" => json!(rows[..rows.len().min(3)]),
            "count" => json!(
                answer["totalRows"]
                    .as_str()
                    .and_then(|n| n.parse::<u64>().ok())
            ),
            "affected" => json!(
                answer["numDmlAffectedRows"]
                    .as_str()
                    .and_then(|n| n.parse::<u64>().ok())
            ),
            "error" => answer["error"]["message"].clone(),
            other => panic!("unknown expectation {other}"),
        };
        let expected = if *kind == "error" {
            json!(expected)
        } else {
            serde_json::from_str(expected).expect("JSON")
        };
        if actual != expected || (status == StatusCode::OK) == (*kind == "error") {
            return Some(format!(
                "{}\n  expected {expected}\n  got      {actual} {}",
                case.name, answer["error"]
            ));
        }
    }
    None
}

async fn check(text: &'static str) -> usize {
    let client = Client::new();
    let cases = cases(text);
    let mut differences = Vec::new();
    for case in &cases {
        let parameter = json!({"name": "min_total", "parameterType": {"type": "FLOAT64"}, "parameterValue": {"value": "100"}});
        let body = json!({"query": case.sql, "useLegacySql": false, "maxResults": 100, "queryParameters": [parameter]});
        let (status, answer) = client.post("/queries", &body).await;
        differences.extend(difference(case, status, &answer));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    cases.len()
}

#[tokio::test]
async fn typical_queries_give_the_right_rows() {
    assert_eq!(check(include_str!("../queries.sql")).await, 48);
}

#[tokio::test]
async fn semantics_are_bigquerys() {
    assert!(check(include_str!("../semantics.sql")).await > 30);
}
