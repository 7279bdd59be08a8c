//! Questions about a request, and the answers to them.

use std::time::Duration;

use countersign::services::Notice;
use domain::{ApprovalId, IntentId, IntentState};
use http::{Request, StatusCode, header};
use serde_json::json;

use crate::support::{Agent, Answer, TestPortal, Who};

async fn answer(agent: &Agent<'_>, intent: IntentId, body: serde_json::Value) -> Answer {
    let request = Request::post(format!("/api/v1/intents/{intent}/answers"))
        .header(header::CONTENT_TYPE, "application/json");
    agent.send(request, body.to_string().into()).await
}

async fn ask(portal: &TestPortal, who: Who, approval: ApprovalId, text: &str) -> String {
    let asked = portal
        .services
        .ask_question(&portal.by(who), approval, text)
        .await;
    asked.map_or_else(|error| error.code().to_owned(), |id| id.to_string())
}

#[tokio::test]
async fn the_agent_sees_a_question_and_answers_it() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    let before = portal.view(intent).await.approval.expect("an approval");
    let question = ask(&portal, Who::Bob, approval, " Why the address? ").await;
    let seen = agent.get(&format!("/api/v1/intents/{intent}")).await.json();
    assert_eq!(seen["questions"][0]["question"], "Why the address?");
    let reply = json!({ "question": question, "answer": "It is only counted." });
    let answered = answer(&agent, intent, reply).await;
    assert_eq!(answered.status, StatusCode::CREATED, "{}", answered.body);
    let answered = &answered.json()["questions"][0]["answers"][0];
    assert_eq!(answered["answer"], "It is only counted.");
    assert_eq!(answered["by"], "agent");
    // Asking does not prolong the time to decide.
    let after = portal.view(intent).await.approval.expect("an approval");
    assert_eq!(after.expires_at, before.expires_at);
    assert_eq!(portal.recorded("question.asked").await.len(), 1);
    assert_eq!(portal.recorded("question.answered").await.len(), 1);
    let page = portal
        .get(Who::Carol, &format!("/approvals/{approval}"))
        .await;
    assert!(page.body.contains("Why the address?"), "{}", page.body);
    assert!(page.body.contains("It is only counted."));
    portal.finish().await;
}

#[tokio::test]
async fn a_question_wakes_whoever_waits() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    let frank = portal.by(Who::Frank);
    let patience = Duration::from_hours(1);
    let waiting = portal.services.await_intent(&frank, intent, patience);
    // Far less than it would wait for.
    let waiting = tokio::time::timeout(Duration::from_secs(30), waiting);
    let asking = async {
        tokio::task::yield_now().await;
        ask(&portal, Who::Bob, approval, "Why?").await
    };
    let (woken, _) = tokio::join!(waiting, asking);
    let woken = woken.expect("woken").expect("an intent");
    assert_eq!(woken.intent.state, IntentState::PendingApproval);
    assert_eq!(woken.questions.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn an_answer_reaches_open_pages_and_who_asked() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    let question = ask(&portal, Who::Bob, approval, "Why?").await;
    let mut notices = portal.services.subscribe();
    let reply = json!({ "question": question, "answer": "So" });
    answer(&agent, intent, reply).await;
    assert_eq!(notices.try_recv(), Ok(Notice::Intent(intent)));
    let sent = portal.services.send_due_mails(&portal.system()).await;
    sent.expect("sent");
    let told = portal.mails.told("answered your question");
    assert_eq!(told, ["\"Bob\" <bob@example.com>"]);
    portal.finish().await;
}

#[tokio::test]
async fn only_who_could_decide_asks() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    for (who, code) in [
        (Who::Alice, "own_request"),
        (Who::Dave, "not_in_approver_group"),
        (Who::Frank, "not_an_approver"),
        (Who::Heidi, "not_found"),
    ] {
        assert_eq!(ask(&portal, who, approval, "Why?").await, code, "{who:?}");
    }
    assert_eq!(portal.recorded("question.asked").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn only_the_asking_side_answers() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let (intent, approval) = portal.pending(&agent).await;
    let question = ask(&portal, Who::Bob, approval, "Why?").await;
    let id = question.parse().expect("a question's id");
    let answers = |who: Who| {
        let context = portal.by(who);
        let services = &portal.services;
        async move { services.answer_question(&context, intent, id, "So").await }
    };
    answers(Who::Alice).await.expect("answered");
    let refused = answers(Who::Carol).await;
    assert_eq!(refused.expect_err("a refusal").code(), "not_asked");
    // A question about something else is none of this intent.
    let (other, other_approval) = portal.pending(&agent).await;
    ask(&portal, Who::Bob, other_approval, "And this?").await;
    let reply = json!({ "question": question, "answer": "So" });
    let refused = answer(&agent, other, reply).await;
    assert_eq!(refused.problem(), (404, "not_found".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn questions_and_answers_are_bounded() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    let long = "x".repeat(1001);
    assert_eq!(
        ask(&portal, Who::Bob, approval, &long).await,
        "invalid_field"
    );
    assert_eq!(
        ask(&portal, Who::Bob, approval, "  ").await,
        "invalid_field"
    );
    let mut question = String::new();
    for _ in 0..10 {
        question = ask(&portal, Who::Bob, approval, "Why?").await;
    }
    let more = ask(&portal, Who::Bob, approval, "Why?").await;
    assert_eq!(more, "too_many_questions");
    let reply = json!({ "question": question, "answer": "So" });
    for _ in 0..5 {
        answer(&agent, intent, reply.clone()).await;
    }
    let refused = answer(&agent, intent, reply.clone()).await;
    assert_eq!(refused.problem(), (409, "too_many_answers".to_owned()));
    // Nothing is asked or answered any more once it is decided.
    agent.cancel(intent).await;
    let refused = answer(&agent, intent, reply).await;
    assert_eq!(refused.problem(), (409, "already_moved".to_owned()));
    let asked = ask(&portal, Who::Bob, approval, "Why?").await;
    assert_eq!(asked, "approval_closed");
    portal.finish().await;
}
