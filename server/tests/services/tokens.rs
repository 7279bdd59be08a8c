//! Tokens of runs: short, renewed in time, bound to a key where the agent's record says so.

use axum::body::Body;
use countersign::services::{NewAgent, NewRun, Proof, RunToken};
use http::Request;

use crate::support::{Agent, TestPortal, Who, new_run};

async fn renewed(agent: &Agent<'_>) -> String {
    let request = Request::post("/api/v1/runs/current/renew");
    let answer = agent.send(request, Body::empty()).await;
    let token = answer.json()["token"].as_str().map(str::to_owned);
    token.expect(&answer.body)
}

#[tokio::test]
async fn a_token_counts_for_ten_minutes_and_is_renewed_in_time() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let first = portal.agent(&run);
    portal.clock.advance(599);
    let second = renewed(&first).await;
    assert!(second.starts_with("cst_"));
    let current = "/api/v1/runs/current";
    let answer = first.get(current).await;
    assert_eq!(answer.problem(), (401, "token_renewed".to_owned()));
    let second = Agent::new(&portal, &second);
    assert_eq!(second.get(current).await.json()["id"], run.id.to_string());
    portal.clock.advance(600);
    let answer = second.get(current).await;
    assert_eq!(answer.problem(), (401, "token_expired".to_owned()));
    let entries = portal.ledger().await;
    let refused = entries
        .iter()
        .filter(|entry| entry.event == "request.refused");
    assert!(refused.clone().count() == 2 && refused.clone().all(|entry| entry.run == Some(run.id)));
    assert_eq!(portal.recorded("run.token_renewed").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn no_renewal_outlives_the_run() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let mut token = run.token.clone();
    for _ in 0..5 {
        portal.clock.advance(590);
        token = renewed(&Agent::new(&portal, &token)).await;
    }
    portal.clock.advance(590);
    let agent = Agent::new(&portal, &token);
    let last = renewed(&agent).await;
    let view = portal
        .store
        .run(run.id)
        .await
        .expect("an answer")
        .expect("a run");
    assert_eq!(view.token_expires_at, view.expires_at);
    portal.clock.advance(60);
    let answer = Agent::new(&portal, &last).get("/api/v1/runs/current").await;
    assert_eq!(answer.problem(), (401, "run_expired".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn of_two_renewals_at_once_one_counts() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let request = || Request::post("/api/v1/runs/current/renew");
    let (one, other) = tokio::join!(
        agent.send(request(), Body::empty()),
        agent.send(request(), Body::empty())
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    portal.finish().await;
}

#[tokio::test]
async fn a_changed_token_is_told_from_an_unknown_one() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let mut changed = run.token.clone();
    let last = changed.pop().expect("a character");
    changed.push(if last == 'A' { 'B' } else { 'A' });
    for (token, code) in [
        (changed.as_str(), "token_tampered"),
        (RunToken::generate().reveal(), "token_unknown"),
        ("cst_short", "token_malformed"),
        ("ya29.from-google", "token_malformed"),
    ] {
        let answer = Agent::new(&portal, token).get("/api/v1/runs/current").await;
        assert_eq!(answer.problem(), (401, code.to_owned()));
    }
    portal.finish().await;
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_needs_a_proof_of_that_key() {
    let portal = TestPortal::new().await;
    let new = NewAgent {
        allows_bearer: false,
        ..portal.new_agent("pipeline", &["read demo.shop.*"])
    };
    let agent = portal.confirmed(new).await;
    let alice = portal.by(Who::Alice);
    let bearer = portal.services.open_run(&alice, new_run(agent, &[])).await;
    assert_eq!(bearer.expect_err("a refusal").code(), "key_needed");
    let bound = NewRun {
        key_thumbprint: Some("thumbprint".to_owned()),
        ..new_run(agent, &[])
    };
    let opened = portal
        .services
        .open_run(&alice, bound)
        .await
        .expect("opened");
    let answer = Agent::new(&portal, opened.token.reveal());
    let answer = answer.get("/api/v1/runs/current").await;
    assert_eq!(answer.problem(), (401, "proof_missing".to_owned()));
    let key = |thumbprint: &str| Proof::Key(thumbprint.to_owned());
    let proved = |proof| {
        let (services, token, now) = (&portal.services, &opened.token, portal.now());
        async move { services.authenticate(token, &proof, None, now).await }
    };
    let other = proved(key("other")).await.expect_err("a refusal");
    assert_eq!(other.code(), "proof_of_other_key");
    let actor = proved(key("thumbprint")).await.expect("proved");
    assert_eq!(actor.run, opened.run);
    portal.finish().await;
}

#[tokio::test]
async fn a_bearer_token_is_not_made_better_by_a_key() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let token: RunToken = run.token.parse().expect("a token");
    let proof = Proof::Key("thumbprint".to_owned());
    let services = &portal.services;
    let proved = services.authenticate(&token, &proof, None, portal.now());
    let refused = proved.await.expect_err("a refusal");
    assert_eq!(refused.code(), "proof_unexpected");
    portal.finish().await;
}
