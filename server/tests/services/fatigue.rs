//! What keeps approvers from being worn down.

use domain::{Ballot::Deny, IntentState};

use crate::support::{CUSTOMERS_SQL, ORDERS_SQL, Reply, TestPortal, Who};

#[tokio::test]
async fn after_three_denials_the_run_waits() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let run = portal.open_run(agent).await;
    let agent = portal.agent(&run);
    for _ in 0..3 {
        portal.clock.advance(60);
        let (_, approval) = portal.pending(&agent).await;
        portal.vote(Who::Bob, approval, Deny).await.expect("denied");
    }
    portal.clock.advance(10);
    let answer = agent.ask(CUSTOMERS_SQL).await;
    assert_eq!(answer.problem(), (429, "cooling_down".to_owned()));
    assert_eq!(answer.headers["retry-after"], "3590");
    // What nobody has to decide still runs.
    portal.warehouse.replies(Reply::orders());
    let harmless = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.standing(harmless).await.0, IntentState::Approved);
    // The next run of the agent is another person's word for it.
    let next = portal.open_run(run.agent).await;
    portal.pending(&portal.agent(&next)).await;
    portal.finish().await;
}

#[tokio::test]
async fn five_may_wait_and_no_more() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    for _ in 0..5 {
        portal.pending(&agent).await;
    }
    let answer = agent.ask(CUSTOMERS_SQL).await;
    assert_eq!(answer.problem(), (429, "too_many_pending".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn a_look_is_recorded_once_and_habits_are_measured() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    for seconds in [2, 4, 30] {
        let (_, approval) = portal.pending(&agent).await;
        let page = format!("/approvals/{approval}");
        portal.get(Who::Bob, &page).await;
        portal.clock.advance(seconds);
        portal.get(Who::Bob, &page).await;
        // Who may not decide leaves no trace.
        portal.get(Who::Frank, &page).await;
        portal.approved_by(Who::Bob, approval).await;
    }
    let (_, unseen) = portal.pending(&agent).await;
    portal.vote(Who::Carol, unseen, Deny).await.expect("denied");
    assert_eq!(portal.recorded("approval.seen").await.len(), 3);
    let erin = portal.by(Who::Erin);
    let (from, to) = (portal.now().plus_days(-1), portal.now().plus_days(1));
    let habits = portal.services.habits(&erin, from, to).await;
    let habits: Vec<_> = habits
        .expect("habits")
        .into_iter()
        .map(|habit| {
            let facts = format!("{} of {}", habit.approved, habit.votes);
            (
                habit.person.name,
                facts,
                format!("{:.1}", habit.median_seconds),
            )
        })
        .collect();
    let expected = [("Bob", "3 of 3", "4.0"), ("Carol", "0 of 1", "0.0")];
    let expected = expected
        .map(|(name, facts, median)| (name.to_owned(), facts.to_owned(), median.to_owned()));
    assert_eq!(habits, expected);
    let refused = portal.services.habits(&portal.by(Who::Bob), from, to).await;
    assert_eq!(refused.expect_err("a refusal").code(), "forbidden");
    portal.finish().await;
}

#[tokio::test]
async fn no_way_decides_on_several_requests_at_once() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, one) = portal.pending(&agent).await;
    let (two, other) = portal.pending(&agent).await;
    let both = format!("approval={one}&approval={other}&ballot=approve");
    portal
        .desk::<app::api::approvals::Decide>(Who::Bob, &both)
        .await;
    assert_eq!(portal.standing(two).await.0, IntentState::PendingApproval);
    portal.finish().await;
}
