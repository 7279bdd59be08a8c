//! Grave decisions are taken by people who proved lately and strongly who they are.

use countersign::{
    context::{Actor, Context},
    services::{CastVote, ServiceError},
};
use domain::{ApprovalId, Ballot, IntentState, RiskLevel};

use crate::support::{CUSTOMERS_SQL, Reply, TestPortal, Who, columns};

const MFA: &str = "https://refeds.org/profile/mfa";
/// A filter on a masked column.
const GRAVE_SQL: &str = "SELECT id FROM demo.shop.customers WHERE email LIKE 'a%'";

/// A request of Bob's, who authenticated so long ago and so strongly.
fn bob(portal: &TestPortal, seconds_ago: i64, acr: Option<&str>) -> Context {
    let mut context = portal.by(Who::Bob);
    if let Actor::Person(person) = &mut context.actor {
        person.signed_in_at = portal.now().plus_seconds(-seconds_ago);
        person.acr = acr.map(str::to_owned);
    }
    context
}

async fn vote(
    portal: &TestPortal,
    context: &Context,
    approval: ApprovalId,
) -> Result<IntentState, ServiceError> {
    let cast = CastVote {
        ballot: Ballot::Approve,
        comment: "",
        confirmation: "",
    };
    portal.services.vote(context, approval, cast).await
}

async fn waiting(portal: &TestPortal, sql: &str) -> (ApprovalId, RiskLevel) {
    let agent = portal.agent_at_work().await;
    let intent = agent.submitted(sql).await;
    let view = portal.view(intent).await;
    let risk = view.risk().expect("a risk");
    (view.approval.expect("an approval").id, risk)
}

#[tokio::test]
async fn a_grave_decision_needs_a_fresh_and_strong_proof() {
    let portal = TestPortal::new().await;
    portal.warehouse.replies(Reply {
        tables: vec!["demo.shop.customers"],
        schema: columns(&["id INT64"]),
        ..Reply::orders()
    });
    let (approval, risk) = waiting(&portal, GRAVE_SQL).await;
    assert!(risk >= RiskLevel::High, "{risk:?}");
    let too_weak = [
        (0, None),
        (0, Some("")),
        (0, Some("https://refeds.org/profile/sfa")),
        (0, Some("https://refeds.org/profile/MFA")),
        (301, Some(MFA)),
        (3600, None),
    ];
    for (number, (seconds, acr)) in too_weak.into_iter().enumerate() {
        let refused = vote(&portal, &bob(&portal, seconds, acr), approval).await;
        let code = refused.expect_err("a refusal").code();
        assert_eq!(code, "step_up_needed", "{seconds} {acr:?}");
        let recorded = portal.recorded("vote.refused").await;
        assert_eq!(recorded.len(), number + 1);
        assert_eq!(recorded[number]["code"], "step_up_needed");
    }
    let state = vote(&portal, &bob(&portal, 300, Some(MFA)), approval).await;
    assert_eq!(state.expect("a vote"), IntentState::Approved);
    portal.finish().await;
}

#[tokio::test]
async fn it_still_counts_as_waiting_for_them() {
    let portal = TestPortal::new().await;
    portal.warehouse.replies(Reply {
        tables: vec!["demo.shop.customers"],
        schema: columns(&["id INT64"]),
        ..Reply::orders()
    });
    waiting(&portal, GRAVE_SQL).await;
    let bob = bob(&portal, 3600, None);
    assert_eq!(portal.services.pending_for(&bob).await.expect("a count"), 1);
    portal.finish().await;
}

#[tokio::test]
async fn a_lesser_decision_needs_no_more_than_a_session() {
    let portal = TestPortal::new().await;
    portal.warehouse.replies(Reply::customers());
    let (approval, risk) = waiting(&portal, CUSTOMERS_SQL).await;
    assert!(risk < RiskLevel::High, "{risk:?}");
    let state = vote(&portal, &bob(&portal, 3600, None), approval).await;
    assert_eq!(state.expect("a vote"), IntentState::Approved);
    portal.finish().await;
}
