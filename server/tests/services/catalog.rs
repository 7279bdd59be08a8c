//! What untagged columns seem to hold, and what follows when a person agrees.

use countersign::services::Suggestion;
use domain::{ColumnName, IntentState, Tag};
use serde_json::json;

use crate::support::{Reply, TestPortal, Who, columns};

const CONTACTS_SQL: &str = "SELECT id, contact_email FROM demo.shop.orders";
const COLUMN: &str = "demo.shop.orders.contact_email";

/// A shop whose orders have an untagged column with a telling name.
async fn with_contacts() -> TestPortal {
    let portal = TestPortal::new().await;
    portal.warehouse.describe("demo.shop.orders", |table| {
        table.columns.extend(columns(&["contact_email STRING"]));
    });
    portal.services.refresh_catalog().await.expect("a catalog");
    portal.warehouse.replies(Reply {
        schema: columns(&["id INT64", "contact_email STRING"]),
        rows: vec![vec![json!("1"), json!("n/a")]],
        ..Reply::orders()
    });
    portal
}

async fn suggested(portal: &TestPortal) -> Vec<(String, String, String)> {
    let suggestions = portal.services.suggestions(&portal.by(Who::Grace)).await;
    let told = |one: Suggestion| (one.column.to_string(), one.tag.to_string(), one.because);
    suggestions
        .expect("suggestions")
        .into_iter()
        .map(told)
        .collect()
}

async fn decide(portal: &TestPortal, who: Who, accept: bool) -> Result<(), String> {
    let column: ColumnName = COLUMN.parse().expect("a column");
    let suggestion = (&column, &Tag::new("pii.email"));
    let by = portal.by(who);
    let decided = portal
        .services
        .decide_suggestion(&by, suggestion, accept)
        .await;
    decided.map_err(|error| error.code().to_owned())
}

#[tokio::test]
async fn an_accepted_suggestion_is_the_columns_tag_from_then_on() {
    let mut portal = with_contacts().await;
    let run = portal.run().await;
    let before = portal.agent(&run).submitted(CONTACTS_SQL).await;
    assert_eq!(portal.standing(before).await.0, IntentState::Approved);
    let because = "its name says so".to_owned();
    let expected = (COLUMN.to_owned(), "pii.email".to_owned(), because);
    assert_eq!(suggested(&portal).await, [expected]);

    decide(&portal, Who::Grace, true).await.expect("accepted");
    assert_eq!(suggested(&portal).await, []);
    let entries = portal.recorded("catalog.column_tagged").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["column"], COLUMN);
    // What was to run, and did not at once, has become something else.
    portal.clock.advance(120);
    assert_eq!(portal.executed(before).await.0, IntentState::Stale);

    // So it is after a restart, and however often BigQuery is asked anew.
    portal.restart("").await;
    portal.services.refresh_catalog().await.expect("a catalog");
    let after = portal.agent(&run).submitted(CONTACTS_SQL).await;
    let view = portal.view(after).await;
    assert_eq!(view.intent.state, IntentState::PendingApproval);
    let analysis = view.analysis.expect("an analysis");
    let column = &analysis.answer().expect("an answer")[1];
    assert!(column.masked);
    assert_eq!(column.tags, [Tag::new("pii.email")]);
    portal.finish().await;
}

#[tokio::test]
async fn a_tag_of_bigquerys_own_counts_before_a_given_one() {
    let portal = with_contacts().await;
    decide(&portal, Who::Grace, true).await.expect("accepted");
    portal.warehouse.describe("demo.shop.orders", |table| {
        table.columns[4].tag = Some(Tag::new("public"));
    });
    let run = portal.run().await;
    let intent = portal.agent(&run).submitted(CONTACTS_SQL).await;
    assert_eq!(portal.standing(intent).await.0, IntentState::Approved);
    portal.finish().await;
}

#[tokio::test]
async fn a_dismissed_suggestion_is_not_made_again() {
    let portal = with_contacts().await;
    decide(&portal, Who::Grace, false).await.expect("dismissed");
    assert_eq!(suggested(&portal).await, []);
    let dismissed = portal.recorded("catalog.suggestion_dismissed").await;
    assert_eq!(dismissed.len(), 1);
    let again = decide(&portal, Who::Grace, true).await;
    assert_eq!(again, Err("not_found".to_owned()));
    let run = portal.run().await;
    let intent = portal.agent(&run).submitted(CONTACTS_SQL).await;
    assert_eq!(portal.standing(intent).await.0, IntentState::Approved);
    portal.finish().await;
}

#[tokio::test]
async fn administrators_decide_and_nobody_else() {
    let portal = with_contacts().await;
    for who in [Who::Alice, Who::Bob, Who::Erin, Who::Frank, Who::Heidi] {
        let refused = decide(&portal, who, true).await;
        assert_eq!(refused, Err("forbidden".to_owned()), "{who:?}");
    }
    let heidi = portal.by(Who::Heidi);
    portal
        .services
        .suggestions(&heidi)
        .await
        .expect_err("not hers to see");
    portal.services.known_tables(&heidi).expect_err("nor these");
    portal.finish().await;
}

#[tokio::test]
async fn what_was_found_in_results_is_counted_for_the_column_it_came_from() {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    portal.warehouse.replies(Reply {
        schema: columns(&["id INT64", "note STRING"]),
        rows: vec![
            vec![json!("1"), json!("write to jo@example.com")],
            vec![json!("2"), json!("ann@example.com")],
        ],
        ..Reply::orders()
    });
    let queries = [
        "SELECT id, note FROM demo.shop.orders",
        // From two columns: nobody knows which.
        "SELECT id, CONCAT(country, note) AS note FROM demo.shop.orders",
    ];
    for sql in queries {
        let intent = agent.submitted(sql).await;
        assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    }
    let because = "found 2 times in 1 result".to_owned();
    let expected = (
        "demo.shop.orders.note".to_owned(),
        "pii.email".to_owned(),
        because,
    );
    assert_eq!(suggested(&portal).await, [expected]);
    portal.finish().await;
}

async fn tag(portal: &TestPortal, who: Who, (column, tag): (&str, &str)) -> Result<(), String> {
    let (column, by) = (column.parse().expect("a column"), portal.by(who));
    let tagged = portal
        .services
        .tag_column(&by, &column, &Tag::new(tag))
        .await;
    tagged.map_err(|error| error.code().to_owned())
}

async fn untag(portal: &TestPortal, who: Who, (column, tag): (&str, &str)) -> Result<(), String> {
    let (column, tag) = (column.parse().expect("a column"), Tag::new(tag));
    let given = (&column, &tag);
    let by = portal.by(who);
    let untagged = portal.services.untag_column(&by, given, "it holds none");
    untagged.await.map_err(|error| error.code().to_owned())
}

const EMAIL: (&str, &str) = (COLUMN, "pii.email");

#[tokio::test]
async fn a_column_is_tagged_by_hand_and_untagged_again() {
    let mut portal = with_contacts().await;
    let run = portal.run().await;
    let agent = portal.agent(&run);
    decide(&portal, Who::Grace, false).await.expect("dismissed");
    // Of a tag that was dismissed before, people may think again.
    tag(&portal, Who::Grace, EMAIL).await.expect("tagged");
    let masked = agent.submitted(CONTACTS_SQL).await;
    assert_eq!(
        portal.standing(masked).await.0,
        IntentState::PendingApproval
    );
    let twice = tag(&portal, Who::Grace, (COLUMN, "pii.phone")).await;
    assert_eq!(twice, Err("invalid_field".to_owned()), "it has a tag");
    let tagged = portal.recorded("catalog.column_tagged").await;
    assert_eq!(tagged.len(), 1);
    assert_eq!(tagged[0]["because"], "said by hand");

    untag(&portal, Who::Grace, EMAIL).await.expect("untagged");
    let again = untag(&portal, Who::Grace, EMAIL).await;
    assert_eq!(again, Err("not_found".to_owned()));
    let untagged = portal.recorded("catalog.column_untagged").await;
    assert_eq!(untagged.len(), 1);
    assert_eq!(untagged[0]["reason"], "it holds none");
    assert_eq!(suggested(&portal).await, [], "nobody is asked again");
    let plain = agent.submitted(CONTACTS_SQL).await;
    assert_eq!(portal.standing(plain).await.0, IntentState::Approved);

    // So it is after a restart.
    portal.restart("").await;
    let plain = portal.agent(&run).submitted(CONTACTS_SQL).await;
    assert_eq!(portal.standing(plain).await.0, IntentState::Approved);
    portal.finish().await;
}

#[tokio::test]
async fn only_what_is_there_is_tagged_and_only_by_administrators() {
    let portal = with_contacts().await;
    for who in [Who::Alice, Who::Bob, Who::Erin, Who::Frank, Who::Heidi] {
        let refused = tag(&portal, who, EMAIL).await;
        assert_eq!(refused, Err("forbidden".to_owned()), "{who:?}");
    }
    for wrong in [
        (COLUMN, "pii.made_up"),
        (COLUMN, ""),
        ("demo.shop.orders.nowhere", "pii.email"),
        ("demo.shop.nowhere.id", "pii.email"),
        ("demo.other.orders.contact_email", "pii.email"),
        ("demo.shop.customers.email", "pii.phone"),
    ] {
        let refused = tag(&portal, Who::Grace, wrong).await;
        assert_eq!(refused, Err("invalid_field".to_owned()), "{wrong:?}");
    }
    tag(&portal, Who::Grace, EMAIL).await.expect("tagged");
    for who in [Who::Alice, Who::Bob, Who::Erin, Who::Frank, Who::Heidi] {
        let refused = untag(&portal, who, EMAIL).await;
        assert_eq!(refused, Err("forbidden".to_owned()), "{who:?}");
    }
    // What BigQuery says is not ours to take back.
    let of_bigquery = ("demo.shop.customers.email", "pii.email");
    let refused = untag(&portal, Who::Grace, of_bigquery).await;
    assert_eq!(refused, Err("not_found".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn a_tag_given_a_moment_ago_counts_for_what_is_about_to_run() {
    let portal = with_contacts().await;
    let agent = portal.agent_at_work().await;
    let before = agent.submitted(CONTACTS_SQL).await;
    assert_eq!(portal.standing(before).await.0, IntentState::Approved);
    // No time passes: the intent was judged just now.
    tag(&portal, Who::Grace, EMAIL).await.expect("tagged");
    assert_eq!(portal.executed(before).await.0, IntentState::Stale);
    assert_eq!(portal.warehouse.job_count(), 0);

    // What people approved masked does not run unmasked either.
    let intent = agent.submitted(CONTACTS_SQL).await;
    let approval = portal.view(intent).await.approval.expect("asked");
    portal.approved_by(Who::Bob, approval.id).await;
    untag(&portal, Who::Grace, EMAIL).await.expect("untagged");
    assert_eq!(portal.executed(intent).await.0, IntentState::Stale);
    portal.finish().await;
}

#[tokio::test]
async fn a_tag_by_a_clock_that_is_behind_counts_too() {
    let portal = with_contacts().await;
    let intent = portal.agent_at_work().await.submitted(CONTACTS_SQL).await;
    // Another replica, half a minute behind, says when the tag was given.
    let given =
        "insert into column_suggestions (column_name, tag, accepted, decided_by, decided_at)
        select 'demo.shop.orders.contact_email', 'pii.email', 1, min(id), 1793577570000000
        from people";
    assert_eq!(portal.now().micros(), 1_793_577_600_000_000);
    portal.tamper(given).await;
    assert_eq!(portal.executed(intent).await.0, IntentState::Stale);
    portal.finish().await;
}
