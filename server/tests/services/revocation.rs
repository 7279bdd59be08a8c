//! Ends: what a run, its agent, its person or its identity provider loses, all else loses
//! too, at once.

use std::sync::Arc;

use countersign::{
    context::{Actor, Context},
    services::{NewAgent, Proof, RunToken},
};
use domain::{
    Caps, IntentId,
    IntentState::{Cancelled, Succeeded, Withdrawn},
};

use crate::support::{CAPS, ORDERS_SQL, Point, Run, TestPortal, Trouble, Who, new_run};

/// One intent in each state that a revocation finds.
struct Scene {
    run: Run,
    sealed: IntentId,
    running: IntentId,
    waiting: IntentId,
}

async fn scene(portal: &TestPortal) -> Scene {
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let sealed = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.executed(sealed).await.0, Succeeded);
    let running = portal.running(&agent).await;
    let (waiting, _) = portal.pending(&agent).await;
    Scene {
        run,
        sealed,
        running,
        waiting,
    }
}

/// Nothing of the scene goes on, and each end says why.
async fn assert_all_over(portal: &TestPortal, scene: &Scene, code: &str) {
    let agent = portal.agent(&scene.run);
    let refused = (401, code.to_owned());
    assert_eq!(agent.get("/api/v1/runs/current").await.problem(), refused);
    assert_eq!(agent.ask(ORDERS_SQL).await.problem(), refused);
    let results = agent.results(scene.sealed, "text/csv").await;
    assert_eq!(results.problem(), refused, "what was sealed is withheld");
    let why = Some(code.to_owned());
    assert_eq!(
        portal.standing(scene.running).await,
        (Cancelled, why.clone())
    );
    assert_eq!(portal.standing(scene.waiting).await, (Withdrawn, why));
    assert!(
        portal
            .services
            .inbox(&portal.by(Who::Bob))
            .await
            .expect("an inbox")
            .0
            .is_empty()
    );
    let job = portal
        .warehouse
        .inserts()
        .last()
        .expect("a job")
        .id
        .to_string();
    assert_eq!(portal.stopped_jobs().await, [job]);
    assert_eq!(portal.stopped_jobs().await.len(), 1, "it is asked once");
    assert_eq!(portal.recorded("job.stopped").await.len(), 1);
    assert_eq!(portal.recorded("result.released").await.len(), 0);
}

#[tokio::test]
async fn of_a_run() {
    let portal = TestPortal::new().await;
    let scene = scene(&portal).await;
    let alice = portal.by(Who::Alice);
    let ended = portal
        .services
        .revoke_run(&alice, scene.run.id, "lost")
        .await;
    ended.expect("ended");
    assert_all_over(&portal, &scene, "run_revoked").await;
    let again = portal
        .services
        .revoke_run(&alice, scene.run.id, "lost")
        .await;
    assert_eq!(again.expect_err("a refusal").code(), "already_ended");
    portal.finish().await;
}

#[tokio::test]
async fn of_an_agent() {
    let portal = TestPortal::new().await;
    let scene = scene(&portal).await;
    let grace = portal.by(Who::Grace);
    let ended = portal
        .services
        .revoke_agent(&grace, scene.run.agent, "gone")
        .await;
    ended.expect("ended");
    assert_all_over(&portal, &scene, "agent_revoked").await;
    portal.finish().await;
}

#[tokio::test]
async fn of_a_person() {
    let portal = TestPortal::new().await;
    let scene = scene(&portal).await;
    let grace = portal.by(Who::Grace);
    let disabled = portal
        .services
        .disable_person(&grace, Who::Alice.id(), "has left");
    disabled.await.expect("disabled");
    assert_all_over(&portal, &scene, "person_disabled").await;
    portal.finish().await;
}

#[tokio::test]
async fn of_an_identity_provider() {
    let portal = TestPortal::new().await;
    let scene = scene(&portal).await;
    let issuer = "https://login.example.com";
    let alice = portal.by(Who::Alice);
    let refused = portal
        .services
        .revoke_issuer(&alice, issuer, "broken into")
        .await;
    assert_eq!(refused.expect_err("a refusal").code(), "forbidden");
    let grace = portal.by(Who::Grace);
    let other = portal
        .services
        .revoke_issuer(&grace, "https://other.example.com", "x")
        .await;
    assert!(other.expect("an answer").runs.is_empty());
    let ended = portal
        .services
        .revoke_issuer(&grace, issuer, "broken into")
        .await;
    assert_eq!(ended.expect("an answer").runs, [scene.run.id]);
    assert_all_over(&portal, &scene, "issuer_revoked").await;
    assert_eq!(portal.recorded("issuer.revoked").await.len(), 2);
    portal.finish().await;
}

#[tokio::test]
async fn of_another_run_changes_nothing_here() {
    let portal = TestPortal::new().await;
    let scene = scene(&portal).await;
    let other = portal
        .opened(Who::Alice, new_run(scene.run.agent, &[]))
        .await;
    let alice = portal.by(Who::Alice);
    let ended = portal.services.revoke_run(&alice, other.id, "done").await;
    ended.expect("ended");
    assert_eq!(portal.executed(scene.running).await.0, Succeeded);
    let rows = portal
        .agent(&scene.run)
        .results(scene.sealed, "text/csv")
        .await;
    assert_eq!(rows.status.as_u16(), 200);
    assert!(portal.stopped_jobs().await.is_empty());
    portal.finish().await;
}

#[tokio::test]
async fn a_job_that_cannot_be_stopped_yet_is_stopped_later_also_after_a_restart() {
    let mut portal = TestPortal::new().await;
    let scene = scene(&portal).await;
    let alice = portal.by(Who::Alice);
    let ended = portal
        .services
        .revoke_run(&alice, scene.run.id, "lost")
        .await;
    ended.expect("ended");
    portal.warehouse.will(Point::Cancel, Trouble::Unreachable);
    assert!(portal.stopped_jobs().await.is_empty());
    portal.restart("").await;
    // An insert that was under way may arrive late: not there now is not never there.
    portal.warehouse.will(Point::Cancel, Trouble::NotFound);
    assert!(portal.stopped_jobs().await.is_empty());
    assert_eq!(portal.stopped_jobs().await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn what_is_judged_while_the_run_ends_is_blocked() {
    let portal = Arc::new(TestPortal::new().await);
    let run = portal.run().await;
    portal.warehouse.will(Point::DryRun, Trouble::Hangs);
    let asked = {
        let agent = portal.agent(&run);
        tokio::select! {
            answer = agent.ask(ORDERS_SQL) => unreachable!("{answer:?}"),
            () = portal.warehouse.hangs() => {}
        }
        let intents = portal.store.intents_of_run(run.id).await.expect("intents");
        intents[0].id
    };
    let alice = portal.by(Who::Alice);
    let ended = portal.services.revoke_run(&alice, run.id, "lost").await;
    ended.expect("ended");
    let (state, code) = portal.executed(asked).await;
    assert_eq!(
        (state.as_str(), code.as_deref()),
        ("blocked", Some("run_revoked"))
    );
    assert_eq!(portal.warehouse.job_count(), 0);
    Arc::into_inner(portal)
        .expect("the only one")
        .finish()
        .await;
}

#[tokio::test]
async fn nothing_is_released_to_a_run_that_ended_behind_its_proof() {
    let portal = TestPortal::new().await;
    let scene = scene(&portal).await;
    let token: RunToken = scene.run.token.parse().expect("a token");
    let proved = portal
        .services
        .authenticate(&token, &Proof::Bearer, None, portal.now());
    let context = Context {
        actor: Actor::Run(proved.await.expect("proved")),
        request_id: String::new(),
        now: portal.now(),
    };
    let alice = portal.by(Who::Alice);
    let ended = portal
        .services
        .revoke_run(&alice, scene.run.id, "lost")
        .await;
    ended.expect("ended");
    let released = portal.services.release(&context, scene.sealed).await;
    assert_eq!(released.expect_err("a refusal").code(), "run_ended");
    assert_eq!(portal.recorded("result.released").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn who_waits_hears_of_the_end() {
    let portal = TestPortal::new().await;
    let scene = scene(&portal).await;
    let agent = portal.agent(&scene.run);
    let path = format!("/api/v1/intents/{}?wait=30", scene.waiting);
    let alice = portal.by(Who::Alice);
    let revoke = async {
        // The request waits by then, or comes too late and is refused all the same.
        tokio::task::yield_now().await;
        portal
            .services
            .revoke_run(&alice, scene.run.id, "lost")
            .await
    };
    let (answer, ended) = tokio::join!(agent.get(&path), revoke);
    ended.expect("ended");
    assert_eq!(answer.problem(), (401, "run_revoked".to_owned()));
    portal.finish().await;
}

/// Clients in a loop while their tokens are revoked: after a revocation's answer, nothing.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_succeeds_after_the_revocations_answer() {
    const RUNS: usize = 48;
    const CLIENTS: usize = 8;
    let portal = Arc::new(TestPortal::new().await);
    let caps = Caps {
        open_runs: 100,
        ..CAPS
    };
    let new = NewAgent {
        caps,
        ..portal.new_agent("churn-model", &["read demo.shop.*"])
    };
    let agent = portal.confirmed(new).await;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(Arc::new(portal.open_run(agent).await));
    }
    let (ended, _) = tokio::sync::watch::channel(vec![false; RUNS]);
    let ended = Arc::new(ended);
    let clients = (0..CLIENTS).map(|client| {
        let (portal, runs, ended) = (Arc::clone(&portal), runs.clone(), Arc::clone(&ended));
        tokio::spawn(async move {
            for number in (0..RUNS).cycle().skip(client * RUNS / CLIENTS) {
                let was_over = ended.borrow()[number];
                let answer = portal
                    .agent(&runs[number])
                    .get("/api/v1/runs/current")
                    .await;
                assert!(!(was_over && answer.status.is_success()), "run {number}");
                if ended.borrow().iter().all(|over| *over) {
                    return;
                }
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    let alice = portal.by(Who::Alice);
    for (number, run) in runs.iter().enumerate() {
        let revoked = portal.services.revoke_run(&alice, run.id, "lost").await;
        revoked.expect("revoked");
        ended.send_modify(|ended| ended[number] = true);
    }
    for client in clients {
        client.await.expect("no success after the end");
    }
    for run in &runs {
        let answer = portal.agent(run).get("/api/v1/runs/current").await;
        assert_eq!(answer.problem(), (401, "run_revoked".to_owned()));
    }
    assert_eq!(portal.recorded("run.revoked").await.len(), RUNS);
    Arc::into_inner(portal)
        .expect("the only one")
        .finish()
        .await;
}
