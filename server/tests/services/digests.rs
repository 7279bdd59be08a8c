//! The digest: what waits, once a day, to those for whom something does.

use countersign::services::BreakGlass;

use crate::support::{TestPortal, Who};

const BOB: &str = "\"Bob\" <bob@example.com>";
const CAROL: &str = "\"Carol\" <carol@example.com>";
const DAY: i64 = 86_400;

/// Owes what is due, sends it, and says to whom digests have gone so far.
async fn digests(portal: &TestPortal) -> Vec<String> {
    let system = portal.system();
    portal.services.owe_digest(&system).await.expect("owed");
    let sent = portal.services.send_due_mails(&system).await;
    sent.expect("sent");
    portal.mails.told("1 query waits for you")
}

/// Queries wait for days, and digests go out at midnight.
async fn portal() -> TestPortal {
    deciding_by("balanced").await
}

async fn deciding_by(policy: &str) -> TestPortal {
    TestPortal::configured(&format!(
        "[approvals]\ndigest_hours = [0]\nbreak_glass_groups = [\"finance\"]\n\
         [policy]\nbuiltin = \"{policy}\"\n"
    ))
    .await
}

#[tokio::test]
async fn it_goes_once_a_day_to_those_who_could_decide() {
    let portal = portal().await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    for _ in 0..3 {
        assert_eq!(digests(&portal).await, [BOB, CAROL]);
    }
    let texts = portal.mails.texts();
    let digest = texts.iter().find(|text| text.contains("1 query waits"));
    let digest = digest.expect("a digest");
    assert!(digest.contains("on behalf of Alice"), "{digest}");
    assert!(!digest.contains("SELECT"), "{digest}");
    portal.finish().await;
}

#[tokio::test]
async fn it_comes_again_the_next_day_unless_nothing_waits_any_more() {
    let portal = portal().await;
    digests(&portal).await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    assert_eq!(digests(&portal).await.len(), 0, "today's has been");
    portal.approved_by(Who::Bob, approval).await;
    portal.clock.advance(DAY);
    assert_eq!(digests(&portal).await.len(), 0, "nothing waits");
    portal.finish().await;
}

#[tokio::test]
async fn who_turned_it_off_gets_none() {
    let portal = portal().await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    let by_bob = portal.by(Who::Bob);
    let chosen = portal.services.choose_digest(&by_bob, false).await;
    chosen.expect("chosen");
    assert_eq!(digests(&portal).await, [CAROL]);
    let page = portal.get(Who::Bob, "/me").await;
    assert!(page.body.contains("Turn it on"));
    portal.finish().await;
}

#[tokio::test]
async fn who_has_voted_is_not_told_of_it_any_more() {
    let portal = deciding_by("strict").await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    portal.approved_by(Who::Bob, approval).await;
    assert_eq!(digests(&portal).await, [CAROL], "it takes two");
    portal.finish().await;
}

#[tokio::test]
async fn reviewers_alone_are_told_of_exceptions() {
    let portal = portal().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    let said = BreakGlass {
        reason: "Checkout is down, nobody answers",
        ticket: "INC-7",
    };
    let dave = portal.by(Who::Dave);
    let broken = portal.services.break_glass(&dave, approval, said).await;
    broken.expect("broken");
    portal.pending(&agent).await;
    assert_eq!(digests(&portal).await, [BOB, CAROL]);
    let texts = portal.mails.texts();
    let mut digests = texts.iter().filter(|text| text.contains("1 query waits"));
    assert!(digests.all(|text| !text.contains("To review")));
    let told = portal.mails.told("Exceptions wait for a review");
    assert_eq!(
        told,
        [Who::Alice, Who::Erin].map(|who| format!("\"{who:?}\" <{}>", who.email()))
    );
    portal.finish().await;
}
