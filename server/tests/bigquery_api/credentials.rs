//! A run's file of credentials: handed out to one person, exchanged as Google's clients do.

use axum::body::Body;
use countersign::services::{NewAgent, NewRun};
use domain::RunId;
use http::{Request, header};
use serde_json::Value;
use url::form_urlencoded;

use crate::support::{Agent, Answer, ORDERS_SQL, TestPortal, Who, new_run};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

async fn hand_out(portal: &TestPortal, who: Who, run: RunId) -> Answer {
    let request = Request::post(format!("/runs/{run}/credentials"));
    let request = request.body(Body::empty()).expect("a request");
    portal.page(who, request).await
}

async fn file(portal: &TestPortal, run: RunId) -> Value {
    hand_out(portal, Who::Alice, run).await.json()
}

/// The path of an address that a file names.
fn path(portal: &TestPortal, address: &Value) -> String {
    let address = address.as_str().expect("an address");
    let path = address.strip_prefix(portal.services.public_url());
    path.expect("ours").to_owned()
}

/// What clients do with the file: they fetch the subject token and exchange it.
async fn exchange(portal: &TestPortal, file: &Value) -> Answer {
    let source = &file["credential_source"];
    let mut request = Request::get(path(portal, &source["url"]));
    for (name, value) in source["headers"].as_object().expect("headers") {
        request = request.header(name, value.as_str().expect("text"));
    }
    let subject = portal.send(request.body(Body::empty()).expect("a request"));
    let subject = subject.await.json();
    let field = source["format"]["subject_token_field_name"].as_str();
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", EXCHANGE)
        .append_pair("audience", file["audience"].as_str().expect("text"))
        .append_pair("scope", "https://www.googleapis.com/auth/bigquery")
        .append_pair("requested_token_type", ACCESS_TOKEN)
        .append_pair(
            "subject_token",
            subject[field.expect("a name")].as_str().expect("text"),
        )
        .append_pair(
            "subject_token_type",
            file["subject_token_type"].as_str().expect("text"),
        )
        .finish();
    let request = Request::post(path(portal, &file["token_url"]))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(Body::from(form)).expect("a request");
    portal.send(request).await
}

async fn token(portal: &TestPortal, file: &Value) -> String {
    let answer = exchange(portal, file).await.json();
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["issued_token_type"], ACCESS_TOKEN);
    answer["access_token"].as_str().expect("a token").to_owned()
}

fn refusal(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"].as_str().map(str::to_owned);
    (answer.status.as_u16(), code.expect(&answer.body))
}

#[tokio::test]
async fn several_clients_use_one_file_as_long_as_the_run_is_open() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let file = file(&portal, run.id).await;
    assert_eq!(file["type"], "external_account");
    let (one, other) = (token(&portal, &file).await, token(&portal, &file).await);
    for token in [&one, &other, &run.token] {
        let job = Agent::new(&portal, token).insert("job-1", ORDERS_SQL).await;
        assert_eq!(job.status.as_u16(), 200, "{}", job.body);
    }
    portal.clock.advance(600);
    let late = Agent::new(&portal, &one).look("/jobs/job-1").await;
    assert!(late.body.contains("token_expired"), "{}", late.body);
    let next = token(&portal, &file).await;
    let answer = Agent::new(&portal, &next).look("/jobs/job-1").await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(portal.recorded("run.credentials_exchanged").await.len(), 3);

    portal.clock.advance(3600);
    let over = exchange(&portal, &file).await;
    assert_eq!(refusal(&over), (400, "run_expired".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn a_new_file_and_the_end_of_the_run_make_a_file_worth_nothing() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let old = file(&portal, run.id).await;
    let held = token(&portal, &old).await;
    let new = file(&portal, run.id).await;
    let refused = exchange(&portal, &old).await;
    assert_eq!(refusal(&refused), (400, "credentials_unknown".to_owned()));
    let held = Agent::new(&portal, &held).look("/jobs").await;
    assert!(held.body.contains("token_unknown"), "{}", held.body);

    let alice = portal.by(Who::Alice);
    let held = token(&portal, &new).await;
    let revoked = portal.services.revoke_run(&alice, run.id, "done").await;
    revoked.expect("revoked");
    let refused = exchange(&portal, &new).await;
    assert_eq!(refusal(&refused), (400, "run_revoked".to_owned()));
    let held = Agent::new(&portal, &held).look("/jobs").await;
    assert!(held.body.contains("run_revoked"), "{}", held.body);
    let again = hand_out(&portal, Who::Alice, run.id).await;
    assert_eq!(again.problem(), (401, "run_revoked".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn only_the_person_in_whose_name_the_run_is_gets_its_file() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    // Heidi opens runs too, but this one is not in her name.
    for who in [Who::Bob, Who::Dave, Who::Erin, Who::Grace, Who::Heidi] {
        let refused = hand_out(&portal, who, run.id).await;
        assert!(refused.status.is_client_error(), "{who:?}");
        assert!(!refused.body.contains("csc_"), "{who:?}");
    }
    let agent = NewAgent {
        allows_bearer: false,
        ..portal.new_agent("pipeline", &["read demo.shop.*"])
    };
    let bound = NewRun {
        key_thumbprint: Some("thumbprint".to_owned()),
        ..new_run(portal.confirmed(agent).await, &[])
    };
    let alice = portal.by(Who::Alice);
    let opened = portal.services.open_run(&alice, bound);
    let opened = opened.await.expect("opened").run;
    let refused = hand_out(&portal, Who::Alice, opened).await;
    assert_eq!(refused.problem(), (403, "run_bound_to_key".to_owned()));
    assert_eq!(portal.recorded("run.credentials_issued").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn the_secret_is_no_token_and_stands_nowhere() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let file = file(&portal, run.id).await;
    let secret = file["credential_source"]["headers"]
        .as_object()
        .expect("headers");
    let secret = secret
        .values()
        .next()
        .and_then(Value::as_str)
        .expect("a secret");
    let refused = Agent::new(&portal, secret).look("/jobs").await;
    assert!(refused.body.contains("token_malformed"), "{}", refused.body);
    let token = token(&portal, &file).await;
    for entry in portal.ledger().await {
        assert!(!entry.payload.contains(secret) && !entry.payload.contains(&token));
    }
    let without = Request::get("/oauth2/subject_token").body(Body::empty());
    let without = portal.send(without.expect("a request")).await;
    assert_eq!(without.problem(), (400, "credentials_missing".to_owned()));
    portal.finish().await;
}
