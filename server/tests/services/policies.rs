//! The policy in force: who puts it there, from when on it counts, and what it asks for.

use countersign::{
    context::{Actor, Context},
    policy::PolicyFile,
    services::{DraftView, ServiceError},
};
use domain::{
    ApprovalId,
    Ballot::Approve,
    IntentId,
    IntentState::{Approved, PendingApproval, Succeeded},
    PolicyDraftId, Role, Route,
};
use store::PolicyOrigin;

use crate::support::{Agent, CUSTOMERS_SQL, ORDERS_SQL, Reply, TestPortal, Who};

/// People ask for nothing but what this says.
const STEWARDS: &str = r#"
@id("stewards") @reason("A steward has to agree.")
@approvers("data-stewards") @count("1") @expires("PT1H")
permit (principal, action == Action::"runWithApproval", resource);"#;

const EVERYTHING: &str = r#"
@id("everything") @reason("Everything runs.")
permit (principal, action == Action::"run", resource);"#;

/// Somebody as an administrator besides.
fn administrator(portal: &TestPortal, who: Who) -> Context {
    let mut context = portal.by(who);
    if let Actor::Person(person) = &mut context.actor {
        person.roles.insert(Role::Administrator);
    }
    context
}

fn file(text: &str) -> Vec<PolicyFile> {
    vec![PolicyFile {
        name: "mine.cedar".to_owned(),
        text: text.to_owned(),
    }]
}

/// A draft that Grace wrote and proposed.
async fn proposed(portal: &TestPortal, text: &str) -> DraftView {
    let grace = portal.by(Who::Grace);
    let services = &portal.services;
    let draft = services.begin_draft(&grace, "Mine").await.expect("a draft");
    let saved = services.save_draft(&grace, (draft, 1), file(text)).await;
    saved.expect("saved");
    let proposed = services.propose_draft(&grace, (draft, 2)).await;
    proposed.expect("proposed");
    services.policy_draft(&grace, draft).await.expect("a draft")
}

async fn published_by(
    portal: &TestPortal,
    who: Who,
    (draft, revision): (PolicyDraftId, u64),
) -> Result<(), ServiceError> {
    let context = administrator(portal, who);
    let published = portal.services.publish_draft(&context, (draft, revision));
    published.await
}

/// Grace writes it, and Erin publishes it.
async fn in_force(portal: &TestPortal, text: &str) {
    let view = proposed(portal, text).await;
    let draft = (view.draft.id, view.draft.revision);
    let published = published_by(portal, Who::Erin, draft).await;
    published.expect("published");
}

/// A harmless read.
async fn decided(portal: &TestPortal, agent: &Agent<'_>) -> IntentId {
    portal.warehouse.replies(Reply::orders());
    agent.submitted(ORDERS_SQL).await
}

async fn approval_of(portal: &TestPortal, intent: IntentId) -> ApprovalId {
    let view = portal.view(intent).await;
    assert_eq!(view.intent.state, PendingApproval);
    view.approval.expect("an approval").id
}

#[tokio::test]
async fn what_another_administrator_publishes_counts_at_once_and_everywhere() {
    let mut portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let before = decided(&portal, &agent).await;
    assert_eq!(portal.standing(before).await.0, Approved);
    let other_replica = portal.services.clone();
    portal.restart("").await;
    let agent = portal.agent(&run);
    assert_eq!(
        portal.standing(decided(&portal, &agent).await).await.0,
        Approved
    );

    // Published by one replica, asked of the other.
    let this_replica = std::mem::replace(&mut portal.services, other_replica);
    in_force(&portal, STEWARDS).await;
    portal.services = this_replica;
    let agent = portal.agent(&run);
    let after = decided(&portal, &agent).await;
    assert_eq!(portal.standing(after).await.0, PendingApproval);

    let history = portal.services.policy_history(&portal.by(Who::Frank)).await;
    let history = history.expect("a history");
    let origins: Vec<_> = history.iter().map(|p| p.record.origin).collect();
    assert_eq!(origins, [PolicyOrigin::Portal, PolicyOrigin::Preset]);
    let editors: Vec<_> = history[0].editors.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(editors, ["Grace", "Erin"]);
    let published = portal.recorded("policy.published").await;
    assert_eq!(published.len(), 2);
    assert_eq!(published[1]["files"][0]["text"], STEWARDS);

    // Both decisions lead to the texts that made them.
    for (intent, text) in [(before, "harmless-reads"), (after, "stewards")] {
        let decision = portal.view(intent).await.decision.expect("a decision");
        let reader = portal.by(Who::Heidi);
        let version = portal
            .services
            .policy_version(&reader, decision.policy_version);
        let version = version.await.expect("a version");
        assert!(version.files[0].text.contains(text));
        assert_eq!(version.is_in_force, intent == after);
    }
    portal.finish().await;
}

#[tokio::test]
async fn nobody_publishes_what_they_wrote() {
    let portal = TestPortal::new().await;
    let view = proposed(&portal, STEWARDS).await;
    let (draft, revision) = (view.draft.id, view.draft.revision);
    let refused = published_by(&portal, Who::Grace, (draft, revision)).await;
    assert_eq!(refused.expect_err("a refusal").code(), "own_draft");
    let recorded = portal.recorded("policy.publication_refused").await;
    assert_eq!(recorded[0]["code"], "own_draft");

    // Whoever changed a word is an author too, and it has to be proposed anew.
    let erin = administrator(&portal, Who::Erin);
    let changed = file(&STEWARDS.replace("PT1H", "PT2H"));
    let saved = portal
        .services
        .save_draft(&erin, (draft, revision), changed);
    saved.await.expect("saved");
    let refused = published_by(&portal, Who::Carol, (draft, revision + 1)).await;
    assert_eq!(refused.expect_err("a refusal").code(), "draft_not_proposed");
    // Whoever proposes it answers for it too, even without a word of their own.
    let carol = administrator(&portal, Who::Carol);
    let proposed = portal
        .services
        .propose_draft(&carol, (draft, revision + 1))
        .await;
    proposed.expect("proposed");
    for who in [Who::Grace, Who::Erin, Who::Carol] {
        let refused = published_by(&portal, who, (draft, revision + 2)).await;
        assert_eq!(
            refused.expect_err("a refusal").code(),
            "own_draft",
            "{who:?}"
        );
    }
    let published = published_by(&portal, Who::Frank, (draft, revision + 2)).await;
    published.expect("published");
    // What is in force is changed by a new draft alone.
    let files = file(EVERYTHING);
    let saved = portal
        .services
        .save_draft(&erin, (draft, revision + 3), files);
    assert_eq!(saved.await.expect_err("closed").code(), "draft_closed");
    portal.finish().await;
}

#[tokio::test]
async fn only_what_was_read_is_published() {
    let portal = TestPortal::new().await;
    let view = proposed(&portal, STEWARDS).await;
    let (draft, revision) = (view.draft.id, view.draft.revision);
    let grace = portal.by(Who::Grace);
    let saved = portal
        .services
        .save_draft(&grace, (draft, revision), file(EVERYTHING));
    saved.await.expect("saved");
    let proposed = portal
        .services
        .propose_draft(&grace, (draft, revision + 1))
        .await;
    proposed.expect("proposed");
    let refused = published_by(&portal, Who::Erin, (draft, revision)).await;
    assert_eq!(refused.expect_err("a refusal").code(), "draft_moved");
    assert_eq!(portal.recorded("policy.published").await.len(), 1);
    portal.finish().await;
}

#[tokio::test]
async fn others_neither_write_nor_publish() {
    let portal = TestPortal::new().await;
    let view = proposed(&portal, STEWARDS).await;
    let (draft, revision) = (view.draft.id, view.draft.revision);
    for who in [Who::Bob, Who::Erin, Who::Frank] {
        let context = portal.by(who);
        let services = &portal.services;
        let begun = services.begin_draft(&context, "Mine").await;
        assert_eq!(begun.expect_err("a refusal").code(), "forbidden", "{who:?}");
        let saved = services.save_draft(&context, (draft, revision), file(EVERYTHING));
        assert_eq!(saved.await.expect_err("a refusal").code(), "forbidden");
        let proposed = services.propose_draft(&context, (draft, revision)).await;
        assert_eq!(proposed.expect_err("a refusal").code(), "forbidden");
        let discarded = services.discard_draft(&context, (draft, revision)).await;
        assert_eq!(discarded.expect_err("a refusal").code(), "forbidden");
        let published = services.publish_draft(&context, (draft, revision)).await;
        assert!(published.is_err(), "{who:?}");
    }
    // Auditors read drafts, others do not.
    let services = &portal.services;
    let read = services.policy_draft(&portal.by(Who::Frank), draft).await;
    read.expect("a draft");
    let read = services.policy_draft(&portal.by(Who::Bob), draft).await;
    assert_eq!(read.expect_err("a refusal").code(), "forbidden");
    portal.finish().await;
}

#[tokio::test]
async fn what_cannot_be_used_is_not_proposed() {
    let portal = TestPortal::new().await;
    let grace = portal.by(Who::Grace);
    let services = &portal.services;
    let draft = services.begin_draft(&grace, "Mine").await.expect("a draft");
    let faulty = file(&STEWARDS.replace("count", "counts"));
    let saved = services.save_draft(&grace, (draft, 1), faulty).await;
    saved.expect("saved");
    let refused = services.propose_draft(&grace, (draft, 2)).await;
    assert_eq!(refused.expect_err("a refusal").code(), "draft_faulty");
    let view = services.policy_draft(&grace, draft).await.expect("a draft");
    let said = view.error.expect("an error").to_string();
    assert!(said.starts_with("mine.cedar:2: "), "{said}");

    // Nor is it published, should it have become so since.
    let view = proposed(&portal, STEWARDS).await;
    portal.tamper("update policy_drafts set files = '[]'").await;
    let refused = published_by(&portal, Who::Erin, (view.draft.id, view.draft.revision)).await;
    assert_eq!(refused.expect_err("a refusal").code(), "draft_faulty");
    portal.finish().await;
}

#[tokio::test]
async fn files_are_shown_and_not_published_over() {
    let mut portal = TestPortal::new().await;
    in_force(&portal, EVERYTHING).await;
    let view = proposed(&portal, STEWARDS).await;
    let (draft, revision) = (view.draft.id, view.draft.revision);
    // A preset does not replace what was published, files do.
    portal.restart("[policy]\nbuiltin = \"strict\"\n").await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    assert_eq!(
        portal.standing(decided(&portal, &agent).await).await.0,
        Approved
    );
    portal.restart("[policy]\ndirectory = \"FOLDER\"\n").await;
    let agent = portal.agent(&run);
    assert_eq!(
        portal.standing(decided(&portal, &agent).await).await.0,
        PendingApproval
    );
    let grace = portal.by(Who::Grace);
    let begun = portal.services.begin_draft(&grace, "Mine").await;
    assert_eq!(begun.expect_err("a refusal").code(), "policy_in_files");
    let files = file(EVERYTHING);
    let saved = portal.services.save_draft(&grace, (draft, revision), files);
    let saved = saved.await.expect_err("a refusal");
    assert_eq!(saved.code(), "policy_in_files");
    let published = published_by(&portal, Who::Erin, (draft, revision)).await;
    assert_eq!(published.expect_err("a refusal").code(), "policy_in_files");
    portal.finish().await;
}

#[tokio::test]
async fn who_changed_the_policy_meanwhile_does_not_decide() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    portal.clock.advance(1);
    let view = {
        let bob = administrator(&portal, Who::Bob);
        let services = &portal.services;
        let draft = services.begin_draft(&bob, "Mine").await.expect("a draft");
        let saved = services.save_draft(&bob, (draft, 1), file(STEWARDS)).await;
        saved.expect("saved");
        let proposed = services.propose_draft(&bob, (draft, 2)).await;
        proposed.expect("proposed");
        draft
    };
    let others = |portal: &TestPortal| {
        let context = portal.by(Who::Frank);
        let services = portal.services.clone();
        async move {
            let view = services.approval(&context, approval).await.expect("a view");
            view.others.into_iter().map(|p| p.name).collect::<Vec<_>>()
        }
    };
    assert_eq!(others(&portal).await, ["Bob", "Carol"]);
    published_by(&portal, Who::Carol, (view, 3))
        .await
        .expect("published");
    assert!(others(&portal).await.is_empty());
    for who in [Who::Bob, Who::Carol] {
        let refused = portal.vote(who, approval, Approve).await;
        assert_eq!(
            refused.expect_err("a refusal").code(),
            "policy_editor",
            "{who:?}"
        );
    }
    // What is asked afterwards, they decide like everybody else.
    portal.clock.advance(1);
    let (_, approval) = portal.pending(&agent).await;
    assert_eq!(portal.approved_by(Who::Bob, approval).await, Approved);
    portal.finish().await;
}

#[tokio::test]
async fn an_approval_that_nobody_could_give_is_blocked_and_told() {
    for (approvers, count) in [("nobody-at-all", 1), ("data-stewards", 3)] {
        let portal = TestPortal::new().await;
        let text = STEWARDS
            .replace("data-stewards", approvers)
            .replace("count(\"1\")", &format!("count(\"{count}\")"));
        in_force(&portal, &text).await;
        let agent = portal.agent_at_work().await;
        portal.warehouse.replies(Reply::customers());
        let answer = agent.ask(CUSTOMERS_SQL).await;
        assert_eq!(answer.problem(), (403, "approval_impossible".to_owned()));
        let told = portal.recorded("approval.impossible").await;
        assert_eq!(told[0]["requirements"][0]["approvers"][0], approvers);
        let system = portal.system();
        let services = &portal.services;
        services
            .address_notifications(&system)
            .await
            .expect("addressed");
        services.send_due_mails(&system).await.expect("mailed");
        assert_eq!(portal.mails.recipients(), ["\"Grace\" <grace@example.com>"]);
        // An agent that tries again is told again; administrators are not.
        let answer = agent.ask(CUSTOMERS_SQL).await;
        assert_eq!(answer.problem(), (403, "approval_impossible".to_owned()));
        services.send_due_mails(&system).await.expect("mailed");
        assert_eq!(portal.mails.recipients().len(), 1);
        portal.finish().await;
    }
}

#[tokio::test]
async fn each_policy_is_satisfied_by_its_own_group() {
    let portal = TestPortal::new().await;
    let finance = STEWARDS.replace("\"stewards\"", "\"finance\"");
    let finance = finance.replace("data-stewards", "finance");
    in_force(&portal, &format!("{STEWARDS}{finance}")).await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    assert_eq!(
        portal.approved_by(Who::Bob, approval).await,
        PendingApproval
    );
    // Stewards have said enough.
    let refused = portal.vote(Who::Carol, approval, Approve).await;
    let refused = refused.expect_err("a refusal");
    assert_eq!(refused.code(), "not_in_approver_group");
    assert_eq!(portal.approved_by(Who::Dave, approval).await, Approved);
    portal.finish().await;
}

#[tokio::test]
async fn a_policy_asks_for_proof_where_the_risk_does_not() {
    let portal = TestPortal::new().await;
    let proof = STEWARDS.replace("@expires", "@step_up @expires");
    in_force(&portal, &proof).await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    let mut weak = portal.by(Who::Bob);
    if let Actor::Person(person) = &mut weak.actor {
        person.acr = None;
    }
    let view = portal.services.approval(&weak, approval).await;
    let hindrance = view.expect("a view").hindrance.expect("a hindrance");
    assert_eq!(hindrance.code(), "step_up_needed");
    assert_eq!(portal.approved_by(Who::Bob, approval).await, Approved);
    portal.finish().await;
}

#[tokio::test]
async fn a_first_use_is_one_until_something_has_run() {
    let portal = TestPortal::new().await;
    let known = EVERYTHING.replace(';', "\nwhen { context.first_uses.isEmpty() };");
    in_force(&portal, &format!("{known}{STEWARDS}")).await;
    let agent = portal.agent_at_work().await;
    let first = decided(&portal, &agent).await;
    let second = decided(&portal, &agent).await;
    let approval = approval_of(&portal, first).await;
    approval_of(&portal, second).await;
    portal.approved_by(Who::Bob, approval).await;
    portal.clock.advance(1);
    assert_eq!(portal.executed(first).await.0, Succeeded);
    portal.clock.advance(1);
    let third = decided(&portal, &agent).await;
    assert_eq!(portal.standing(third).await.0, Approved);
    portal.finish().await;
}

#[tokio::test]
async fn a_draft_is_compared_with_what_was_decided() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let harmless = decided(&portal, &agent).await;
    let (tagged, _) = portal.pending(&agent).await;
    agent.ask("SELECT ssn FROM demo.shop.nowhere").await;
    portal.clock.advance(31 * 86_400);
    assert_eq!(simulated(&portal, STEWARDS).await.0, [0, 0, 0]);
    portal.clock.advance(-2 * 86_400);
    let (was, would, changed) = simulated(&portal, STEWARDS).await;
    assert_eq!((was, would), ([1, 1, 1], [0, 2, 1]));
    // The second waits as it did, but for an hour instead of four.
    assert_eq!(
        changed,
        [(tagged, Route::Approve), (harmless, Route::Approve)]
    );
    let (_, would, _) = simulated(&portal, EVERYTHING).await;
    assert_eq!(would, [2, 0, 1]);
    portal.finish().await;
}

type Simulated = ([usize; 3], [usize; 3], Vec<(IntentId, Route)>);

async fn simulated(portal: &TestPortal, text: &str) -> Simulated {
    let view = proposed(portal, text).await;
    let auditor = portal.by(Who::Frank);
    let simulation = portal.services.simulate_draft(&auditor, view.draft.id);
    let simulation = simulation.await.expect("simulated").expect("usable");
    let rows = simulation.rows.iter();
    let changed = rows.map(|row| (row.intent, row.would.route)).collect();
    (simulation.was, simulation.would, changed)
}

#[tokio::test]
async fn a_name_that_is_no_files_is_refused() {
    let portal = TestPortal::new().await;
    let grace = portal.by(Who::Grace);
    let services = &portal.services;
    let draft = services.begin_draft(&grace, "Mine").await.expect("a draft");
    for name in ["", ".cedar", "a.txt", "../a.cedar", "a b.cedar"] {
        let mut files = file(STEWARDS);
        files[0].name = name.to_owned();
        let refused = services.save_draft(&grace, (draft, 1), files).await;
        assert_eq!(
            refused.expect_err("a refusal").code(),
            "invalid_field",
            "{name}"
        );
    }
    let too_long = "/".repeat(256 * 1024 + 1);
    for files in [[file(STEWARDS), file(STEWARDS)].concat(), file(&too_long)] {
        let refused = services.save_draft(&grace, (draft, 1), files).await;
        assert_eq!(refused.expect_err("a refusal").code(), "invalid_field");
    }
    portal.finish().await;
}

#[tokio::test]
async fn nobody_decides_in_the_place_of_who_changed_the_policy() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let (_, approval) = portal.pending(&agent).await;
    let (bob, now) = (portal.by(Who::Bob), portal.now());
    let dates = (now, now.plus_days(7));
    let lent = portal.services.delegate(&bob, Who::Dave.id(), dates).await;
    lent.expect("lent");
    portal.clock.advance(1);
    let view = proposed(&portal, STEWARDS).await;
    let draft = (view.draft.id, view.draft.revision);
    let published = published_by(&portal, Who::Bob, draft).await;
    published.expect("published");
    let refused = portal.vote(Who::Dave, approval, Approve).await;
    let refused = refused.expect_err("a refusal");
    assert_eq!(refused.code(), "not_in_approver_group");
    portal.finish().await;
}
