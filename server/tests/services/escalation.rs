//! What happens while nobody decides.

use domain::{Ballot, IntentState};

use crate::support::{TestPortal, Who};

/// Stewards have half an hour; behind twenty minutes, finance may decide too.
const POLICY: &str = "[policy]\ndirectory = \"FOLDER\"\n";

async fn follow_up(portal: &TestPortal) {
    let system = portal.system();
    let followed = portal.services.follow_up_approvals(&system).await;
    followed.expect("followed up");
    let sent = portal.services.send_due_mails(&system).await;
    sent.expect("sent");
}

#[tokio::test]
async fn who_can_decide_and_has_not_is_reminded_once() {
    let portal = TestPortal::configured(POLICY).await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    follow_up(&portal).await;
    portal.clock.advance(899);
    follow_up(&portal).await;
    assert_eq!(portal.mails.recipients().len(), 2, "told that it came");
    portal.clock.advance(1);
    for _ in 0..3 {
        follow_up(&portal).await;
    }
    let subjects = portal.mails.subjects();
    let reminders = subjects.iter().filter(|s| s.contains("still waits"));
    assert_eq!(reminders.count(), 2, "{subjects:?}");
    assert_eq!(portal.recorded("approval.reminded").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn the_next_group_may_decide_from_its_time_on_and_is_told() {
    let portal = TestPortal::configured(POLICY).await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    portal.clock.advance(1199);
    follow_up(&portal).await;
    let refused = portal.vote(Who::Dave, approval, Ballot::Approve).await;
    assert_eq!(
        refused.expect_err("too early").code(),
        "not_in_approver_group"
    );
    let to_dave = |portal: &TestPortal| {
        let recipients = portal.mails.recipients();
        recipients.iter().filter(|to| to.contains("dave@")).count()
    };
    assert_eq!(to_dave(&portal), 0);

    portal.clock.advance(1);
    for _ in 0..3 {
        follow_up(&portal).await;
    }
    assert_eq!(to_dave(&portal), 1, "once");
    let called = portal.mails.told("now waits for you too");
    assert_eq!(called, ["\"Dave\" <dave@example.com>"]);
    assert_eq!(portal.recorded("approval.escalated").await.len(), 1);
    let state = portal.approved_by(Who::Dave, approval).await;
    assert_eq!(state, IntentState::Approved);
    portal.finish().await;
}

#[tokio::test]
async fn the_next_group_may_decide_also_when_nothing_swept() {
    let portal = TestPortal::configured(POLICY).await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    portal.clock.advance(1200);
    let state = portal.approved_by(Who::Dave, approval).await;
    assert_eq!(state, IntentState::Approved);
    portal.finish().await;
}

#[tokio::test]
async fn who_has_voted_is_not_reminded() {
    let portal = TestPortal::configured("[policy]\nbuiltin = \"strict\"\n").await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    let state = portal.approved_by(Who::Bob, approval).await;
    assert_eq!(state, IntentState::PendingApproval, "it takes two");
    portal.clock.advance(1800);
    follow_up(&portal).await;
    let reminded = portal.mails.told("still waits");
    assert_eq!(reminded, ["\"Carol\" <carol@example.com>"]);
    portal.finish().await;
}

#[tokio::test]
async fn nobody_is_called_once_its_time_is_over() {
    let portal = TestPortal::configured(POLICY).await;
    let agent = portal.agent_at_work().await;
    portal.pending(&agent).await;
    portal.clock.advance(1800);
    follow_up(&portal).await;
    for event in ["approval.reminded", "approval.escalated"] {
        assert_eq!(portal.recorded(event).await.len(), 0, "{event}");
    }
    portal.finish().await;
}
