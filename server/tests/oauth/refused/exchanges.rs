//! Pairs of a person and a workload that do not belong together, or are not what they say.

use serde_json::json;
use store::SignIn;

use super::{
    super::{
        issuer::{Draft, STRANGER},
        stage::{Attempt, PORTAL, Stage},
    },
    Case, assert_each_refused, assert_refused,
};
use crate::support::Who;

const INVALID: &str = "invalid_request";

fn subject(attempt: &mut Attempt) -> &mut Draft {
    attempt.token("subject_token")
}

fn actor(attempt: &mut Attempt) -> &mut Draft {
    attempt.token("actor_token")
}

/// Moves a time of the person's token.
fn shift(attempt: &mut Attempt, claim: &str, seconds: i64) {
    let claims = &mut subject(attempt).claims;
    claims[claim] = (claims["iat"].as_i64().expect("a time") + seconds).into();
}

/// The person's token.
#[rustfmt::skip]
const SUBJECTS: &[Case] = &[
    ("no person", |a| a.remove("subject_token"), INVALID, "subject_token_missing"),
    ("no type of token", |a| a.remove("subject_token_type"), INVALID, "subject_token_type_missing"),
    ("a SAML assertion", |a| a.set("subject_token_type", "urn:ietf:params:oauth:token-type:saml2"), INVALID, "subject_token_type_not_accepted"),
    ("a refresh token", |a| a.set("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), INVALID, "subject_token_type_not_accepted"),
    ("an access token said to be an ID token", |a| { let t = subject(a); t.header["typ"] = "at+jwt".into(); t.claims["aud"] = PORTAL.into() }, INVALID, "subject_token_typ"),
    ("an ID token said to be an access token", |a| a.set("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"), INVALID, "subject_token_typ"),
    ("no signature", |a| { subject(a).header["alg"] = "none".into(); subject(a).signer = None }, INVALID, "subject_token_alg"),
    ("a key of its own", |a| subject(a).header["jwk"] = STRANGER.public(), INVALID, "subject_token_header"),
    ("a stranger's signature", |a| subject(a).signer = Some(STRANGER.clone()), INVALID, "subject_token_signature"),
    ("another issuer", |a| subject(a).claims["iss"] = "https://login.example.com".into(), INVALID, "subject_token_iss"),
    ("no issuer", |a| subject(a).without("iss"), INVALID, "subject_token_iss"),
    ("made for another client", |a| subject(a).claims["aud"] = "desktop".into(), INVALID, "subject_token_aud"),
    ("made for others too", |a| subject(a).claims["aud"] = json!(["countersign", "desktop"]), INVALID, "subject_token_aud"),
    ("handed on by another party", |a| subject(a).claims["azp"] = "desktop".into(), INVALID, "subject_token_aud"),
    ("a party that is a list", |a| subject(a).claims["azp"] = json!(["countersign"]), INVALID, "subject_token_claims"),
    ("a time that is over", |a| shift(a, "exp", 0), INVALID, "subject_token_exp"),
    ("no end", |a| subject(a).without("exp"), INVALID, "subject_token_exp"),
    ("a life of days", |a| shift(a, "exp", 86_400), INVALID, "subject_token_iat"),
    ("a time that has not come", |a| shift(a, "nbf", 90), INVALID, "subject_token_nbf"),
    ("nobody", |a| subject(a).without("sub"), INVALID, "subject_token_sub"),
    ("a name without end", |a| subject(a).claims["sub"] = "x".repeat(256).into(), INVALID, "subject_token_sub"),
    ("nobody says when they signed in", |a| subject(a).without("auth_time"), INVALID, "subject_token_auth_time"),
    ("a sign-in in the future", |a| shift(a, "auth_time", 90), INVALID, "subject_token_auth_time"),
    ("a sign-in of yesterday", |a| shift(a, "auth_time", -8 * 3600 - 1), INVALID, "authentication_too_old"),
    ("a session that is no text", |a| subject(a).claims["sid"] = 1.into(), INVALID, "subject_token_claims"),
    ("groups that are no list", |a| subject(a).claims["groups"] = "data-stewards".into(), INVALID, "subject_token_claims"),
    ("a group that was left", |a| subject(a).claims["groups"] = json!(["others"]), INVALID, "groups_lost"),
    ("somebody who has never been here", |a| subject(a).claims["sub"] = "Mallory".into(), INVALID, "person_unknown"),
    ("somebody by their address", |a| subject(a).claims["sub"] = "alice@example.com".into(), INVALID, "person_unknown"),
];

/// The workload's token beside it.
#[rustfmt::skip]
const ACTORS: &[Case] = &[
    ("no actor", |a| a.remove("actor_token"), INVALID, "actor_token_missing"),
    ("no type of actor", |a| a.remove("actor_token_type"), INVALID, "actor_token_type_missing"),
    ("another type of actor", |a| a.set("actor_token_type", "urn:ietf:params:oauth:token-type:access_token"), INVALID, "actor_token_type_not_accepted"),
    ("another audience", |a| actor(a).claims["aud"] = "countersign".into(), INVALID, "actor_token_aud"),
    ("a time that is over", |a| { let t = actor(a); t.claims["exp"] = t.claims["iat"].clone() }, INVALID, "actor_token_exp"),
    ("another repository", |a| actor(a).claims["repository_id"] = "9999".into(), INVALID, "actor_token_other_workload"),
    ("a stranger's signature", |a| actor(a).signer = Some(STRANGER.clone()), INVALID, "actor_token_signature"),
    ("the two the wrong way round", swap, INVALID, "subject_token_iss"),
    ("the person twice", |a| { let person = subject(a).clone(); *actor(a) = person }, INVALID, "actor_token_iss"),
];

/// What is wanted for them.
#[rustfmt::skip]
const WANTED: &[Case] = &[
    ("another kind of token", |a| a.set("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), INVALID, "requested_token_type_not_accepted"),
    ("no resource", |a| a.remove("resource"), "invalid_target", "invalid_target"),
    ("another resource", |a| a.set("resource", "https://bigquery.googleapis.com/"), "invalid_target", "invalid_target"),
    ("no client", |a| a.remove("client_id"), INVALID, "client_id_missing"),
    ("no such client", |a| a.set("client_id", "agt_00000000000000000000000000000001"), "invalid_client", "client_unknown"),
    ("no key", |a| a.proofs.clear(), "invalid_dpop_proof", "dpop_missing"),
    ("no run", |a| a.remove("authorization_details"), INVALID, "authorization_details_missing"),
    ("tables beyond the grants", |a| a.asks_for(&json!([{"type": "countersign_run", "purpose": "x", "scope": ["read demo.hr.pay"]}])), "invalid_authorization_details", "scope_not_within"),
    ("time beyond the limit", |a| a.asks_for(&json!([{"type": "countersign_run", "purpose": "x", "minutes": 100_000}])), "invalid_authorization_details", "minutes_not_accepted"),
];

fn swap(attempt: &mut Attempt) {
    let person = subject(attempt).clone();
    let workload = actor(attempt).clone();
    *subject(attempt) = workload;
    *actor(attempt) = person;
}

/// An access token instead of the ID token.
fn with_access_token(stage: &Stage) -> Attempt {
    let mut attempt = stage.exchanging();
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    attempt.set("subject_token_type", kind);
    *subject(&mut attempt) = stage.access_token(Who::Alice);
    attempt
}

#[rustfmt::skip]
const ACCESS_TOKENS: &[Case] = &[
    ("for another resource", |a| subject(a).claims["aud"] = "https://other.example".into(), INVALID, "subject_token_aud"),
    ("for our client", |a| subject(a).claims["aud"] = "countersign".into(), INVALID, "subject_token_aud"),
    ("without a type", |a| subject(a).header["typ"] = "JWT".into(), INVALID, "subject_token_typ"),
    ("a machine's own", |a| subject(a).claims["client_id"] = "Alice".into(), INVALID, "subject_token_sub"),
    ("of no client", |a| subject(a).without("client_id"), INVALID, "subject_token_claims"),
    ("without an id", |a| subject(a).without("jti"), INVALID, "subject_token_claims"),
];

#[tokio::test]
async fn each_wrong_exchange_is_refused() {
    let stage = Stage::new().await;
    for cases in [SUBJECTS, ACTORS, WANTED] {
        assert_each_refused(&stage, || stage.exchanging(), cases).await;
    }
    assert_each_refused(&stage, || with_access_token(&stage), ACCESS_TOKENS).await;
    stage.answered(&stage.exchanging()).await;
    stage.answered(&with_access_token(&stage)).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_sign_in_that_is_too_old_is_told_as_rfc_9470_says() {
    let stage = Stage::new().await;
    let mut attempt = stage.exchanging();
    shift(&mut attempt, "auth_time", -8 * 3600 - 1);
    let answer = stage.send(&attempt).await;
    let challenge = "DPoP error=\"insufficient_user_authentication\", max_age=28800";
    assert_eq!(answer.headers["www-authenticate"], challenge);
    stage.portal.finish().await;
}

#[tokio::test]
async fn each_of_the_two_tokens_counts_once() {
    let stage = Stage::new().await;
    let mut first = stage.exchanging();
    let (person, workload) = (subject(&mut first).clone(), actor(&mut first).clone());
    stage.answered(&first).await;
    let mut again = stage.exchanging();
    *subject(&mut again) = person;
    assert_refused(
        &stage,
        &again,
        "the person's",
        (INVALID, "subject_token_used"),
    )
    .await;
    let mut again = stage.exchanging();
    *actor(&mut again) = workload.clone();
    assert_refused(
        &stage,
        &again,
        "the workload's",
        (INVALID, "actor_token_used"),
    )
    .await;
    // Nor does one serve at both doors.
    let mut asking = stage.asking();
    *asking.token("client_assertion") = workload;
    let used = ("invalid_client", "client_assertion_used");
    assert_refused(&stage, &asking, "at the other door", used).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn the_pair_has_to_be_allowed() {
    let stage = Stage::new().await;
    let by = |who: Who| {
        let mut attempt = stage.exchanging();
        *subject(&mut attempt) = stage.id_token(who);
        attempt
    };
    // Heidi opens runs, but not with this agent; Bob opens none.
    assert_refused_by_rule(&stage, &by(Who::Heidi), "not_a_sponsor").await;
    assert_refused_by_rule(&stage, &by(Who::Bob), "forbidden").await;
    // An agent without a workload is run by a human at the portal.
    let manual = stage.registered("manual", |new| new.workload = None).await;
    let mut attempt = stage.exchanging();
    attempt.set("client_id", manual.to_string());
    let refused = ("unauthorized_client", "client_without_workload");
    assert_refused(&stage, &attempt, "no workload", refused).await;
    // Nobody has confirmed this one.
    let mut new = stage.portal.new_agent("proposed", &["read demo.shop.*"]);
    new.workload = Some(stage.rule(&["repository_id"]));
    let alice = stage.portal.by(Who::Alice);
    let proposed = stage.portal.services.propose_agent(&alice, new).await;
    let mut attempt = stage.exchanging();
    attempt.set("client_id", proposed.expect("proposed").to_string());
    let refused = ("invalid_client", "client_unknown");
    assert_refused(&stage, &attempt, "proposed only", refused).await;
    stage.portal.finish().await;
}

/// What a rule of opening refuses has its own entry besides.
async fn assert_refused_by_rule(stage: &Stage, attempt: &Attempt, code: &str) {
    assert_refused(stage, attempt, code, (INVALID, code)).await;
    let refused = stage.portal.recorded("run.refused").await;
    assert_eq!(refused.last().expect("an entry")["code"], code);
}

#[tokio::test]
async fn people_of_another_issuer_are_other_people() {
    let stage = Stage::new().await;
    // Somebody of the same name signed in once, by a provider of those days.
    let sign_in = SignIn {
        new_id: domain::PersonId::new(uuid::Uuid::from_u128(99)),
        issuer: "https://old.example.com".to_owned(),
        subject: "Judy".to_owned(),
        ..Who::Alice.sign_in()
    };
    let mut tx = stage
        .portal
        .store
        .begin("system", stage.portal.now())
        .await
        .expect("begun");
    tx.sign_in(&sign_in).await.expect("signed in");
    tx.commit().await.expect("committed");
    let mut attempt = stage.exchanging();
    subject(&mut attempt).claims["sub"] = "Judy".into();
    let refused = (INVALID, "person_unknown");
    assert_refused(&stage, &attempt, "another issuer's person", refused).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn somebody_disabled_opens_nothing() {
    let stage = Stage::new().await;
    let grace = stage.portal.by(Who::Grace);
    let services = &stage.portal.services;
    let disabled = services.disable_person(&grace, Who::Heidi.id(), "left");
    disabled.await.expect("disabled");
    let mut attempt = stage.exchanging();
    *subject(&mut attempt) = stage.id_token(Who::Heidi);
    let refused = (INVALID, "person_unknown");
    assert_refused(&stage, &attempt, "disabled", refused).await;
    stage.portal.finish().await;
}
