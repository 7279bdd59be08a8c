//! The front door for BigQuery's own clients: what they send, and what they read.

mod credentials;
mod datasets;
mod job_list;
mod listing;
mod queries;
mod refusals;

use axum::body::Body;
use domain::IntentId;
use http::{Request, header};
use serde_json::{Value, json};

use crate::support::{Agent, Answer, TestPortal};

const PROJECT: &str = "/bigquery/v2/projects/demo";

impl Agent<'_> {
    /// Sends a body to an address of the project.
    async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(format!("{PROJECT}{path}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(body.to_string())).await
    }

    /// Asks for an address of the project.
    async fn look(&self, path: &str) -> Answer {
        self.get(&format!("{PROJECT}{path}")).await
    }

    /// Inserts a job of this name.
    async fn insert(&self, job: &str, sql: &str) -> Answer {
        self.post("/jobs", &job_body(job, sql)).await
    }
}

/// A job as clients insert it.
fn job_body(job: &str, sql: &str) -> Value {
    json!({
        "jobReference": {"projectId": "demo", "jobId": job},
        "configuration": {"query": {"query": sql, "useLegacySql": false}},
    })
}

/// The intent that an inserted job became.
fn intent_of(job: &Value) -> IntentId {
    let label = job["configuration"]["labels"]["countersign_intent"].as_str();
    label.expect("a label").parse().expect("an intent's id")
}

/// BigQuery's word and our code of a refusal.
fn refusal(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    let error = &body["error"];
    assert_eq!(error["code"], answer.status.as_u16());
    let reason = error["errors"][0]["reason"].as_str().expect(&answer.body);
    let message = error["message"].as_str().expect(&answer.body);
    let (_, code) = message.rsplit_once("[countersign: ").expect(message);
    let code = code.trim_end_matches(']').to_owned();
    (answer.status.as_u16(), reason.to_owned(), code)
}

/// A refusal as a job's error.
fn job_error(job: &Value) -> (String, String) {
    let error = &job["status"]["errorResult"];
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("reason"), text("message"))
}

/// The job's intent is executed as far as it goes.
async fn run_to_end(portal: &TestPortal, job: &Value) {
    portal.execute(intent_of(job)).await.expect("executed");
}
