//! What an approver is shown beside a query: the last such query that people approved.

use domain::{ApprovalId, Ballot, IntentState};

use crate::support::{Agent, CUSTOMERS_SQL, TestPortal, Who};

async fn waiting(portal: &TestPortal, agent: &Agent<'_>, sql: &str) -> ApprovalId {
    let intent = agent.submitted(sql).await;
    portal.view(intent).await.approval.expect("an approval").id
}

async fn precedent(portal: &TestPortal, approval: ApprovalId) -> Option<ApprovalId> {
    let bob = portal.by(Who::Bob);
    let view = portal.services.approval(&bob, approval).await;
    let view = view.expect("an approval");
    let found = portal.services.precedent(&view).await.expect("an answer");
    found.map(|precedent| precedent.approval)
}

#[tokio::test]
async fn the_last_approved_query_of_the_same_kind_is_the_precedent() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, first) = portal.pending(&agent).await;
    assert_eq!(precedent(&portal, first).await, None);
    // Neither what still waits nor what was denied is one.
    let denied = waiting(&portal, &agent, CUSTOMERS_SQL).await;
    assert_eq!(precedent(&portal, denied).await, None);
    portal.clock.advance(1);
    let voted = portal.vote(Who::Bob, denied, Ballot::Deny).await;
    assert_eq!(voted.expect("a vote"), IntentState::Denied);
    portal.approved_by(Who::Bob, first).await;
    portal.clock.advance(1);
    let again = waiting(&portal, &agent, CUSTOMERS_SQL).await;
    assert_eq!(precedent(&portal, again).await, Some(first));
    // What was approved later is no precedent of what was asked before.
    assert_eq!(precedent(&portal, denied).await, None);
    portal.finish().await;
}
