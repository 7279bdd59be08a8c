//! The protocol itself: who may speak it, from where, and what it tells of the tools.

use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::{Client, HOST};
use crate::support::TestPortal;

#[tokio::test]
async fn clients_of_either_age_are_told_the_tools() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let hello = json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    });
    let about = client.result("initialize", hello).await;
    assert_eq!(about["serverInfo"]["name"], "countersign");
    assert!(
        about["instructions"]
            .as_str()
            .expect("said")
            .contains("pending_approval")
    );
    let tools = client.result("tools/list", json!({})).await;
    insta::assert_json_snapshot!(tools);

    // The protocol of 2026-07-28 has no handshake; each request says what it needs.
    let newest = "2026-07-28";
    let params = json!({ "_meta": {
        "io.modelcontextprotocol/protocolVersion": newest,
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    }});
    let mut message = client.message();
    message
        .headers_mut()
        .expect("headers")
        .insert("mcp-protocol-version", newest.parse().expect("a value"));
    let message = message.header("mcp-method", "tools/list");
    let answer = client.send(message, "tools/list", params).await;
    assert_eq!(
        answer.json()["result"]["tools"],
        tools["tools"],
        "{}",
        answer.body
    );
    portal.finish().await;
}

#[tokio::test]
async fn a_client_without_a_token_learns_where_it_gets_one() {
    let portal = TestPortal::new().await;
    let request = Request::post("/mcp")
        .header(header::HOST, HOST)
        .body(Body::empty());
    let answer = portal.send(request.expect("a request")).await;
    assert_eq!(answer.problem(), (401, "token_missing".to_owned()));
    let address = format!("http://{HOST}/.well-known/oauth-protected-resource/mcp");
    let challenges = answer.headers.get_all(header::WWW_AUTHENTICATE);
    for challenge in challenges {
        let text = challenge.to_str().expect("text");
        assert!(
            text.contains(&format!("resource_metadata=\"{address}\"")),
            "{text}"
        );
    }
    let request = Request::get("/.well-known/oauth-protected-resource/mcp").body(Body::empty());
    let about = portal.send(request.expect("a request")).await.json();
    // RFC 9728 section 3.3: exactly the address that the client asked for.
    assert_eq!(about["resource"], format!("http://{HOST}/mcp"));
    assert_eq!(
        about["authorization_servers"],
        json!([format!("http://{HOST}")])
    );
    portal.finish().await;
}

#[tokio::test]
async fn no_page_of_another_site_speaks_it() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let ours = format!("http://{HOST}");
    let cases = [
        (HOST, None, StatusCode::OK),
        (HOST, Some(ours.as_str()), StatusCode::OK),
        (HOST, Some("https://evil.example"), StatusCode::FORBIDDEN),
        (HOST, Some("null"), StatusCode::FORBIDDEN),
        (HOST, Some("http://127.0.0.1:9090"), StatusCode::FORBIDDEN),
        (HOST, Some("https://127.0.0.1:8080"), StatusCode::FORBIDDEN),
        // Its name was pointed at us: DNS rebinding.
        ("evil.example:8080", None, StatusCode::FORBIDDEN),
        (
            "evil.example:8080",
            Some("http://evil.example:8080"),
            StatusCode::FORBIDDEN,
        ),
    ];
    let mut refused = 0;
    for (host, origin, status) in cases {
        let mut message = client.message();
        let headers = message.headers_mut().expect("headers");
        headers.insert(header::HOST, host.parse().expect("a value"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a value"));
        }
        let answer = client.send(message, "tools/list", json!({})).await;
        assert_eq!(answer.status, status, "{host} {origin:?}: {}", answer.body);
        if status != StatusCode::OK {
            refused += 1;
            assert_eq!(answer.problem().1, "foreign_origin");
            assert_eq!(portal.recorded("request.refused").await.len(), refused);
        }
    }
    portal.finish().await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_as_a_problem() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let client = Client::new(&portal, &run);
    let with = |name: &'static str, value: &'static str| {
        let mut message = client.message();
        let headers = message.headers_mut().expect("headers");
        headers.insert(name, value.parse().expect("a value"));
        message
    };
    let get = with("accept", "text/event-stream").method("GET");
    let cases = [
        (get, String::new(), 405, "method_not_allowed"),
        (
            with("accept", "text/html"),
            "{}".to_owned(),
            406,
            "not_acceptable",
        ),
        (
            with("content-type", "text/plain"),
            "{}".to_owned(),
            415,
            "unsupported_media_type",
        ),
        (
            client.message(),
            "x".repeat(2_000_000),
            413,
            "body_too_large",
        ),
    ];
    for (message, body, status, code) in cases {
        let request = message.body(Body::from(body)).expect("a request");
        let answer = portal.send(request).await;
        assert_eq!(
            answer.problem(),
            (status, code.to_owned()),
            "{}",
            answer.body
        );
        let last: Value = portal
            .recorded("request.refused")
            .await
            .pop()
            .expect("an entry");
        assert_eq!(last["code"], code);
    }
    portal.finish().await;
}
