//! Authorization codes that are worth nothing, or not for whoever brings them.

use domain::AgentId;
use serde_json::Value;

use super::{
    super::{
        authorize::{asked, desktop, granted},
        issuer::STRANGER,
        stage::{Attempt, PORTAL, Stage},
    },
    Case, assert_each_refused, assert_refused,
};

#[rustfmt::skip]
const REDEMPTIONS: &[Case] = &[
    ("no code", |a| a.remove("code"), "invalid_request", "code_missing"),
    ("another code", |a| a.set("code", "x".repeat(43)), "invalid_grant", "code_unknown"),
    ("no verifier", |a| a.remove("code_verifier"), "invalid_request", "code_verifier_missing"),
    ("another verifier", |a| a.set("code_verifier", "x".repeat(43)), "invalid_grant", "code_unknown"),
    ("the challenge for a verifier", |a| a.set("code_verifier", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), "invalid_grant", "code_unknown"),
    ("no address", |a| a.remove("redirect_uri"), "invalid_request", "redirect_uri_missing"),
    ("another port", |a| a.set("redirect_uri", "http://127.0.0.1:49153/callback"), "invalid_grant", "code_unknown"),
    ("another path", |a| a.set("redirect_uri", "http://127.0.0.1:49152/callback/"), "invalid_grant", "code_unknown"),
    ("another name of the machine", |a| a.set("redirect_uri", "http://localhost:49152/callback"), "invalid_grant", "code_unknown"),
    ("no client", |a| a.remove("client_id"), "invalid_request", "client_id_missing"),
    ("no such client", |a| a.set("client_id", "agt_00000000000070008000000000000001"), "invalid_client", "client_unknown"),
    ("no resource", |a| a.remove("resource"), "invalid_target", "invalid_target"),
    ("all of the program", |a| a.set("resource", PORTAL), "invalid_target", "invalid_target"),
    ("two codes", |a| a.add("code", "x"), "invalid_request", "parameter_repeated"),
];

#[tokio::test]
async fn each_wrong_redemption_is_refused_and_the_code_stays_good() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let other = stage.portal.register("other", &["read demo.shop.*"]).await;
    let code = granted(&stage.portal, agent).await;
    assert_each_refused(&stage, || stage.redeeming(agent, &code), REDEMPTIONS).await;
    let by_other = stage.redeeming(other, &code);
    assert_refused(
        &stage,
        &by_other,
        "another client",
        ("invalid_grant", "code_unknown"),
    )
    .await;
    stage.answered(&stage.redeeming(agent, &code)).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_the_run_that_it_opened() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let code = granted(&stage.portal, agent).await;
    let token = stage.answered(&stage.redeeming(agent, &code)).await;
    let token = token["access_token"].as_str().expect("a token");
    assert_eq!(asked(&stage.portal, "/mcp", token).await.status, 200);
    let used = ("invalid_grant", "code_used");
    assert_refused(&stage, &stage.redeeming(agent, &code), "a replay", used).await;
    let answer = asked(&stage.portal, "/mcp", token).await;
    assert_eq!(answer.problem(), (401, "run_ended".to_owned()));
    assert_refused(&stage, &stage.redeeming(agent, &code), "another", used).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn of_two_at_once_neither_keeps_a_run() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let code = granted(&stage.portal, agent).await;
    let attempt = stage.redeeming(agent, &code);
    let (one, two) = tokio::join!(stage.send(&attempt), stage.send(&attempt));
    assert!(one.status == 400 || two.status == 400);
    assert_eq!(stage.portal.recorded("run.opened").await.len(), 1);
    for answer in [one, two] {
        let answer = answer.json();
        if let Some(token) = answer["access_token"].as_str() {
            assert_eq!(asked(&stage.portal, "/mcp", token).await.status, 401);
        }
    }
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_code_counts_for_a_minute() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let codes = [
        granted(&stage.portal, agent).await,
        granted(&stage.portal, agent).await,
    ];
    stage.portal.clock.advance(59);
    stage.answered(&stage.redeeming(agent, &codes[0])).await;
    stage.portal.clock.advance(1);
    let late = stage.redeeming(agent, &codes[1]);
    assert_refused(&stage, &late, "too late", ("invalid_grant", "code_unknown")).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_client_that_proves_a_key_gets_a_token_bound_to_it() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let code = granted(&stage.portal, agent).await;
    let mut attempt = stage.redeeming(agent, &code);
    attempt.proofs = vec![stage.proof_of(&stage.key, "POST", attempt.path)];
    let answer = stage.answered(&attempt).await;
    assert_eq!(answer["token_type"], "DPoP");
    let token = answer["access_token"].as_str().expect("a token");
    let answer = asked(&stage.portal, "/mcp", token).await;
    assert_eq!(answer.problem(), (401, "proof_missing".to_owned()));
    stage.portal.finish().await;
}

#[tokio::test]
async fn what_happened_meanwhile_counts() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let code = granted(&stage.portal, agent).await;
    let grace = stage.portal.by(crate::support::Who::Grace);
    let suspended = stage.portal.services.suspend_agent(&grace, agent, "a look");
    suspended.await.expect("suspended");
    let attempt = stage.redeeming(agent, &code);
    assert_refused(
        &stage,
        &attempt,
        "its agent",
        ("invalid_client", "client_unknown"),
    )
    .await;
    let resumed = stage.portal.services.resume_agent(&grace, agent);
    resumed.await.expect("resumed");
    let alice = crate::support::Who::Alice.id();
    let disabled = stage.portal.services.disable_person(&grace, alice, "gone");
    disabled.await.expect("disabled");
    assert_refused(
        &stage,
        &attempt,
        "its person",
        ("access_denied", "person_gone"),
    )
    .await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_device_code_is_for_the_door_that_it_was_asked_for() {
    let stage = Stage::new().await;
    let mut attempt = stage.confirmed().await;
    attempt.set("resource", super::super::authorize::MCP);
    let wrong = ("invalid_target", "invalid_target");
    assert_refused(&stage, &attempt, "another door", wrong).await;
    stage.portal.finish().await;
}

#[rustfmt::skip]
const REFRESHINGS: &[Case] = &[
    ("no refresh token", |a| a.remove("refresh_token"), "invalid_request", "refresh_token_missing"),
    ("another", |a| a.set("refresh_token", format!("csr_{}", "x".repeat(43))), "invalid_grant", "refresh_token_unknown"),
    ("no client", |a| a.remove("client_id"), "invalid_request", "client_id_missing"),
    ("no resource", |a| a.remove("resource"), "invalid_target", "invalid_target"),
    ("all of the program", |a| a.set("resource", PORTAL), "invalid_target", "invalid_target"),
];

/// A client whose run was opened, about to go on.
async fn refreshing(stage: &Stage, agent: AgentId) -> (Attempt, String) {
    let code = granted(&stage.portal, agent).await;
    let answer = stage.answered(&stage.redeeming(agent, &code)).await;
    next(stage, agent, &answer)
}

fn next(stage: &Stage, agent: AgentId, answer: &Value) -> (Attempt, String) {
    let text = |name: &str| answer[name].as_str().expect(name).to_owned();
    let mut attempt = stage.redeeming(agent, "");
    for name in ["code", "code_verifier", "redirect_uri"] {
        attempt.remove(name);
    }
    attempt.set("grant_type", "refresh_token");
    attempt.set("refresh_token", text("refresh_token"));
    (attempt, text("access_token"))
}

#[tokio::test]
async fn a_client_goes_on_in_its_run_until_it_ends() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let (mut attempt, mut token) = refreshing(&stage, agent).await;
    // The run was opened for half an hour, its first token for ten minutes.
    for _ in 0..2 {
        stage.portal.clock.advance(700);
        let late = asked(&stage.portal, "/mcp", &token).await;
        assert_eq!(late.problem(), (401, "token_expired".to_owned()));
        let answer = stage.answered(&attempt).await;
        (attempt, token) = next(&stage, agent, &answer);
        assert_eq!(asked(&stage.portal, "/mcp", &token).await.status, 200);
        let elsewhere = asked(&stage.portal, "/api/v1/runs/current", &token).await;
        assert_eq!(elsewhere.problem(), (401, "token_audience".to_owned()));
    }
    assert_eq!(stage.portal.recorded("run.opened").await.len(), 1);
    assert_eq!(stage.portal.recorded("run.token_renewed").await.len(), 2);
    stage.portal.clock.advance(700);
    let over = ("invalid_grant", "run_expired");
    assert_refused(&stage, &attempt, "the run is over", over).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn each_wrong_refreshing_is_refused_and_the_refresh_token_stays_good() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let other = stage.portal.register("other", &["read demo.shop.*"]).await;
    let (right, _) = refreshing(&stage, agent).await;
    let again = || {
        let (mut attempt, form) = (stage.redeeming(agent, ""), right.form.clone());
        attempt.form = form;
        attempt
    };
    assert_each_refused(&stage, again, REFRESHINGS).await;
    let unknown = ("invalid_grant", "refresh_token_unknown");
    let mut by_other = again();
    by_other.set("client_id", other.to_string());
    assert_refused(&stage, &by_other, "another client", unknown).await;
    let mut with_key = again();
    with_key.proofs = vec![stage.proof_of(&stage.key, "POST", with_key.path)];
    assert_refused(
        &stage,
        &with_key,
        "a key that the run is not bound to",
        unknown,
    )
    .await;
    stage.answered(&again()).await;
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_bound_run_goes_on_by_its_key_alone() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let code = granted(&stage.portal, agent).await;
    let mut redeeming = stage.redeeming(agent, &code);
    redeeming.proofs = vec![stage.proof_of(&stage.key, "POST", redeeming.path)];
    let answer = stage.answered(&redeeming).await;
    let (mut attempt, _) = next(&stage, agent, &answer);
    let unknown = ("invalid_grant", "refresh_token_unknown");
    assert_refused(&stage, &attempt, "no proof", unknown).await;
    attempt.proofs = vec![stage.proof_of(&STRANGER, "POST", attempt.path)];
    assert_refused(&stage, &attempt, "another key", unknown).await;
    attempt.proofs = vec![stage.proof_of(&stage.key, "POST", attempt.path)];
    assert_eq!(stage.answered(&attempt).await["token_type"], "DPoP");
    stage.portal.finish().await;
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_its_run() {
    let stage = Stage::new().await;
    let agent = desktop(&stage.portal).await;
    let (attempt, before) = refreshing(&stage, agent).await;
    let answer = stage.answered(&attempt).await;
    let (newest, token) = next(&stage, agent, &answer);
    let replaced = asked(&stage.portal, "/mcp", &before).await;
    assert_eq!(replaced.problem(), (401, "token_renewed".to_owned()));
    let used = ("invalid_grant", "refresh_token_used");
    assert_refused(&stage, &attempt, "a replay", used).await;
    let ended = asked(&stage.portal, "/mcp", &token).await;
    assert_eq!(ended.problem(), (401, "run_ended".to_owned()));
    let over = ("invalid_grant", "run_ended");
    assert_refused(&stage, &newest, "the newest", over).await;
    stage.portal.finish().await;
}
