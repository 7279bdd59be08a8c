//! One run knows nothing of another.

use axum::body::Body;
use http::{Request, StatusCode, header};

use crate::support::{Agent, ORDERS_SQL, TestPortal, Who};

#[tokio::test]
async fn another_runs_token_finds_nothing() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let (mine, other) = (portal.open_run(agent).await, portal.open_run(agent).await);
    let (mine, other) = (portal.agent(&mine), portal.agent(&other));
    let intent = mine.submitted(ORDERS_SQL).await;
    portal.executed(intent).await;

    let path = format!("/api/v1/intents/{intent}");
    assert_eq!(mine.get(&path).await.status, StatusCode::OK);
    let not_found = (404, "not_found".to_owned());
    assert_eq!(other.get(&path).await.problem(), not_found);
    assert_eq!(other.results(intent, "text/csv").await.problem(), not_found);
    assert_eq!(other.cancel(intent).await.problem(), not_found);
    assert_eq!(portal.recorded("result.released").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_token_that_no_longer_counts_opens_nothing() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let ended = portal.open_run(agent).await;
    let alice = portal.by(Who::Alice);
    let done = portal.services.revoke_run(&alice, ended.id, "done").await;
    done.expect("revoked");
    let answer = portal.agent(&ended).get("/api/v1/runs/current").await;
    assert_eq!(answer.problem(), (401, "run_revoked".to_owned()));
    assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));

    let open = portal.open_run(agent).await;
    portal.clock.advance(3600);
    let answer = portal.agent(&open).get("/api/v1/runs/current").await;
    assert_eq!(answer.problem(), (401, "run_expired".to_owned()));

    let open = portal.open_run(agent).await;
    let grace = portal.by(Who::Grace);
    let revoked = portal.services.revoke_agent(&grace, agent, "gone");
    revoked.await.expect("revoked");
    let answer = portal.agent(&open).get("/api/v1/runs/current").await;
    assert_eq!(answer.problem(), (401, "agent_revoked".to_owned()));
    assert_eq!(portal.recorded("request.refused").await.len(), 3);
    portal.finish().await;
}

#[tokio::test]
async fn an_agent_may_give_its_token_back() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let request = || Request::delete("/api/v1/runs/current");
    let answer = agent.send(request(), Body::empty()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let again = agent.send(request(), Body::empty()).await;
    assert_eq!(again.problem(), (401, "run_ended".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn a_run_token_opens_no_page_and_its_absence_no_api() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let answer = agent.get("/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let nobody = Request::get("/api/v1/runs/current").body(Body::empty());
    let answer = portal.send(nobody.expect("a request")).await;
    assert_eq!(answer.problem(), (401, "token_missing".to_owned()));
    let stranger = format!("cst_{}", "A".repeat(49));
    let answer = Agent::new(&portal, &stranger)
        .get("/api/v1/runs/current")
        .await;
    assert_eq!(answer.problem(), (401, "token_tampered".to_owned()));
    portal.finish().await;
}
