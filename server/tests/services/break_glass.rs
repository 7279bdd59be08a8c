//! Exceptions: by whom, on what, told to whom, and looked at afterwards.

use countersign::{
    context::Actor,
    services::{BreakGlass, ServiceError},
};
use domain::{
    ApprovalId,
    ExceptionVerdict::{Justified, Unjustified},
    IntentState::{self, Approved, PendingApproval, Stale, Succeeded},
    Role,
};
use serde_json::json;

use crate::support::{CUSTOMERS_SQL, Reply, TestPortal, Who};

/// Alice asks for what is decided; Dave and Carol do not.
const ON_CALL: &str = "[approvals]\nbreak_glass_groups = [\"finance\", \"data-stewards\"]\n";

const SAID: BreakGlass<'static> = BreakGlass {
    reason: "Checkout is down, nobody answers",
    ticket: "INC-7",
};

async fn breaks(
    portal: &TestPortal,
    who: Who,
    approval: ApprovalId,
    said: BreakGlass<'_>,
) -> Result<IntentState, ServiceError> {
    portal
        .services
        .break_glass(&portal.by(who), approval, said)
        .await
}

async fn code(portal: &TestPortal, who: Who, approval: ApprovalId, said: BreakGlass<'_>) -> String {
    let refused = breaks(portal, who, approval, said).await;
    refused.expect_err("a refusal").code().to_owned()
}

#[tokio::test]
async fn one_who_did_not_ask_for_it_is_enough_and_a_reviewer_looks_at_it() {
    let portal = TestPortal::configured(ON_CALL).await;
    let run = portal.run().await;
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    let state = breaks(&portal, Who::Dave, approval, SAID).await;
    assert_eq!(state.expect("broken"), Approved);
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    let rows = portal.agent(&run).results(intent, "text/csv").await.body;
    assert!(rows.contains("XXXXX@"), "still masked: {rows}");
    let entry = &portal.recorded("break_glass.declared").await[0];
    assert_eq!(
        (&entry["ticket"], &entry["reason"]),
        (&json!("INC-7"), &json!(SAID.reason))
    );
    let approved = portal.view(intent).await.approval.expect("an approval");
    assert_eq!(entry["intent_digest"], approved.intent_digest.as_str());

    let services = &portal.services;
    let waiting = services
        .exceptions(&portal.by(Who::Erin))
        .await
        .expect("exceptions");
    let [exception] = &waiting[..] else {
        panic!("one exception: {waiting:?}")
    };
    assert_eq!(exception.declared[0].1.id, Who::Dave.id());
    let id = exception.exception.id;
    // Dave made it, whatever other roles he has.
    let mut dave = portal.by(Who::Dave);
    if let Actor::Person(person) = &mut dave.actor {
        person.roles.insert(Role::Reviewer);
    }
    let own = services
        .decide_exception(&dave, id, Justified, "mine")
        .await;
    assert_eq!(own.expect_err("own").code(), "not_yours_to_review");
    // Approvers do not see it, and auditors do not judge it.
    let seen = services.exceptions(&portal.by(Who::Bob)).await;
    assert_eq!(seen.expect_err("hidden").code(), "forbidden");
    let frank = portal.by(Who::Frank);
    let judged = services.decide_exception(&frank, id, Justified, "fine");
    assert_eq!(judged.await.expect_err("not his").code(), "forbidden");
    // Alice reviews others' exceptions, but asked for this one.
    let own = services
        .decide_exception(&portal.by(Who::Alice), id, Justified, "mine")
        .await;
    assert_eq!(own.expect_err("own").code(), "not_yours_to_review");
    let erin = portal.by(Who::Erin);
    let silent = services.decide_exception(&erin, id, Justified, " ").await;
    assert_eq!(silent.expect_err("no reason").code(), "invalid_field");
    let decided = services
        .decide_exception(&erin, id, Unjustified, "Bob was there")
        .await;
    decided.expect("decided");
    let again = services
        .decide_exception(&erin, id, Justified, "after all")
        .await;
    assert_eq!(again.expect_err("decided").code(), "not_yours_to_review");
    assert_eq!(
        portal.recorded("exception.decided").await[0]["verdict"],
        "unjustified"
    );
    portal.finish().await;
}

#[tokio::test]
async fn who_asked_for_it_needs_a_second_person() {
    let portal = TestPortal::configured(ON_CALL).await;
    let run = portal.run().await;
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    let state = breaks(&portal, Who::Alice, approval, SAID).await;
    assert_eq!(state.expect("declared"), PendingApproval);
    assert_eq!(
        code(&portal, Who::Alice, approval, SAID).await,
        "already_declared"
    );
    assert_eq!(portal.executed(intent).await.0, PendingApproval);
    let state = breaks(&portal, Who::Dave, approval, SAID).await;
    assert_eq!(state.expect("broken"), Approved);
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn nobody_else_breaks_the_glass_and_nobody_without_a_reason() {
    let portal = TestPortal::configured(ON_CALL).await;
    let run = portal.run().await;
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    assert_eq!(
        code(&portal, Who::Frank, approval, SAID).await,
        "not_in_break_glass_group"
    );
    assert_eq!(portal.recorded("break_glass.refused").await.len(), 1);
    let short = BreakGlass {
        reason: "too short to say",
        ..SAID
    };
    assert_eq!(
        code(&portal, Who::Dave, approval, short).await,
        "invalid_field"
    );
    let nowhere = BreakGlass {
        ticket: " ",
        ..SAID
    };
    assert_eq!(
        code(&portal, Who::Dave, approval, nowhere).await,
        "invalid_field"
    );
    let mut weak = portal.by(Who::Dave);
    if let Actor::Person(person) = &mut weak.actor {
        person.acr = None;
    }
    let refused = portal.services.break_glass(&weak, approval, SAID).await;
    assert_eq!(refused.expect_err("weak").code(), "step_up_needed");
    portal.clock.advance(3600);
    assert_eq!(
        code(&portal, Who::Dave, approval, SAID).await,
        "approval_expired"
    );
    assert_eq!(portal.standing(intent).await.0, PendingApproval);
    portal.finish().await;
}

#[tokio::test]
async fn nobody_breaks_it_for_a_run_that_may_act_no_more() {
    let portal = TestPortal::configured(ON_CALL).await;
    let run = portal.run().await;
    let (_, approval) = portal.pending(&portal.agent(&run)).await;
    portal
        .tamper("update people set disabled_at = 1 where name = 'Alice'")
        .await;
    assert_eq!(
        code(&portal, Who::Dave, approval, SAID).await,
        "person_disabled"
    );
    portal.finish().await;
}

#[tokio::test]
async fn without_a_configured_group_nobody_can() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let (_, approval) = portal.pending(&portal.agent(&run)).await;
    assert_eq!(
        code(&portal, Who::Dave, approval, SAID).await,
        "not_in_break_glass_group"
    );
    portal.finish().await;
}

#[tokio::test]
async fn what_was_denied_stays_denied_and_nothing_is_unmasked() {
    let portal = TestPortal::configured(ON_CALL).await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let (_, denied) = portal.pending(&agent).await;
    let vote = portal.vote(Who::Bob, denied, domain::Ballot::Deny).await;
    vote.expect("a vote");
    assert_eq!(
        code(&portal, Who::Dave, denied, SAID).await,
        "approval_closed"
    );

    portal.warehouse.replies(Reply::customers());
    let body = json!({
        "sql": CUSTOMERS_SQL,
        "unmask": ["demo.shop.customers.email"],
        "unmask_reason": "Letters came back",
    });
    let asked = agent.submit(&portal.fresh_key(), &body).await.json();
    let approval = asked["approval"]["id"].as_str().expect("an approval");
    let approval = approval.parse().expect("an id");
    assert_eq!(
        code(&portal, Who::Dave, approval, SAID).await,
        "unmasking_needs_votes"
    );
    portal.finish().await;
}

#[tokio::test]
async fn who_lost_the_right_before_it_runs_has_broken_nothing() {
    for loss in [
        "update people set disabled_at = 1 where name = 'Dave'",
        r#"update people set groups = '["staff"]' where name = 'Dave'"#,
    ] {
        let portal = TestPortal::configured(ON_CALL).await;
        let run = portal.run().await;
        let (intent, approval) = portal.pending(&portal.agent(&run)).await;
        breaks(&portal, Who::Dave, approval, SAID)
            .await
            .expect("broken");
        portal.tamper(loss).await;
        assert_eq!(portal.executed(intent).await.0, Stale, "{loss}");
        assert_eq!(portal.warehouse.inserts().len(), 0);
        portal.finish().await;
    }
}

#[tokio::test]
async fn approvers_administrators_and_who_asked_are_told_loudly() {
    let portal = TestPortal::configured(ON_CALL).await;
    let run = portal.run().await;
    let (_, approval) = portal.pending(&portal.agent(&run)).await;
    // Whoever asked may not approve, and is told all the same.
    portal
        .tamper("update people set roles = '[\"initiator\"]' where name = 'Alice'")
        .await;
    let told = async || {
        let sent = portal.services.send_due_mails(&portal.system()).await;
        sent.expect("sent");
        portal.mails.told("overrode the policy")
    };
    assert!(told().await.is_empty());
    breaks(&portal, Who::Dave, approval, SAID)
        .await
        .expect("broken");
    let everybody = [Who::Alice, Who::Bob, Who::Carol, Who::Dave, Who::Grace];
    let everybody = everybody.map(|who| format!("\"{who:?}\" <{}>", who.email()));
    assert_eq!(told().await, everybody);
    portal.finish().await;
}
