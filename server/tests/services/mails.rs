//! Mails: to whom, once, and again when they could not be sent.

use std::collections::BTreeSet;

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
    // Each pause is up to a quarter longer.
    portal.clock.advance(13);
    send(&portal).await;
    portal.mails.opens();
    portal.clock.advance(19);
    send(&portal).await;
    assert_eq!(portal.mails.recipients().len(), 0, "not yet");
    portal.clock.advance(6);
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [BOB, CAROL]);
    let sent = portal.recorded("mail.sent").await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["attempts"], 3);
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
    portal.clock.advance(13);
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [CAROL], "she has it");
    portal.mails.refuses("");
    portal.clock.advance(25);
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [BOB, CAROL]);
    portal.finish().await;
}

#[tokio::test]
async fn an_address_that_never_works_is_given_up_on_record() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    portal.mails.refuses("bob@");
    let mut attempts = 0;
    // The query waits for an answer all the while.
    while portal.recorded("mail.given_up").await.is_empty() {
        send(&portal).await;
        portal.clock.advance(3600);
        attempts += 1;
        assert!(attempts < 100, "it is tried for ever");
    }
    let given_up = portal.recorded("mail.given_up").await;
    assert_eq!(given_up[0]["recipient"], Who::Bob.id().to_string());
    portal.mails.refuses("");
    portal.clock.advance(9000);
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [CAROL]);
    portal.finish().await;
}

#[tokio::test]
async fn of_two_who_send_at_once_one_does() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    let system = portal.system();
    portal
        .services
        .address_notifications(&system)
        .await
        .expect("addressed");
    let (one, other) = tokio::join!(
        portal.services.send_due_mails(&system),
        portal.services.send_due_mails(&system)
    );
    one.and(other).expect("sent");
    assert_eq!(portal.mails.recipients(), [BOB, CAROL]);
    portal.finish().await;
}

#[tokio::test]
async fn each_attempt_bears_the_same_message_id() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    portal.mails.loses_answers();
    send(&portal).await;
    portal.clock.advance(13);
    send(&portal).await;
    let ids = portal.mails.message_ids();
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert_eq!(BTreeSet::from_iter(&ids).len(), 2, "{ids:?}");
    portal.finish().await;
}

#[tokio::test]
async fn one_that_is_refused_for_good_is_not_tried_again_unless_an_administrator_says_so() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    portal.mails.refuses_for_good();
    send(&portal).await;
    let by = |who| portal.by(who);
    let services = &portal.services;
    let troubled = services.troubled_deliveries(&by(Who::Bob)).await;
    assert_eq!(troubled.expect_err("hidden").code(), "forbidden");
    let troubled = services.troubled_deliveries(&by(Who::Grace)).await;
    let troubled = troubled.expect("shown");
    assert_eq!(troubled.len(), 2);
    let delivery = troubled[0].delivery.id;
    let again = services.deliver_again(&by(Who::Frank), delivery).await;
    assert_eq!(again.expect_err("not his").code(), "forbidden");
    let again = services.deliver_again(&by(Who::Grace), delivery).await;
    again.expect("owed again");
    let again = services.deliver_again(&by(Who::Grace), delivery).await;
    assert_eq!(again.expect_err("under way").code(), "not_given_up");
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

#[tokio::test]
async fn who_lost_their_access_meanwhile_gets_none() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    let system = portal.system();
    let addressed = portal.services.address_notifications(&system).await;
    addressed.expect("addressed");
    portal
        .tamper("update people set disabled_at = 1 where name in ('Alice', 'Bob')")
        .await;
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [CAROL]);
    // Nor does Alice hear what became of it.
    let denied = portal.vote(Who::Carol, approval, domain::Ballot::Deny);
    denied.await.expect("a vote");
    send(&portal).await;
    assert_eq!(portal.mails.recipients(), [CAROL]);
    portal.finish().await;
}
