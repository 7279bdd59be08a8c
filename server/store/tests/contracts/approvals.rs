//! What is asked of an approval within the change itself, whatever was looked at before.

use domain::{
    ApprovalId, Ballot, Conditions, DelegationId, ExceptionId, ExceptionVerdict, Ground, IntentId,
    IntentState, Requirement, RiskLevel, VoteId,
};
use store::{Assessed, DelegationRecord, Narrowed, NewApproval, NewVote, StoreError, Transaction};
use uuid::Uuid;

use super::{NOW, Scene, scene, sign_in};

/// An open approval of two stewards.
async fn approval(tx: &mut Transaction, intent: IntentId) -> ApprovalId {
    let approval = NewApproval {
        id: ApprovalId::new(Uuid::from_u128(20)),
        intent,
        intent_digest: "sha256:0".into(),
        requirements: vec![Requirement {
            policy: "two-stewards".into(),
            approvers: vec!["stewards".into()],
            count: 2,
        }],
        ground: Ground::Votes,
        expires_at: NOW.plus_seconds(60),
    };
    tx.insert_approval(&approval).await.expect("an approval");
    approval.id
}

fn vote(scene: &Scene, approval: ApprovalId, number: u128) -> NewVote {
    NewVote {
        id: VoteId::new(Uuid::from_u128(number)),
        approval,
        run: scene.run,
        person: scene.person,
        on_behalf_of: None,
        ballot: Ballot::Approve,
        comment: String::new(),
        conditions: Conditions::default(),
    }
}

#[tokio::test]
async fn a_person_votes_once() {
    let scene = scene().await;
    let intent = scene.new_intent(10).await;
    let mut tx = scene.begin().await;
    let approval = approval(&mut tx, intent).await;
    let vote = |number| vote(&scene, approval, number);
    let votes = tx.insert_vote(&vote(30), "sha256:0").await.expect("a vote");
    assert_eq!(votes.len(), 1);
    let refused = tx.insert_vote(&vote(31), "sha256:0").await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
}

#[tokio::test]
async fn a_vote_in_anothers_place_needs_their_word_at_this_very_moment() {
    let scene = scene().await;
    let intent = scene.new_intent(10).await;
    let mut tx = scene.begin().await;
    let approval = approval(&mut tx, intent).await;
    let delegate = sign_in(&mut tx, (4, "bob")).await;
    let vote = NewVote {
        person: delegate,
        on_behalf_of: Some(scene.person),
        ..vote(&scene, approval, 30)
    };
    for (number, from, until) in [(1, 1, 60), (2, -60, 0), (3, 0, 60)] {
        let refused = tx.insert_vote(&vote, "sha256:0").await;
        assert!(matches!(refused, Err(StoreError::NotDelegated)), "{number}");
        let delegation = DelegationRecord {
            id: DelegationId::new(Uuid::from_u128(number)),
            absent: scene.person,
            delegate,
            from: NOW.plus_seconds(from),
            until: NOW.plus_seconds(until),
            revoked_at: None,
        };
        tx.insert_delegation(&delegation).await.expect("lent");
    }
    let third = DelegationId::new(Uuid::from_u128(3));
    assert!(tx.revoke_delegation(third).await.expect("taken back"));
    let refused = tx.insert_vote(&vote, "sha256:0").await;
    assert!(matches!(refused, Err(StoreError::NotDelegated)));
}

#[tokio::test]
async fn an_exception_is_made_once_and_has_one_verdict() {
    let scene = scene().await;
    let intent = scene.new_intent(10).await;
    let mut tx = scene.begin().await;
    let approval = approval(&mut tx, intent).await;
    let [one, other] = [40, 41].map(|number| ExceptionId::new(Uuid::from_u128(number)));
    let settled = tx.settle_by_glass(approval, one).await;
    settled.expect("settled");
    let again = tx.settle_by_glass(approval, other).await;
    assert!(matches!(again, Err(StoreError::Moved { .. })));
    let verdict = (ExceptionVerdict::Justified, "it was down");
    let decided = tx.decide_exception(one, scene.person, verdict).await;
    decided.expect("decided");
    let again = tx.decide_exception(one, scene.person, verdict).await;
    assert!(matches!(again, Err(StoreError::AlreadyExists)));
}

#[tokio::test]
async fn an_approval_is_narrowed_from_what_was_seen_while_it_is_open() {
    let scene = scene().await;
    let intent = scene.new_intent(10).await;
    let mut tx = scene.begin().await;
    let approval = approval(&mut tx, intent).await;
    let (received, pending) = (IntentState::Received, IntentState::PendingApproval);
    let moved = tx.move_intent((intent, scene.run), received, pending, None);
    moved.await.expect("moved");
    let assessed = Assessed {
        analysis: "{}".into(),
        dry_run: None,
        decision: "{}".into(),
        risk: RiskLevel::Low,
        binding: "{}".into(),
        facts: "{}".into(),
    };
    let five = Conditions::default().and(&Conditions::default().with_row_cap(5));
    let four = five.after().and(&Conditions::default().with_row_cap(4));
    let narrowed = |narrowing, digests| Narrowed {
        approval,
        intent,
        run: scene.run,
        narrowing,
        digests,
        assessed: &assessed,
    };
    let unseen = narrowed(&five, ("sha256:9", "sha256:1"));
    let refused = tx.narrow_approval(&unseen).await;
    assert!(matches!(refused, Err(StoreError::Moved { .. })));
    let seen = narrowed(&five, ("sha256:0", "sha256:1"));
    tx.narrow_approval(&seen).await.expect("narrowed");
    // From conditions that count no more.
    let before = narrowed(&five, ("sha256:1", "sha256:2"));
    let refused = tx.narrow_approval(&before).await;
    assert!(matches!(refused, Err(StoreError::Moved { .. })));
    tx.close_approval(intent).await.expect("closed");
    let late = narrowed(&four, ("sha256:1", "sha256:2"));
    let refused = tx.narrow_approval(&late).await;
    assert!(matches!(refused, Err(StoreError::Moved { .. })));
}
