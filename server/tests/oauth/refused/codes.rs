//! Device codes that are worth nothing, or not for whoever brings them.

use app::api::devices::EnterDeviceCode;
use axum::body::Body;
use countersign::{
    context::{Actor, Person},
    services::ServiceError,
};
use domain::{AgentId, Timestamp};
use http::{Request, header};
use leptos::server_fn::ServerFn as _;
use serde_json::Value;
use store::DeviceVerdict;
use tower::ServiceExt as _;

use super::{
    super::{
        issuer::{Key, STRANGER},
        stage::{Attempt, Stage},
    },
    Case, assert_each_refused, assert_refused,
};
use crate::support::Who;

#[rustfmt::skip]
const POLLS: &[Case] = &[
    ("no code", |a| a.remove("device_code"), "invalid_request", "device_code_missing"),
    ("another code", |a| a.set("device_code", "x".repeat(43)), "invalid_grant", "device_code_unknown"),
    ("no proof", |a| a.proofs.clear(), "invalid_dpop_proof", "dpop_missing"),
    ("no client", |a| a.remove("client_id"), "invalid_request", "client_id_missing"),
    ("no resource", |a| a.remove("resource"), "invalid_target", "invalid_target"),
    ("two codes", |a| a.add("device_code", "x"), "invalid_request", "parameter_repeated"),
    ("no grant", |a| a.remove("grant_type"), "invalid_request", "grant_type_missing"),
    ("a code of another grant", |a| a.set("grant_type", "authorization_code"), "invalid_target", "invalid_target"),
    ("a password", |a| a.set("grant_type", "password"), "unsupported_grant_type", "unsupported_grant_type"),
    ("no person at all", |a| a.set("grant_type", "client_credentials"), "unsupported_grant_type", "unsupported_grant_type"),
    ("a refresh token", |a| a.set("grant_type", "refresh_token"), "invalid_target", "invalid_target"),
];

#[tokio::test]
async fn each_wrong_poll_is_refused_and_the_code_stays_good() {
    let stage = Stage::new().await;
    let confirmed = stage.confirmed().await;
    let code = value(&confirmed, "device_code");
    assert_each_refused(&stage, || stage.polling(&code), POLLS).await;
    stage.answered(&stage.polling(&code)).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_code_belongs_to_the_key_and_the_client_that_asked() {
    let stage = Stage::new().await;
    let other = stage.registered("other", |_| {}).await;
    let code = value(&stage.confirmed().await, "device_code");
    let unknown = ("invalid_grant", "device_code_unknown");
    let mut with_key = stage.polling(&code);
    *with_key.proof() = stage.proof_of(&STRANGER, "POST", with_key.path);
    assert_refused(&stage, &with_key, "another key", unknown).await;
    let mut by_other = stage.polling(&code);
    by_other.set("client_id", other.to_string());
    assert_refused(&stage, &by_other, "another client", unknown).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn without_a_key_the_same_workload_comes_back_with_a_fresh_token() {
    let stage = Stage::new().await;
    let bearer = stage
        .registered("bearer", |new| new.allows_bearer = true)
        .await;
    let unbound = |mut attempt: Attempt| {
        attempt.proofs.clear();
        attempt.set("client_id", bearer.to_string());
        attempt
    };
    let asking = unbound(stage.asking());
    let codes = stage.answered(&asking).await;
    stage
        .decided_by(Who::Alice, &codes, DeviceVerdict::Confirmed)
        .await;
    let code = codes["device_code"].as_str().expect("a code");
    let polling = || unbound(stage.polling(code));
    let missing = ("invalid_request", "client_assertion_missing");
    assert_refused(&stage, &polling(), "nothing proves it", missing).await;

    let with = |draft| {
        let mut attempt = polling();
        let kind = value(&asking, "client_assertion_type");
        attempt.set("client_assertion_type", kind);
        attempt.tokens.push(("client_assertion", draft));
        attempt
    };
    let used = ("invalid_client", "client_assertion_used");
    let again = asking.tokens[0].1.clone();
    assert_refused(&stage, &with(again), "the token that asked", used).await;
    let mut another = stage.workload();
    another.claims["sub"] = "repo:acme/churn:environment:production".into();
    let unknown = ("invalid_grant", "device_code_unknown");
    assert_refused(&stage, &with(another), "another job", unknown).await;
    let mut keyed = with(stage.workload());
    keyed
        .proofs
        .push(stage.proof_of(&Key::new("late"), "POST", keyed.path));
    assert_refused(&stage, &keyed, "a key that did not ask", unknown).await;
    stage.answered(&with(stage.workload())).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_code_waits_for_a_person_and_not_for_ever() {
    let stage = Stage::new().await;
    let codes = stage.answered(&stage.asking()).await;
    let code = codes["device_code"].as_str().expect("a code");
    let entries = stage.portal.ledger().await.len();
    for (seconds, error) in [
        (0, "authorization_pending"),
        (4, "slow_down"),
        (9, "slow_down"),
        (15, "authorization_pending"),
    ] {
        stage.portal.clock.advance(seconds);
        let answer = stage.send(&stage.polling(code)).await;
        assert_eq!(answer.json()["error"], error, "after {seconds} seconds");
    }
    // Nothing was refused, and nothing happened.
    assert_eq!(stage.portal.ledger().await.len(), entries);
    stage.portal.clock.advance(600);
    let expired = ("expired_token", "expired_token");
    assert_refused(&stage, &stage.polling(code), "too late", expired).await;
    let alice = stage.portal.by(Who::Alice);
    let typed = codes["user_code"].as_str().expect("a code");
    let entered = stage.portal.services.enter_device_code(&alice, typed).await;
    assert!(matches!(
        entered,
        Err(ServiceError::Invalid { field: "code", .. })
    ));
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_confirmed_code_ends_too() {
    let stage = Stage::new().await;
    let code = value(&stage.confirmed().await, "device_code");
    stage.portal.clock.advance(600);
    let expired = ("expired_token", "expired_token");
    assert_refused(&stage, &stage.polling(&code), "too late", expired).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_code_is_used_once() {
    let stage = Stage::new().await;
    let code = value(&stage.confirmed().await, "device_code");
    stage.answered(&stage.polling(&code)).await;
    let used = ("invalid_grant", "device_code_used");
    assert_refused(&stage, &stage.polling(&code), "again", used).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_persons_no_is_a_no() {
    let stage = Stage::new().await;
    let codes = stage.answered(&stage.asking()).await;
    stage
        .decided_by(Who::Alice, &codes, DeviceVerdict::Refused)
        .await;
    let code = codes["device_code"].as_str().expect("a code");
    let denied = ("access_denied", "access_denied");
    assert_refused(&stage, &stage.polling(code), "refused", denied).await;
    stage.portal.finish().await;
}

/// Alice has confirmed, and then something happens to the agent.
async fn after(happens: impl AsyncFnOnce(&Stage, AgentId), refused: (&str, &str)) {
    let stage = Stage::new().await;
    let code = value(&stage.confirmed().await, "device_code");
    happens(&stage, stage.agent).await;
    assert_refused(&stage, &stage.polling(&code), "something happened", refused).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_confirmed_code_is_worth_nothing_once_the_agent_is_ended() {
    after(
        async |stage, agent| {
            let grace = stage.portal.by(Who::Grace);
            let revoked = stage.portal.services.revoke_agent(&grace, agent, "over");
            revoked.await.expect("revoked");
        },
        ("invalid_client", "client_unknown"),
    )
    .await;
}

#[tokio::test]
async fn a_confirmed_code_is_worth_nothing_once_the_person_is_gone() {
    let stage = Stage::new().await;
    let sponsored = stage
        .registered("sponsored", |new| new.sponsors = vec![Who::Heidi.email()])
        .await;
    let as_sponsored = |mut attempt: Attempt| {
        attempt.set("client_id", sponsored.to_string());
        attempt
    };
    let codes = stage.answered(&as_sponsored(stage.asking())).await;
    stage
        .decided_by(Who::Heidi, &codes, DeviceVerdict::Confirmed)
        .await;
    let grace = stage.portal.by(Who::Grace);
    let services = &stage.portal.services;
    let disabled = services.disable_person(&grace, Who::Heidi.id(), "left");
    disabled.await.expect("disabled");
    let code = codes["device_code"].as_str().expect("a code");
    let attempt = as_sponsored(stage.polling(code));
    let gone = ("access_denied", "person_gone");
    assert_refused(&stage, &attempt, "the person is gone", gone).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn what_one_person_typed_another_cannot_see_or_confirm() {
    let stage = Stage::new().await;
    let codes = stage.answered(&stage.asking()).await;
    let request = stage.entered_by(Who::Alice, &codes).await;
    let services = &stage.portal.services;
    let heidi = stage.portal.by(Who::Heidi);
    let seen = services.device_request(&heidi, request).await;
    assert!(matches!(seen, Err(ServiceError::NotFound { .. })));
    let confirmed = DeviceVerdict::Confirmed;
    let decided = services.decide_device_request(&heidi, request, confirmed);
    assert!(matches!(decided.await, Err(ServiceError::NotFound { .. })));
    // Who types it afterwards takes it over, but is no sponsor of the agent.
    assert_eq!(stage.entered_by(Who::Heidi, &codes).await, request);
    let view = services
        .device_request(&heidi, request)
        .await
        .expect("a view");
    assert!(view.hindrance.expect("a hindrance").contains("sponsors"));
    let decided = services.decide_device_request(&heidi, request, confirmed);
    assert_eq!(
        decided.await.expect_err("refused").code(),
        "may_not_confirm"
    );
    let alice = stage.portal.by(Who::Alice);
    let decided = services.decide_device_request(&alice, request, confirmed);
    assert!(matches!(decided.await, Err(ServiceError::NotFound { .. })));
    assert_not_decided(&stage, &codes).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn to_confirm_needs_a_fresh_and_strong_sign_in_and_to_refuse_does_not() {
    let stage = Stage::new().await;
    let codes = stage.answered(&stage.asking()).await;
    let request = stage.entered_by(Who::Alice, &codes).await;
    let services = &stage.portal.services;
    for spoil in [
        |person: &mut Person, now: Timestamp| person.signed_in_at = now.plus_seconds(-301),
        |person: &mut Person, _| person.acr = None,
    ] {
        let mut alice = stage.portal.by(Who::Alice);
        if let Actor::Person(person) = &mut alice.actor {
            spoil(person, stage.portal.now());
        }
        let view = services
            .device_request(&alice, request)
            .await
            .expect("a view");
        assert!(view.step_up && view.hindrance.is_none());
        let confirmed = DeviceVerdict::Confirmed;
        let attempt = services.decide_device_request(&alice, request, confirmed);
        let error = attempt.await.expect_err("refused");
        assert_eq!(error.code(), "step_up_needed");
    }
    assert_not_decided(&stage, &codes).await;
    let mut unproved = stage.portal.by(Who::Alice);
    if let Actor::Person(person) = &mut unproved.actor {
        person.acr = None;
    }
    let refused = services.decide_device_request(&unproved, request, DeviceVerdict::Refused);
    refused.await.expect("refused");
    let typed = codes["user_code"].as_str().expect("a code");
    let entered = services.enter_device_code(&unproved, typed).await;
    assert!(
        matches!(entered, Err(ServiceError::Invalid { .. })),
        "it was answered"
    );
    let again = services.decide_device_request(&unproved, request, DeviceVerdict::Refused);
    assert!(matches!(again.await, Err(ServiceError::Conflict { .. })));
    stage.portal.finish().await;
}

#[tokio::test]
async fn guessed_codes_find_nothing_and_are_on_record() {
    let stage = Stage::new().await;
    let codes = stage.answered(&stage.asking()).await;
    let alice = stage.portal.by(Who::Alice);
    let services = &stage.portal.services;
    for typed in [
        "",
        "BBBB-BBBB",
        "bbbb bbbc",
        "'; drop table device_requests",
    ] {
        let entered = services.enter_device_code(&alice, typed).await;
        assert!(matches!(
            entered,
            Err(ServiceError::Invalid { field: "code", .. })
        ));
    }
    assert_eq!(stage.portal.recorded("device.code_refused").await.len(), 4);
    // The door counts the tries of each person, right or wrong.
    let pages = stage.portal.pages(Who::Alice);
    for tries in 1..=6 {
        let request = Request::post(EnterDeviceCode::url())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("code=BBBB-BBBB"));
        let answer = pages.clone().oneshot(request.expect("a request"));
        let status = answer.await.expect("infallible").status();
        assert_eq!(status == 429, tries > 5, "try {tries}: {status}");
    }
    let bob = stage.portal.by(Who::Bob);
    let typed = codes["user_code"].as_str().expect("a code");
    let entered = services.enter_device_code(&bob, typed).await;
    assert!(
        matches!(entered, Err(ServiceError::Forbidden(_))),
        "no initiator"
    );
    stage.portal.finish().await;
}

async fn assert_not_decided(stage: &Stage, codes: &Value) {
    let code = codes["device_code"].as_str().expect("a code");
    let answer = stage.send(&stage.polling(code)).await;
    assert_eq!(answer.json()["error"], "authorization_pending");
    assert!(stage.portal.recorded("device.decided").await.is_empty());
}

fn value(attempt: &Attempt, name: &str) -> String {
    let mut form = attempt.form.iter();
    let found = form.find(|(known, _)| known == name);
    found.expect("the parameter").1.clone()
}
