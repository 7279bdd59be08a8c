//! Whatever a decision is bound to: when it changes, nothing runs, and what changed is named.

use std::collections::BTreeSet;

use countersign::{services::BoundInput, warehouse::TableDescription};
use domain::{IntentId, IntentState::Stale};
use futures::future::join_all;
use http::Request;

use crate::support::{Reply, TestPortal, Who, columns};

const CUSTOMERS: &str = "demo.shop.customers";

/// With a salt, because one of the inputs tells one salt from another.
const SALTED: &str = r#"
[masking]
salt = "one salt for every test"
[masking.rules]
"pii.email" = "SHA256"
"#;

/// What happens between approval and execution.
#[derive(Clone, Copy)]
enum Event {
    /// Somebody changes the database.
    Tampering(&'static str),
    /// The program starts anew with this text of its configuration in place of that one.
    Configuration(&'static str, &'static str),
    /// The table looks different.
    Table(fn(&mut TableDescription)),
    /// BigQuery's dry run says something else.
    DryRun(fn(&mut Reply)),
}

use Event::{Configuration, DryRun, Table, Tampering};

/// For each input something that changes it.
#[rustfmt::skip]
fn events() -> Vec<(BoundInput, Event)> {
    use BoundInput as Input;
    vec![
        (Input::Sql, Tampering("update intents set sql = 'SELECT id, ssn FROM demo.shop.customers'")),
        (Input::Parameters, Tampering(r#"update intents set parameters = '[{"type":"INT64","value":1}]'"#)),
        (Input::ParameterTypes, Tampering(r#"update intents set parameters = '[{"type":"INT64","value":1}]'"#)),
        (Input::Purpose, Tampering("update intents set purpose = 'another'")),
        (Input::Unmasked, Tampering(r#"update intents set unmask = '["demo.shop.customers.email"]'"#)),
        (Input::UnmaskReason, Tampering("update intents set unmask_reason = 'another'")),
        (Input::Conditions, Tampering(r#"update approvals set conditions = '{"row_cap":1}'"#)),
        (Input::Project, Configuration(r#"project = "demo""#, r#"project = "other""#)),
        (Input::Location, Configuration("[warehouse]", "[warehouse]\nlocation = \"EU\"")),
        (Input::DefaultDataset, Configuration(r#"datasets = ["shop"]"#, "datasets = [\"shop\", \"crm\"]\ndefault_dataset = \"crm\"")),
        (Input::DefaultDataset, Tampering("update intents set default_dataset = 'crm'")),
        (Input::BytesCap, Tampering("update intents set maximum_bytes_billed = maximum_bytes_billed - 1")),
        (Input::RowsCap, Configuration("[server]", "[limits]\nresults_rows_maximum = 1000\n[server]")),
        (Input::Timeout, Configuration("[warehouse]", "[warehouse]\njob_timeout_seconds = 5")),
        (Input::Labels, Tampering("update runs set initiator_id = 'per_00000000000000000000000000000008'")),
        (Input::Objects, Table(|table| table.etag = Some("another".to_owned()))),
        (Input::Definitions, Table(|table| table.partition_column = Some("id".to_owned()))),
        (Input::Views, Table(|table| table.view_sql = Some("SELECT 1 AS id, '' AS email".to_owned()))),
        (Input::ReferencedTables, DryRun(|reply| reply.tables.clear())),
        (Input::StatementType, DryRun(|reply| reply.statement_type = "SCRIPT")),
        (Input::OutputSchema, DryRun(|reply| reply.schema = columns(&["id INT64", "email BYTES"]))),
        (Input::Findings, Table(|table| table.columns = columns(&["id INT64", "email STRING", "ssn STRING"]))),
        (Input::PolicyVersion, Configuration("[server]", "[policy]\nbuiltin = \"strict\"\n[server]")),
        (Input::Route, DryRun(|reply| reply.bytes = 1 << 50)),
        (Input::Requirements, Configuration("[server]", "[policy]\nbuiltin = \"strict\"\n[server]")),
        (Input::MaskedSql, Configuration("SHA256", "ALWAYS_NULL")),
        (Input::MaskingPlan, Configuration("SHA256", "ALWAYS_NULL")),
        (Input::SaltKey, Configuration("one salt", "another salt")),
        (Input::Run, Tampering("update runs set ticket = 'SHOP-2'")),
        (Input::RunScope, Tampering(r#"update runs set scope = '[{"privilege":"read","resource":"demo.shop.customers"}]'"#)),
        (Input::RunExpiry, Tampering("update runs set expires_at = expires_at + 1")),
        (Input::Initiator, Tampering("update runs set initiator_id = 'per_00000000000000000000000000000008'")),
        (Input::InitiatorGroups, Tampering(r#"update people set groups = '["data-stewards", "staff"]' where name = 'Alice'"#)),
        (Input::InitiatorStanding, Tampering(r#"update people set roles = '["initiator"]' where name = 'Alice'"#)),
        (Input::Agent, Tampering("update agents set name = 'another'")),
        (Input::AgentOwner, Tampering("update agents set owner_id = 'per_00000000000000000000000000000008'")),
        (Input::AgentServiceAccount, Tampering("update agents set service_account = 'a@demo.iam.gserviceaccount.com'")),
        (Input::AgentPurpose, Tampering("update agents set purpose = 'another'")),
        (Input::AgentCaps, Tampering("update agents set open_runs = open_runs - 1")),
        (Input::AgentExpiry, Tampering("update agents set expires_at = expires_at + 1")),
    ]
}

async fn approved() -> (TestPortal, IntentId) {
    let portal = TestPortal::configured(SALTED).await;
    let run = portal.run().await;
    let (intent, approval) = portal.pending(&portal.agent(&run)).await;
    portal.approved_by(Who::Bob, approval).await;
    (portal, intent)
}

/// What the intent's problem says changed, and its sentence.
async fn changed(portal: &TestPortal, intent: IntentId) -> (Vec<String>, String) {
    portal.execute(intent).await.expect("executed");
    let view = portal.view(intent).await;
    let problem = view.problem.expect("a problem");
    assert_eq!(view.intent.state, Stale, "{problem:?}");
    assert_eq!(problem.code, "approval_stale");
    assert_eq!(portal.warehouse.inserts().len(), 0);
    (problem.changed, problem.detail)
}

async fn is_named(input: BoundInput, event: Event) {
    let (mut portal, intent) = approved().await;
    match event {
        Tampering(statement) => portal.tamper(statement).await,
        Configuration(from, to) => portal.restart_where((from, to), SALTED).await,
        Table(change) => portal.warehouse.describe(CUSTOMERS, change),
        DryRun(change) => {
            let mut reply = Reply::customers();
            change(&mut reply);
            portal.warehouse.replies(reply);
        }
    }
    let (names, detail) = changed(&portal, intent).await;
    let name = input.as_str().to_owned();
    assert!(names.contains(&name), "{name}: {names:?}");
    assert!(detail.contains("changed"), "{detail}");
    portal.finish().await;
}

#[tokio::test]
async fn every_input_that_changes_is_named_and_nothing_runs() {
    let events = events();
    join_all(events.iter().map(|(input, event)| is_named(*input, *event))).await;
    let tested: BTreeSet<_> = events.iter().map(|(input, _)| *input).collect();
    let all: BTreeSet<_> = BoundInput::ALL.iter().copied().collect();
    assert_eq!(tested, all, "each input has its event here");
    assert!(all.len() >= 25);
}

#[tokio::test]
async fn the_table_that_changed_is_told_by_its_name_and_one_call_asks_again() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let (intent, approval) = portal.pending(&agent).await;
    portal.approved_by(Who::Bob, approval).await;
    let loaded = |table: &mut TableDescription| table.etag = Some("loaded".to_owned());
    portal.warehouse.describe(CUSTOMERS, loaded);
    let (names, detail) = changed(&portal, intent).await;
    assert_eq!(names, ["objects"]);
    let words = "the table demo.shop.customers changed";
    assert!(detail.contains(words), "{detail}");
    let sent = portal.services.send_due_mails(&portal.system()).await;
    sent.expect("sent");
    let mails = portal.mails.texts().join("\n");
    assert!(mails.contains(words), "the initiator's mail: {mails}");
    let read = agent.get(&format!("/api/v1/intents/{intent}")).await;
    assert_eq!(read.json()["problem"]["changed"][0], "objects");

    let again = || {
        let request = Request::post(format!("/api/v1/intents/{intent}/resubmit"));
        agent.send(request, axum::body::Body::empty())
    };
    let new = again().await;
    assert_eq!(new.status, 201, "{}", new.body);
    assert_eq!(new.json()["state"], "pending_approval");
    assert_eq!(new.json()["asks_again"], intent.to_string());
    assert_ne!(new.json()["id"], intent.to_string());
    // Pressed twice, it is the same.
    assert_eq!(again().await.json()["id"], new.json()["id"]);
    portal.finish().await;
}

#[tokio::test]
async fn what_need_not_be_asked_again_is_not_and_nobody_asks_for_others() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let (intent, _) = portal.pending(&portal.agent(&run)).await;
    let refused = |who: Who| {
        let context = portal.by(who);
        let services = portal.services.clone();
        async move {
            let refused = services.ask_again(&context, intent).await;
            refused.expect_err("a refusal").code().to_owned()
        }
    };
    assert_eq!(refused(Who::Alice).await, "not_stale");
    assert_eq!(refused(Who::Bob).await, "forbidden");
    assert_eq!(refused(Who::Heidi).await, "not_found");
    portal.clock.advance(3600);
    let expired = portal.services.expire_approvals(&portal.system()).await;
    expired.expect("expired");
    // Its run is over too.
    assert_eq!(refused(Who::Alice).await, "run_expired");
    portal.finish().await;
}

#[tokio::test]
async fn a_column_that_is_tagged_a_moment_ago_is_masked_already() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let tagged = columns(&[
        "id INT64",
        "customer_id INT64",
        "country STRING pii.place",
        "note STRING",
    ]);
    portal
        .warehouse
        .describe("demo.shop.orders", |table| table.columns = tagged);
    let intent = agent.submitted(crate::support::ORDERS_SQL).await;
    let analysis = portal.view(intent).await.analysis.expect("an analysis");
    let answer = analysis.answer().expect("an answer");
    assert!(answer[1].masked, "{answer:?}");
    portal.finish().await;
}

#[tokio::test]
async fn a_vote_counts_no_more_once_its_voter_has_lost_the_right_to_it() {
    for loss in [
        r#"update people set groups = '["finance"]' where name = 'Bob'"#,
        r#"update people set roles = '["auditor"]' where name = 'Bob'"#,
        "update people set disabled_at = 1 where name = 'Bob'",
    ] {
        let portal = TestPortal::new().await;
        let run = portal.run().await;
        let (intent, approval) = portal.pending(&portal.agent(&run)).await;
        portal.approved_by(Who::Bob, approval).await;
        portal.tamper(loss).await;
        let (names, detail) = changed(&portal, intent).await;
        assert_eq!(names, ["approvers"], "{loss}");
        assert!(detail.contains("an approver lost their access"), "{detail}");
        portal.finish().await;
    }
}
