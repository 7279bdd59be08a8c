//! An agent: a run's token, and requests with it.

use axum::{
    body::{Body, to_bytes},
    response::Response,
};
use domain::IntentId;
use http::{HeaderMap, Request, StatusCode, header, request::Builder};
use serde_json::{Value, json};

use super::TestPortal;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: String,
}

impl Answer {
    /// Reads a response to its end.
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        Self {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).expect("text"),
        }
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect(&self.body)
    }

    /// The status and the stable code of a problem.
    pub fn problem(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().expect(&self.body).to_owned();
        (self.status.as_u16(), code)
    }
}

/// An agent within a run.
pub struct Agent<'a> {
    portal: &'a TestPortal,
    token: String,
}

impl<'a> Agent<'a> {
    /// An agent that sends this token.
    pub fn new(portal: &'a TestPortal, token: &str) -> Self {
        Self {
            portal,
            token: token.to_owned(),
        }
    }

    /// Sends a request with the token.
    pub async fn send(&self, request: Builder, body: Body) -> Answer {
        let request = request
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(body);
        self.portal.send(request.expect("a request")).await
    }

    /// Asks for an address.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Submits a body under a key.
    pub async fn submit(&self, key: &str, body: &Value) -> Answer {
        let request = Request::post("/api/v1/intents")
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key);
        self.send(request, Body::from(body.to_string())).await
    }

    /// Submits SQL under a fresh key.
    pub async fn ask(&self, sql: &str) -> Answer {
        let key = self.portal.fresh_key();
        self.submit(&key, &json!({ "sql": sql })).await
    }

    /// Submits SQL that is taken in.
    pub async fn submitted(&self, sql: &str) -> IntentId {
        let answer = self.ask(sql).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let id = answer.json()["id"].as_str().map(str::parse);
        id.expect("an id").expect("an intent's id")
    }

    /// Takes an intent back.
    pub async fn cancel(&self, intent: IntentId) -> Answer {
        let request = Request::post(format!("/api/v1/intents/{intent}/cancel"));
        self.send(request, Body::empty()).await
    }

    /// The rows, in the wanted form.
    pub async fn results(&self, intent: IntentId, accept: &str) -> Answer {
        let request = Request::get(format!("/api/v1/intents/{intent}/results"));
        self.send(request.header(header::ACCEPT, accept), Body::empty())
            .await
    }
}
