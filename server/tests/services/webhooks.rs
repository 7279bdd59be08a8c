//! Webhooks: signed, tried again, and never anywhere else.

use std::{
    collections::VecDeque,
    env,
    process::Command,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::LOCATION},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::support::TestPortal;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PREVIOUS: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// A message as it came.
#[derive(Clone)]
struct Received {
    path: String,
    headers: HeaderMap,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Whether one of its signatures is by this secret, as a receiver checks it.
    fn is_signed_by(&self, secret: &str) -> bool {
        let key = secret.strip_prefix("whsec_").expect("a secret");
        let key = STANDARD.decode(key).expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        let (id, timestamp) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        mac.update(format!("{id}.{timestamp}.{}", self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let mut signatures = self.header("webhook-signature").split(' ');
        signatures.any(|signature| signature == expected)
    }
}

/// A receiver on this machine that answers as it is told.
#[derive(Clone, Default)]
struct Receiver {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

impl Receiver {
    /// Listens; says at which port.
    async fn listen(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let router = Router::new().fallback(receive).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        port
    }

    fn will_answer(&self, status: StatusCode) {
        self.answers.lock().expect("answers").push_back(status);
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().expect("messages").clone()
    }
}

async fn receive(
    State(receiver): State<Receiver>,
    uri: http::Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    receiver.received.lock().expect("messages").push(Received {
        path: uri.path().to_owned(),
        headers,
        body: String::from_utf8(body.to_vec()).expect("text"),
    });
    let answer = receiver.answers.lock().expect("answers").pop_front();
    let status = answer.unwrap_or(StatusCode::NO_CONTENT);
    (status, [(LOCATION, "/elsewhere")]).into_response()
}

/// A portal with one webhook, at which something waits for approval.
async fn telling(url: &str, further: &str, loopback: bool) -> TestPortal {
    let portal = TestPortal::configured(&format!(
        r#"
        [webhooks]
        allowed_hosts = ["127.0.0.1", "localhost"]
        allow_loopback = {loopback}
        [[webhooks.endpoints]]
        name = "operations"
        url = "{url}"
        {further}
        "#
    ))
    .await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    tell(&portal).await;
    portal
}

async fn tell(portal: &TestPortal) {
    let told = portal.services.send_due_webhooks(&portal.system()).await;
    told.expect("told or postponed");
}

fn signing() -> String {
    format!("secret = \"{SECRET}\"\nprevious_secret = \"{PREVIOUS}\"")
}

#[tokio::test]
async fn a_message_is_signed_with_both_secrets_and_holds_ids_only() {
    let receiver = Receiver::default();
    let url = format!("http://127.0.0.1:{}/hook", receiver.listen().await);
    let portal = telling(&url, &signing(), true).await;
    tell(&portal).await;
    let [message] = receiver.received().try_into().ok().expect("one message");
    assert!(message.is_signed_by(SECRET) && message.is_signed_by(PREVIOUS));
    assert!(!message.is_signed_by("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"));
    let now = portal.now().micros() / 1_000_000;
    assert_eq!(message.header("webhook-timestamp"), now.to_string());
    let json = message.json();
    assert_eq!(json["type"], "approval_waiting");
    assert_eq!(json["data"]["state"], "pending_approval");
    let approval = json["data"]["approval"].as_str().expect("an id");
    let link = format!("http://127.0.0.1:8080/approvals/{approval}");
    assert_eq!(json["data"]["link"], link);
    for word in ["Alice", "SELECT", "customers", "churn", "Count orders", "@"] {
        assert!(!message.body.contains(word), "{word} in {}", message.body);
    }
    assert_eq!(portal.recorded("webhook.sent").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn one_that_fails_is_tried_again_under_the_same_id() {
    let receiver = Receiver::default();
    receiver.will_answer(StatusCode::INTERNAL_SERVER_ERROR);
    let url = format!("http://127.0.0.1:{}/hook", receiver.listen().await);
    let portal = telling(&url, &signing(), true).await;
    portal.clock.advance(13);
    tell(&portal).await;
    let [first, second] = receiver.received().try_into().ok().expect("two messages");
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_ne!(
        first.header("webhook-timestamp"),
        second.header("webhook-timestamp")
    );
    assert!(second.is_signed_by(SECRET));
    portal.finish().await;
}

#[tokio::test]
async fn one_that_never_succeeds_is_given_up_behind_a_day() {
    let receiver = Receiver::default();
    for _ in 0..80 {
        receiver.will_answer(StatusCode::BAD_GATEWAY);
    }
    let url = format!("http://127.0.0.1:{}/hook", receiver.listen().await);
    let portal = telling(&url, &signing(), true).await;
    for _ in 0..80 {
        portal.clock.advance(3600);
        tell(&portal).await;
    }
    let tried = receiver.received().len();
    assert!((15..40).contains(&tried), "{tried}");
    let given_up = portal.recorded("webhook.given_up").await;
    assert_eq!(given_up.len(), 1);
    assert_eq!(given_up[0]["problem"], "webhook_refused");
    portal.finish().await;
}

#[tokio::test]
async fn one_that_is_gone_is_not_tried_again() {
    let receiver = Receiver::default();
    receiver.will_answer(StatusCode::GONE);
    let url = format!("http://127.0.0.1:{}/hook", receiver.listen().await);
    let portal = telling(&url, &signing(), true).await;
    let given_up = portal.recorded("webhook.given_up").await;
    assert_eq!(given_up[0]["problem"], "webhook_gone");
    portal.finish().await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let receiver = Receiver::default();
    receiver.will_answer(StatusCode::TEMPORARY_REDIRECT);
    let url = format!("http://127.0.0.1:{}/hook", receiver.listen().await);
    let portal = telling(&url, &signing(), true).await;
    let messages = receiver.received();
    let paths: Vec<_> = messages.iter().map(|message| &message.path).collect();
    assert_eq!(paths, ["/hook"]);
    assert_eq!(portal.recorded("webhook.sent").await.len(), 0);
    portal.finish().await;
}

/// Asked of another process, whose environment names a proxy.
#[test]
fn no_proxy_hears_of_a_message() {
    let told = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "services::webhooks::redirects_are_not_followed"])
        .envs(["http_proxy", "all_proxy"].map(|name| (name, "http://127.0.0.1:9")))
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output();
    let told = told.expect("run");
    let said = String::from_utf8_lossy(&told.stdout);
    assert!(said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn an_answer_is_not_waited_for_to_its_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("called");
        let _part = stream.read(&mut [0; 4096]).await.expect("a request");
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
        stream.write_all(head).await.expect("answered");
        std::future::pending::<()>().await;
    });
    let url = format!("http://127.0.0.1:{port}/hook");
    let portal = telling(&url, &signing(), true).await;
    assert_eq!(portal.recorded("webhook.sent").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn a_name_that_turns_out_to_be_within_is_not_even_called() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let url = format!("https://localhost:{port}/hook");
    let portal = telling(&url, &signing(), false).await;
    let troubled = portal.store.troubled_deliveries().await.expect("read");
    let problem = troubled[0].problem.as_deref();
    assert_eq!(problem, Some("webhook_private_address"));
    listener
        .into_std()
        .expect("a listener")
        .accept()
        .expect_err("nobody called");
    portal.finish().await;
}

#[tokio::test]
async fn slack_gets_a_sentence_with_a_link() {
    let receiver = Receiver::default();
    let url = format!(
        "http://127.0.0.1:{}/services/T0/B0",
        receiver.listen().await
    );
    let portal = telling(&url, "format = \"slack\"", true).await;
    let json = receiver.received()[0].json();
    let text = json["text"].as_str().expect("a text");
    assert!(text.starts_with("*Countersign: approval waiting* · churn-model · "));
    assert!(
        text.contains("<http://127.0.0.1:8080/approvals/apr_"),
        "{text}"
    );
    assert_eq!(json["blocks"][0]["text"]["type"], "mrkdwn");
    portal.finish().await;
}

#[tokio::test]
async fn each_is_told_only_what_it_wants_to_hear() {
    let receiver = Receiver::default();
    let url = format!("http://127.0.0.1:{}/hook", receiver.listen().await);
    let further = format!("{}\nkinds = [\"break_glass\"]", signing());
    let portal = telling(&url, &further, true).await;
    assert_eq!(receiver.received().len(), 0);
    portal.finish().await;
}
