//! Mails: to whom, once, and again when they could not be sent.

use crate::support::{TestPortal, Who};

const ALICE: &str = "\"Alice\" <alice@example.com>";
const BOB: &str = "\"Bob\" <bob@example.com>";
const CAROL: &str = "\"Carol\" <carol@example.com>";

async fn send(portal: &TestPortal) {
    let sent = portal.services.send_due_mails(&portal.system()).await;
    sent.expect("sent or postponed");
}

#[tokio::test]
async fn they_go_to_who_may_decide_and_the_outcome_to_who_asked() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [BOB, CAROL]);
    let page = format!("http://127.0.0.1:8080/approvals/{approval}");
    let texts = portal.mails.texts();
    assert!(texts.iter().all(|text| text.contains(&page)));
    assert!(texts.iter().all(|text| !text.contains("SELECT")));

    send(&portal).await;
    assert_eq!(portal.mails.recipients().len(), 2, "each goes once");

    portal.approved_by(Who::Bob, approval).await;
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [ALICE, BOB, CAROL]);
    portal.finish().await;
}

#[tokio::test]
async fn one_that_could_not_be_sent_is_tried_again_at_growing_pauses() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    portal.mails.shuts();
    send(&portal).await;
    portal.clock.advance(10);
    send(&portal).await;
    portal.mails.opens();
    portal.clock.advance(19);
    send(&portal).await;
    assert_eq!(portal.mails.recipients().len(), 0, "not yet");
    portal.clock.advance(1);
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [BOB, CAROL]);
    assert_eq!(portal.recorded("mail.sent").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn one_bad_address_keeps_nobody_else_waiting_and_nobody_gets_it_twice() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    portal.mails.refuses("bob@");
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [CAROL]);
    portal.clock.advance(10);
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [CAROL], "she has it");
    portal.mails.refuses("");
    portal.clock.advance(20);
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [BOB, CAROL]);
    let sent = portal.recorded("mail.sent").await;
    assert_eq!(sent[0]["recipients"], 2);
    portal.finish().await;
}

#[tokio::test]
async fn an_address_that_never_works_is_given_up_on_record() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    portal.mails.refuses("bob@");
    for _ in 0..20 {
        send(&portal).await;
        portal.clock.advance(3600);
    }
    let given_up = portal.recorded("mail.given_up").await;
    assert_eq!(given_up.len(), 1);
    let carol = Who::Carol.id().to_string();
    assert_eq!(given_up[0]["delivered"], serde_json::json!([carol]));
    portal.mails.refuses("");
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [CAROL]);
    portal.finish().await;
}

#[tokio::test]
async fn nobody_is_called_for_what_was_taken_back() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, _) = portal.pending(&agent).await;
    agent.cancel(intent).await;
    send(&portal).await;
    assert_eq!(portal.mails.recipients().len(), 0);
    portal.finish().await;
}
