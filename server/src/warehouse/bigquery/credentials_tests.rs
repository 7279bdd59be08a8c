//! Credentials of each kind; Google's token service is a stand-in.

use std::sync::Mutex;

use axum::{Json, Router, extract::State, http::HeaderMap, routing::post};
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn a_token_file_is_read_before_each_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    let file = AccessTokenFile(path.clone());
    assert!(file.access_token().await.is_err());
    for token in ["first", "second"] {
        std::fs::write(&path, format!("{token}\n")).expect("a file");
        assert_eq!(file.access_token().await.expect("a token"), token);
    }
}

#[tokio::test]
async fn a_file_that_is_no_key_is_named_but_not_quoted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.json");
    std::fs::write(&path, "confidential").expect("a file");
    let credentials = Credentials::ServiceAccountKey(path);
    let error = credentials.authenticator().await.err().expect("an error");
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("key.json"), "{shown}");
    assert!(!shown.contains("confidential"), "{shown}");
}

/// What the stand-in was sent: forms of the exchange, and tokens for the impersonation.
type Sent = Arc<Mutex<Vec<String>>>;

async fn exchange(State(sent): State<Sent>, form: String) -> Json<Value> {
    sent.lock().expect("unpoisoned").push(form);
    Json(json!({
        "access_token": "federated", "token_type": "Bearer", "expires_in": 3600,
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }))
}

async fn impersonate(State(sent): State<Sent>, headers: HeaderMap, body: String) -> Json<Value> {
    let bearer = headers["authorization"].to_str().expect("text");
    sent.lock()
        .expect("unpoisoned")
        .push(format!("{bearer} {body}"));
    Json(json!({"accessToken": "of-the-account", "expireTime": "2099-11-22T10:00:00Z"}))
}

async fn google() -> (String, Sent) {
    let sent = Sent::default();
    let router = Router::new()
        .route("/v1/token", post(exchange))
        .route("/v1/account", post(impersonate))
        .with_state(sent.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), sent)
}

/// An `external_account` file, and the token that it points to, in a folder.
fn external_account(google: &str, more: &Value) -> (tempfile::TempDir, Credentials) {
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, "of-the-cluster").expect("a file");
    let mut file = json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/k",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{google}/v1/token"),
        "credential_source": {"file": token},
    });
    for (name, value) in more.as_object().expect("an object") {
        file[name] = value.clone();
    }
    let path = folder.path().join("external.json");
    std::fs::write(&path, file.to_string()).expect("a file");
    (folder, Credentials::WorkloadIdentity(path))
}

fn form(text: &str) -> std::collections::BTreeMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

#[tokio::test]
async fn a_workloads_token_is_exchanged_once_for_googles() {
    let (google, sent) = google().await;
    let (_folder, credentials) = external_account(&google, &json!({}));
    let authenticator = credentials.authenticator().await.expect("usable");
    for _ in 0..2 {
        assert_eq!(
            authenticator.access_token().await.expect("a token"),
            "federated"
        );
    }
    let sent = sent.lock().expect("unpoisoned").clone();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let asked = form(&sent[0]);
    assert_eq!(
        asked["grant_type"],
        "urn:ietf:params:oauth:grant-type:token-exchange"
    );
    assert!(asked["audience"].ends_with("/providers/k"), "{asked:?}");
    assert_eq!(asked["subject_token"], "of-the-cluster");
    assert_eq!(
        asked["subject_token_type"],
        "urn:ietf:params:oauth:token-type:jwt"
    );
    assert_eq!(asked["scope"], SCOPES[0]);
}

#[tokio::test]
async fn the_exchanged_token_is_that_of_a_service_account_where_the_file_names_one() {
    let (google, sent) = google().await;
    let account = json!({"service_account_impersonation_url": format!("{google}/v1/account")});
    let (_folder, credentials) = external_account(&google, &account);
    let authenticator = credentials.authenticator().await.expect("usable");
    assert_eq!(
        authenticator.access_token().await.expect("a token"),
        "of-the-account"
    );
    let sent = sent.lock().expect("unpoisoned").clone();
    assert_eq!(
        form(&sent[0])["scope"],
        "https://www.googleapis.com/auth/cloud-platform"
    );
    assert!(sent[1].starts_with("Bearer federated "), "{sent:?}");
    assert!(sent[1].contains(SCOPES[0]), "{sent:?}");
}

#[tokio::test]
async fn no_token_is_sent_where_others_could_read_it() {
    for more in [
        json!({"token_url": "http://sts.example.com/v1/token"}),
        json!({"token_url": "sts"}),
        json!({"service_account_impersonation_url": "http://iam.example.com/v1"}),
        json!({"credential_source": {"executable": {"command": "/bin/token"}}}),
    ] {
        let (_folder, credentials) = external_account("https://sts.example.com", &more);
        let error = credentials.authenticator().await.err().expect("an error");
        assert!(error.to_string().contains("external.json"), "{error}");
    }
}
