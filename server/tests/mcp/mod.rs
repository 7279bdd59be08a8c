//! The door for MCP clients, message by message. What a client of somebody else makes of it
//! is tested in `end2end/tests/mcp.spec.ts`.

mod looking;
mod protocol;
mod queries;
mod refused;

use axum::body::Body;
use http::{Request, header, request::Builder};
use serde_json::{Value, json};

use crate::support::{Answer, Run, TestPortal};

/// Our name, as clients know it.
pub const HOST: &str = "127.0.0.1:8080";

/// What a tool answered.
#[derive(Debug)]
pub struct Told {
    /// Whether it was refused.
    pub is_error: bool,
    /// The structured answer.
    pub content: Value,
}

impl Told {
    /// The stable code of a refusal.
    pub fn code(&self) -> &str {
        assert!(self.is_error, "{self:?}");
        self.content["code"].as_str().expect("a code")
    }

    /// The intent that it is about.
    pub fn intent(&self) -> domain::IntentId {
        let id = self.content["intent"].as_str().expect("an intent");
        id.parse().expect("an id")
    }
}

/// A client with a run's token.
pub struct Client<'a> {
    portal: &'a TestPortal,
    token: String,
}

impl<'a> Client<'a> {
    /// A client within this run.
    pub fn new(portal: &'a TestPortal, run: &Run) -> Self {
        Self {
            portal,
            token: run.token.clone(),
        }
    }

    /// A message as a client sends it.
    pub fn message(&self) -> Builder {
        Request::post("/mcp")
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18")
    }

    /// Sends a request of JSON-RPC.
    pub async fn send(&self, message: Builder, method: &str, params: Value) -> Answer {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = message.body(Body::from(body.to_string()));
        self.portal.send(request.expect("a request")).await
    }

    /// The result of a request that the protocol takes.
    pub async fn result(&self, method: &str, params: Value) -> Value {
        let answer = self.send(self.message(), method, params).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let mut body = answer.json();
        assert_eq!(body.get("error"), None, "{body}");
        body["result"].take()
    }

    /// Calls a tool.
    pub async fn call(&self, tool: &str, arguments: Value) -> Told {
        let params = json!({ "name": tool, "arguments": arguments });
        let mut result = self.result("tools/call", params).await;
        // Clients that read no structured content read the same as text.
        let text = result["content"][0]["text"].as_str().expect("a text");
        let text: Value = serde_json::from_str(text).expect("JSON");
        let content = result["structuredContent"].take();
        assert_eq!(text, content);
        Told {
            is_error: result["isError"].as_bool().expect("said"),
            content,
        }
    }

    /// Runs SQL without waiting.
    pub async fn query(&self, sql: &str) -> Told {
        let arguments = json!({ "sql": sql, "wait_seconds": 0 });
        self.call("query", arguments).await
    }

    /// How a query stands.
    pub async fn look(&self, intent: domain::IntentId) -> Told {
        let arguments = json!({ "intent": intent.to_string(), "seconds": 0 });
        self.call("wait", arguments).await
    }
}
