//! A server and a client in one process.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header::AUTHORIZATION},
};
use sandbox::bigquery::{AccessToken, Server, router};
use serde_json::{Value, json};
use tower::ServiceExt;

/// The only token the server accepts.
pub const TOKEN: &str = "a-token-for-tests";

/// Sends requests to a server of its own.
pub struct Client {
    router: Router,
}

impl Client {
    pub fn new() -> Self {
        let server = Server::new(Some(AccessToken::new(TOKEN))).expect("the sample shop is made");
        Self {
            router: router(Arc::new(server)),
        }
    }

    /// Sends a request with any `Authorization` header, or none.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        authorization: Option<&str>,
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("infallible");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX)
            .await
            .expect("a body");
        (status, serde_json::from_slice(&bytes).expect("JSON"))
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        let path = format!("/bigquery/v2/projects/demo{path}");
        self.send(Method::GET, &path, Some(&format!("Bearer {TOKEN}")), None)
            .await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let path = format!("/bigquery/v2/projects/demo{path}");
        self.send(
            Method::POST,
            &path,
            Some(&format!("Bearer {TOKEN}")),
            Some(body),
        )
        .await
    }

    /// Runs a query by `jobs.query`.
    pub async fn query(&self, sql: &str) -> (StatusCode, Value) {
        self.post("/queries", &json!({"query": sql, "useLegacySql": false}))
            .await
    }

    /// Adds the rows of all further pages to an answer.
    pub async fn rest_of(&self, answer: &mut Value) {
        while let Some(token) = answer["pageToken"].as_str().map(str::to_owned) {
            let id = answer["jobReference"]["jobId"]
                .as_str()
                .expect("a job")
                .to_owned();
            let (_, mut page) = self.get(&format!("/queries/{id}?pageToken={token}")).await;
            let more = page["rows"]
                .as_array_mut()
                .map(std::mem::take)
                .unwrap_or_default();
            answer["rows"].as_array_mut().expect("rows").extend(more);
            answer["pageToken"] = page["pageToken"].take();
        }
    }

    /// Inserts a query job; `more` goes beside the query in its configuration.
    pub async fn insert(&self, id: &str, sql: &str, more: Value) -> (StatusCode, Value) {
        let mut configuration = more;
        configuration["query"]["query"] = json!(sql);
        configuration["query"]["useLegacySql"] = json!(false);
        self.post(
            "/jobs",
            &json!({"jobReference": {"jobId": id}, "configuration": configuration}),
        )
        .await
    }
}

/// A row or value without its `f` and `v`.
pub fn plain(value: &Value) -> Value {
    let inner = |cell: &Value| plain(&cell["v"]);
    match value {
        Value::Object(row) => row["f"]
            .as_array()
            .map(|cells| cells.iter().map(inner).collect())
            .unwrap_or_default(),
        Value::Array(values) => values.iter().map(inner).collect(),
        scalar => scalar.clone(),
    }
}

/// The rows of an answer without their `f` and `v`.
pub fn rows(answer: &Value) -> Vec<Value> {
    answer["rows"]
        .as_array()
        .map(|rows| rows.iter().map(plain).collect())
        .unwrap_or_default()
}
