//! The digest: what waits, once a day, to those for whom something does.

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
    TestPortal::configured("[approvals]\ndigest_hours = [0]\n[policy]\nbuiltin = \"balanced\"\n")
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
