//! Who decides, when, how often, and what a vote does.

use countersign::services::RunToken;
use domain::{
    AgentId,
    Ballot::{Approve, Deny},
    Digest, Door, IntentState, RunId,
};
use store::{NewRun, RunEvidence};
use uuid::Uuid;

use crate::support::{Agent, CUSTOMERS_SQL, TestPortal, Who};

/// The code with which a vote was refused, which must be on record too.
async fn refusal(portal: &TestPortal, who: Who, approval: domain::ApprovalId) -> String {
    let before = portal.recorded("vote.refused").await.len();
    let refused = portal.vote(who, approval, Approve).await;
    let code = refused.expect_err("a refusal").code().to_owned();
    let entries = portal.recorded("vote.refused").await;
    assert_eq!(entries.len(), before + 1);
    assert_eq!(entries[before]["code"], code.as_str());
    code
}

#[tokio::test]
async fn a_tagged_table_waits_and_runs_once_when_approved() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    assert_eq!(
        portal.executed(intent).await.0,
        IntentState::PendingApproval
    );
    assert_eq!(portal.warehouse.inserts().len(), 0);

    assert_eq!(
        portal.approved_by(Who::Bob, approval).await,
        IntentState::Approved
    );
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    portal.executed(intent).await;
    assert_eq!(portal.warehouse.inserts().len(), 1);
    let rows = agent.results(intent, "text/csv").await;
    assert_eq!(rows.body, "id,email\n7,XXXXX@example.com\n");
    portal.finish().await;
}

#[tokio::test]
async fn one_denial_ends_it() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    let state = portal.vote(Who::Bob, approval, Deny).await;
    assert_eq!(state.expect("a vote"), IntentState::Denied);
    assert_eq!(portal.executed(intent).await.0, IntentState::Denied);
    assert_eq!(
        refusal(&portal, Who::Carol, approval).await,
        "approval_closed"
    );
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn two_are_needed_where_the_policy_says_two() {
    let portal = TestPortal::configured("[policy]\nbuiltin = \"strict\"\n").await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    let state = portal.approved_by(Who::Bob, approval).await;
    assert_eq!(state, IntentState::PendingApproval);
    assert_eq!(refusal(&portal, Who::Bob, approval).await, "already_voted");
    assert_eq!(
        portal.executed(intent).await.0,
        IntentState::PendingApproval
    );
    assert_eq!(portal.warehouse.inserts().len(), 0);
    assert_eq!(
        portal.approved_by(Who::Carol, approval).await,
        IntentState::Approved
    );
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn two_votes_of_one_person_at_once_are_one() {
    let portal = TestPortal::configured("[policy]\nbuiltin = \"strict\"\n").await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    let (one, other) = tokio::join!(
        portal.vote(Who::Bob, approval, Approve),
        portal.vote(Who::Bob, approval, Approve)
    );
    assert_ne!(one.is_ok(), other.is_ok());
    assert_eq!(
        portal.standing(intent).await.0,
        IntentState::PendingApproval
    );
    assert_eq!(portal.recorded("vote.cast").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn the_initiator_is_refused() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    assert_eq!(refusal(&portal, Who::Alice, approval).await, "own_request");
    assert_eq!(
        portal.standing(intent).await.0,
        IntentState::PendingApproval
    );
    portal.finish().await;
}

#[tokio::test]
async fn owner_and_initiator_are_both_refused_where_they_are_two() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let token = run_of_bob(&portal, agent).await;
    let agent = Agent::new(&portal, token.reveal());
    let (_, approval) = portal.pending(&agent).await;
    assert_eq!(refusal(&portal, Who::Alice, approval).await, "own_request");
    assert_eq!(refusal(&portal, Who::Bob, approval).await, "own_request");
    let mailed = portal.services.send_due_mails(&portal.system()).await;
    mailed.expect("mailed");
    let carol = "\"Carol\" <carol@example.com>";
    assert_eq!(portal.mails.recipients(), [carol]);
    let state = portal.approved_by(Who::Carol, approval).await;
    assert_eq!(state, IntentState::Approved);
    portal.finish().await;
}

/// Opens a run of Alice's agent in Bob's name, who is no initiator: the rules do not lean on
/// that.
async fn run_of_bob(portal: &TestPortal, agent: AgentId) -> RunToken {
    let token = RunToken::generate();
    let run = NewRun {
        id: RunId::new(Uuid::from_u128(77)),
        agent,
        initiator: Who::Bob.id(),
        purpose: "Count orders".to_owned(),
        ticket: String::new(),
        scope: ["read demo.shop.*".parse().expect("a power")]
            .into_iter()
            .collect(),
        door: Door::Portal,
        evidence: RunEvidence {
            issuer: "https://login.example.com".to_owned(),
            subject: "Bob".to_owned(),
            session: None,
            authenticated_at: portal.now(),
            strength: None,
            groups_digest: Digest::from_bytes([0; 32]),
            token: None,
        },
        token_hash: token.hash(),
        token_expires_at: portal.now().plus_seconds(600),
        key_thumbprint: None,
        audience: None,
        expires_at: portal.now().plus_seconds(3600),
    };
    let mut tx = portal
        .store
        .begin("test", portal.now())
        .await
        .expect("begun");
    tx.insert_run(&run).await.expect("a run");
    tx.commit().await.expect("committed");
    token
}

#[tokio::test]
async fn who_lacks_the_role_or_the_group_is_refused() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    for (who, code) in [
        (Who::Dave, "not_in_approver_group"),
        (Who::Frank, "not_an_approver"),
        (Who::Grace, "not_an_approver"),
    ] {
        assert_eq!(refusal(&portal, who, approval).await, code, "{who:?}");
    }
    // To who may not see the run, its approval does not exist.
    let hidden = portal.vote(Who::Heidi, approval, Approve).await;
    assert_eq!(hidden.expect_err("a refusal").code(), "not_found");
    portal.finish().await;
}

#[tokio::test]
async fn a_vote_after_the_time_is_refused_though_nobody_has_closed_it() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    // The run lives for an hour, and its approval no longer.
    portal.clock.advance(3600);
    assert_eq!(
        refusal(&portal, Who::Bob, approval).await,
        "approval_expired"
    );
    let expired = portal.services.expire_approvals(&portal.system()).await;
    expired.expect("expired");
    let standing = portal.standing(intent).await;
    let expected = (IntentState::Expired, Some("approval_expired".to_owned()));
    assert_eq!(standing, expected);
    assert_eq!(
        refusal(&portal, Who::Bob, approval).await,
        "approval_closed"
    );
    portal.finish().await;
}

#[tokio::test]
async fn a_vote_after_withdrawal_is_refused() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (intent, approval) = portal.pending(&agent).await;
    assert_eq!(agent.cancel(intent).await.json()["state"], "withdrawn");
    assert_eq!(
        refusal(&portal, Who::Bob, approval).await,
        "approval_closed"
    );
    assert_eq!(
        agent.cancel(intent).await.problem(),
        (409, "not_cancellable".to_owned())
    );
    portal.finish().await;
}

#[tokio::test]
async fn nobody_approves_for_a_run_that_has_ended() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    let alice = portal.by(Who::Alice);
    let ended = portal.services.revoke_run(&alice, run.id, "done").await;
    ended.expect("revoked");
    let closed = refusal(&portal, Who::Bob, approval).await;
    assert_eq!(closed, "approval_closed");
    assert_eq!(portal.standing(intent).await.0, IntentState::Withdrawn);
    portal.finish().await;
}

#[tokio::test]
async fn only_so_many_approvals_of_one_run_wait() {
    let portal = TestPortal::configured("[approvals]\npending_per_run = 1\n").await;
    let agent = portal.agent_at_work().await;
    let (intent, _) = portal.pending(&agent).await;
    let answer = agent.ask(CUSTOMERS_SQL).await;
    assert_eq!(answer.problem(), (429, "too_many_pending".to_owned()));
    agent.cancel(intent).await;
    portal.pending(&agent).await;
    portal.finish().await;
}
