//! What an approver adds to their yes narrows what runs, is seen before, and is bound.

use countersign::services::{CastVote, ConditionsView, ServiceError};
use domain::{
    ApprovalId, Ballot, ColumnName, Conditions, IntentId,
    IntentState::{self, Approved, PendingApproval, Succeeded},
};
use serde_json::json;

use crate::support::{Reply, TestPortal, Who, columns};

const GROUPS_SQL: &str = "SELECT country, COUNT(*) AS n FROM demo.shop.customers GROUP BY country";

fn column(name: &str) -> ColumnName {
    format!("demo.shop.customers.{name}")
        .parse()
        .expect("a column")
}

async fn preview(
    portal: &TestPortal,
    (who, approval): (Who, ApprovalId),
    own: &Conditions,
) -> Result<ConditionsView, ServiceError> {
    let context = portal.by(who);
    let seen = portal
        .services
        .preview_conditions(&context, approval, own.clone());
    seen.await
}

/// Approves with conditions that were looked at before.
async fn approves(
    portal: &TestPortal,
    (who, approval): (Who, ApprovalId),
    own: &Conditions,
) -> Result<IntentState, ServiceError> {
    let seen = preview(portal, (who, approval), own)
        .await?
        .digest
        .to_string();
    approves_as_seen(portal, (who, approval), (own, &seen)).await
}

async fn approves_as_seen(
    portal: &TestPortal,
    (who, approval): (Who, ApprovalId),
    (own, seen): (&Conditions, &str),
) -> Result<IntentState, ServiceError> {
    votes_as_seen(portal, (who, approval), (own, seen), Ballot::Approve).await
}

async fn votes_as_seen(
    portal: &TestPortal,
    (who, approval): (Who, ApprovalId),
    (own, seen): (&Conditions, &str),
    ballot: Ballot,
) -> Result<IntentState, ServiceError> {
    let cast = CastVote {
        ballot,
        comment: "with conditions",
        confirmation: "",
    };
    let context = portal.by(who);
    let narrowed = (own.clone(), seen);
    let voted = portal
        .services
        .approve_with_conditions(&context, approval, cast, narrowed);
    voted.await
}

async fn pending(portal: &TestPortal, sql: &str, reply: Reply) -> (IntentId, ApprovalId) {
    let run = portal.run().await;
    portal.warehouse.replies(reply);
    let intent = portal.agent(&run).submitted(sql).await;
    let view = portal.view(intent).await;
    (intent, view.approval.expect("an approval").id)
}

fn three_customers() -> Reply {
    let row = |id: &str| vec![json!(id), json!("XXXXX@example.com")];
    Reply {
        rows: vec![row("1"), row("2"), row("3")],
        ..Reply::customers()
    }
}

#[tokio::test]
async fn only_as_many_rows_leave_as_the_approver_lets_and_the_result_says_so() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    portal.warehouse.replies(three_customers());
    let agent = portal.agent(&run);
    let intent = agent.submitted(crate::support::CUSTOMERS_SQL).await;
    let approval = portal.view(intent).await.approval.expect("an approval").id;
    let own = Conditions::default().with_row_cap(2);
    let state = approves(&portal, (Who::Bob, approval), &own).await;
    assert_eq!(state.expect("approved"), Approved);
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    let rows = agent.results(intent, "text/csv").await.body;
    assert_eq!(rows.lines().count(), 3, "a heading and two rows: {rows}");
    let told = agent.get(&format!("/api/v1/intents/{intent}")).await.json();
    assert_eq!(told["result"]["cut_to"], 2);
    assert_eq!(told["approval"]["conditions"]["row_cap"], 2);
    assert_eq!(portal.recorded("result.sealed").await[0]["cut_to"], 2);
    portal.finish().await;
}

#[tokio::test]
async fn a_further_mask_is_shown_before_and_is_what_runs() {
    let portal = TestPortal::new().await;
    let (intent, approval) =
        pending(&portal, crate::support::CUSTOMERS_SQL, Reply::customers()).await;
    let own = Conditions::default().with_masks([column("id")]);
    let seen = preview(&portal, (Who::Bob, approval), &own)
        .await
        .expect("seen");
    assert!(seen.masked_sql.contains("AS `id`"), "{}", seen.masked_sql);
    assert!(seen.columns[0].masked);
    let before = portal.view(intent).await.approval.expect("an approval");
    let state = approves(&portal, (Who::Bob, approval), &own).await;
    assert_eq!(state.expect("approved"), Approved);
    let after = portal.view(intent).await.approval.expect("an approval");
    assert_ne!(before.intent_digest, after.intent_digest);
    assert_eq!(after.intent_digest, seen.digest.to_string());
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    assert_eq!(portal.warehouse.inserts()[0].query.sql, seen.masked_sql);
    let cast = portal.recorded("vote.cast").await;
    assert_eq!(cast[0]["intent_digest"], after.intent_digest.as_str());
    assert_eq!(cast[0]["conditions"]["masks"][0], "demo.shop.customers.id");
    portal.finish().await;
}

#[tokio::test]
async fn only_what_the_query_reads_as_it_is_can_be_masked() {
    let portal = TestPortal::new().await;
    let (_, approval) = pending(&portal, crate::support::CUSTOMERS_SQL, Reply::customers()).await;
    for name in ["email", "country", "nothing"] {
        let own = Conditions::default().with_masks([column(name)]);
        let refused = preview(&portal, (Who::Bob, approval), &own).await;
        assert_eq!(refused.expect_err(name).code(), "invalid_field", "{name}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn aggregates_only_is_allowed_where_they_are_and_else_says_why_not() {
    let only = Conditions::default().with_aggregates_only();
    let portal = TestPortal::new().await;
    let (_, rows) = pending(&portal, crate::support::CUSTOMERS_SQL, Reply::customers()).await;
    let refused = preview(&portal, (Who::Bob, rows), &only)
        .await
        .expect_err("rows");
    assert!(
        refused
            .to_string()
            .contains("`id` carries values of single rows"),
        "{refused}"
    );
    portal.finish().await;

    let portal = TestPortal::new().await;
    let reply = Reply {
        schema: columns(&["country STRING", "n INT64"]),
        ..Reply::customers()
    };
    let (_, groups) = pending(&portal, GROUPS_SQL, reply).await;
    let state = approves(&portal, (Who::Bob, groups), &only).await;
    assert_eq!(state.expect("approved"), Approved);
    portal.finish().await;
}

#[tokio::test]
async fn conditions_of_two_voters_add_up_to_the_strictest() {
    let portal = TestPortal::configured("[policy]\nbuiltin = \"strict\"\n").await;
    let (intent, approval) =
        pending(&portal, crate::support::CUSTOMERS_SQL, three_customers()).await;
    let wide = Conditions::default()
        .with_row_cap(10)
        .with_masks([column("id")]);
    let state = approves(&portal, (Who::Bob, approval), &wide).await;
    assert_eq!(state.expect("a vote"), PendingApproval);
    let narrow = Conditions::default().with_row_cap(1);
    let state = approves(&portal, (Who::Carol, approval), &narrow).await;
    assert_eq!(state.expect("approved"), Approved);
    let both = portal
        .view(intent)
        .await
        .approval
        .expect("an approval")
        .conditions;
    assert_eq!(both, wide.and(&narrow).after().clone());
    assert_eq!(both.row_cap(), Some(1));
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    portal.finish().await;
}

#[tokio::test]
async fn a_plain_yes_behind_conditions_is_a_yes_to_what_they_leave() {
    let portal = TestPortal::configured("[policy]\nbuiltin = \"strict\"\n").await;
    let (intent, approval) =
        pending(&portal, crate::support::CUSTOMERS_SQL, three_customers()).await;
    let own = Conditions::default().with_row_cap(1);
    approves(&portal, (Who::Bob, approval), &own)
        .await
        .expect("a vote");
    assert_eq!(portal.approved_by(Who::Carol, approval).await, Approved);
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    let execution = portal.view(intent).await.execution.expect("an execution");
    assert_eq!((execution.row_count, execution.cut_to), (Some(1), Some(1)));
    portal.finish().await;
}

#[tokio::test]
async fn nobody_approves_what_they_have_not_seen() {
    let portal = TestPortal::new().await;
    let (intent, approval) =
        pending(&portal, crate::support::CUSTOMERS_SQL, Reply::customers()).await;
    let own = Conditions::default().with_row_cap(5);
    let before = portal.view(intent).await.approval.expect("an approval");
    let unseen = (&own, before.intent_digest.as_str());
    let refused = approves_as_seen(&portal, (Who::Bob, approval), unseen).await;
    assert_eq!(refused.expect_err("unseen").code(), "conditions_changed");
    let denied = votes_as_seen(&portal, (Who::Bob, approval), unseen, Ballot::Deny).await;
    let denied = denied.expect_err("a denial has no conditions");
    assert_eq!(denied.code(), "invalid_field");
    // What changed besides is approved under no condition's name.
    let loaded = |table: &mut countersign::warehouse::TableDescription| {
        table.etag = Some("loaded".to_owned());
    };
    portal.warehouse.describe("demo.shop.customers", loaded);
    let refused = approves(&portal, (Who::Bob, approval), &own).await;
    assert_eq!(refused.expect_err("stale").code(), "approval_stale");
    assert_eq!(portal.standing(intent).await.0, PendingApproval);
    // A yes that lets nothing out is none.
    let nothing = Conditions::default().with_row_cap(0);
    let refused = preview(&portal, (Who::Bob, approval), &nothing).await;
    assert_eq!(refused.expect_err("a no").code(), "invalid_field");
    // Who may not vote may not look at what they would approve either.
    let refused = preview(&portal, (Who::Alice, approval), &own).await;
    assert_eq!(refused.expect_err("own").code(), "own_request");
    portal.finish().await;
}
