//! A colleague decides in the place of whoever is away.

use domain::{ApprovalId, Ballot, DelegationId, IntentState};

use crate::support::{TestPortal, Who};

/// Bob is away for a week, and Dave, whose group is asked nothing, decides for him.
async fn bob_away(portal: &TestPortal) -> DelegationId {
    lent(portal, Who::Bob, Who::Dave).await.expect("lent")
}

async fn lent(
    portal: &TestPortal,
    absent: Who,
    delegate: Who,
) -> Result<DelegationId, &'static str> {
    let dates = (portal.now(), portal.now().plus_days(7));
    let by = portal.by(absent);
    let lent = portal.services.delegate(&by, delegate.id(), dates).await;
    lent.map_err(|error| error.code())
}

async fn refusal(portal: &TestPortal, who: Who, approval: ApprovalId) -> &'static str {
    let refused = portal.vote(who, approval, Ballot::Approve).await;
    refused.expect_err("refused").code()
}

#[tokio::test]
async fn the_colleague_decides_and_the_vote_says_in_whose_place() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    assert_eq!(
        refusal(&portal, Who::Dave, approval).await,
        "not_in_approver_group"
    );
    bob_away(&portal).await;
    assert_eq!(
        portal.approved_by(Who::Dave, approval).await,
        IntentState::Approved
    );
    let vote = &portal.view(intent).await.votes[0];
    assert_eq!(
        (vote.person, vote.on_behalf_of),
        (Who::Dave.id(), Some(Who::Bob.id()))
    );
    let cast = portal.recorded("vote.cast").await;
    assert_eq!(cast[0]["on_behalf_of"], Who::Bob.id().to_string());
    let page = portal
        .get(Who::Carol, &format!("/approvals/{approval}"))
        .await;
    assert!(page.body.contains("Dave for Bob"));
    portal.finish().await;
}

#[tokio::test]
async fn it_counts_between_its_dates_only() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    let (bob, now) = (portal.by(Who::Bob), portal.now());
    let dates = (now.plus_seconds(600), now.plus_seconds(1200));
    let lent = portal.services.delegate(&bob, Who::Dave.id(), dates).await;
    lent.expect("lent");
    portal.clock.advance(599);
    assert_eq!(
        refusal(&portal, Who::Dave, approval).await,
        "not_in_approver_group"
    );
    portal.clock.advance(601);
    assert_eq!(
        refusal(&portal, Who::Dave, approval).await,
        "not_in_approver_group"
    );
    portal.finish().await;
}

#[tokio::test]
async fn taken_back_it_counts_no_more() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    let delegation = bob_away(&portal).await;
    let services = &portal.services;
    let (bob, carol) = (portal.by(Who::Bob), portal.by(Who::Carol));
    let by_carol = services.take_back_delegation(&carol, delegation);
    assert_eq!(by_carol.await.expect_err("not hers").code(), "forbidden");
    let taken_back = services.take_back_delegation(&bob, delegation);
    taken_back.await.expect("taken back");
    assert_eq!(
        refusal(&portal, Who::Dave, approval).await,
        "not_in_approver_group"
    );
    portal.finish().await;
}

#[tokio::test]
async fn one_of_both_votes_and_not_the_other_too() {
    let further = "[policy]\nbuiltin = \"strict\"\n";
    let portal = TestPortal::configured(further).await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    bob_away(&portal).await;
    let first = portal.approved_by(Who::Dave, approval).await;
    assert_eq!(first, IntentState::PendingApproval, "it takes two");
    assert_eq!(refusal(&portal, Who::Bob, approval).await, "represented");
    assert_eq!(refusal(&portal, Who::Dave, approval).await, "already_voted");
    assert_eq!(
        portal.approved_by(Who::Carol, approval).await,
        IntentState::Approved
    );
    portal.finish().await;
}

#[tokio::test]
async fn nobody_votes_for_who_has_voted_or_may_vote_no_more() {
    let further = "[policy]\nbuiltin = \"strict\"\n";
    let portal = TestPortal::configured(further).await;
    let agent = portal.agent_at_work().await;
    let (_, voted) = portal.pending(&agent).await;
    bob_away(&portal).await;
    portal.approved_by(Who::Bob, voted).await;
    assert_eq!(
        refusal(&portal, Who::Dave, voted).await,
        "not_in_approver_group"
    );
    let (_, open) = portal.pending(&agent).await;
    portal
        .tamper("update people set roles = '[\"auditor\"]' where name = 'Bob'")
        .await;
    assert_eq!(
        refusal(&portal, Who::Dave, open).await,
        "not_in_approver_group"
    );
    portal.finish().await;
}

#[tokio::test]
async fn nobody_decides_what_either_of_them_asked_for() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    // Alice opened the run and owns the agent: neither her colleague for her, nor she for Bob.
    lent(&portal, Who::Alice, Who::Dave).await.expect("lent");
    lent(&portal, Who::Bob, Who::Alice).await.expect("lent");
    assert_eq!(
        refusal(&portal, Who::Dave, approval).await,
        "not_in_approver_group"
    );
    assert_eq!(refusal(&portal, Who::Alice, approval).await, "own_request");
    portal.finish().await;
}

/// Asks Dave's group alone.
const FINANCE: &str = r#"
@id("finance")
@reason("Finance has to agree.")
@approvers("finance")
@count("1")
@expires("PT30M")
permit (principal, action == Action::"runWithApproval", resource);
"#;

#[tokio::test]
async fn what_was_lent_is_not_lent_on() {
    let mut portal = TestPortal::new().await;
    let finance = portal.folder().join("finance");
    std::fs::create_dir(&finance).expect("a folder");
    std::fs::write(finance.join("policy.cedar"), FINANCE).expect("written");
    portal
        .restart("[policy]\ndirectory = \"FOLDER/finance\"\n")
        .await;
    let (_, approval) = portal.pending(&portal.agent_at_work().await).await;
    lent(&portal, Who::Dave, Who::Bob).await.expect("lent");
    lent(&portal, Who::Bob, Who::Carol).await.expect("lent");
    assert_eq!(
        refusal(&portal, Who::Carol, approval).await,
        "not_in_approver_group"
    );
    assert_eq!(
        portal.approved_by(Who::Bob, approval).await,
        IntentState::Approved
    );
    portal.finish().await;
}

#[tokio::test]
async fn the_vote_counts_no_more_once_either_of_them_has_lost_the_right_to_it() {
    for gone in [
        "update people set disabled_at = 1 where name = 'Bob'",
        "update people set disabled_at = 1 where name = 'Dave'",
    ] {
        let portal = TestPortal::new().await;
        let run = portal.run().await;
        let (intent, approval) = portal.pending(&portal.agent(&run)).await;
        bob_away(&portal).await;
        let state = portal.approved_by(Who::Dave, approval).await;
        assert_eq!(state, IntentState::Approved);
        portal.tamper(gone).await;
        assert_eq!(portal.executed(intent).await.0, IntentState::Stale);
        assert_eq!(portal.warehouse.inserts().len(), 0);
        portal.finish().await;
    }
}

#[tokio::test]
async fn only_approvers_lend_and_only_to_approvers() {
    let portal = TestPortal::new().await;
    for (absent, delegate) in [
        (Who::Bob, Who::Bob),
        (Who::Bob, Who::Erin),
        (Who::Heidi, Who::Bob),
    ] {
        let refused = lent(&portal, absent, delegate).await;
        assert!(["forbidden", "invalid_field"].contains(&refused.expect_err("refused")));
    }
    let (bob, now) = (portal.by(Who::Bob), portal.now());
    for dates in [
        (now, now),
        (now.plus_days(2), now.plus_days(1)),
        (now.plus_days(-9), now.plus_days(-2)),
        (now, now.plus_days(61)),
    ] {
        let refused = portal.services.delegate(&bob, Who::Dave.id(), dates).await;
        assert_eq!(refused.expect_err("refused").code(), "invalid_field");
    }
    portal.finish().await;
}

#[tokio::test]
async fn the_colleague_is_told_at_once_and_called_from_the_first_day_on() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (bob, tomorrow) = (portal.by(Who::Bob), portal.now().plus_days(1));
    let dates = (tomorrow, tomorrow.plus_days(7));
    let lent = portal.services.delegate(&bob, Who::Dave.id(), dates).await;
    lent.expect("lent");
    let mails_to_dave = async || {
        portal.pending(&agent).await;
        let sent = portal.services.send_due_mails(&portal.system()).await;
        sent.expect("sent");
        let recipients = portal.mails.recipients();
        recipients.iter().filter(|to| to.contains("dave@")).count()
    };
    assert_eq!(mails_to_dave().await, 1, "of the delegation");
    bob_away(&portal).await;
    assert_eq!(mails_to_dave().await, 3, "of another, and of what waits");
    portal.finish().await;
}
