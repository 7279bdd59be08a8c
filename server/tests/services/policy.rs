//! What the policy is told of a query, seen by what it decides.

use domain::IntentState::{Approved, PendingApproval};

use crate::support::{ORDERS_SQL, Reply, TestPortal, columns};

const STRICT: &str = "[policy]\nbuiltin = \"strict\"\n";

#[tokio::test]
async fn a_view_is_as_sensitive_as_the_tables_behind_it() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply {
        tables: vec!["demo.shop.customers"],
        ..Reply::orders()
    });
    let sql = "SELECT id, country FROM demo.shop.customer_list";
    let intent = agent.submitted(sql).await;
    assert_eq!(portal.standing(intent).await.0, PendingApproval);
    portal.finish().await;
}

#[tokio::test]
async fn a_wildcard_is_as_sensitive_as_the_tables_it_covers() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply {
        tables: vec!["demo.shop.visits_2025"],
        schema: columns(&["id INT64"]),
        ..Reply::orders()
    });
    let sql = "SELECT id FROM `demo.shop.visits_*`";
    let intent = agent.submitted(sql).await;
    assert_eq!(portal.standing(intent).await.0, PendingApproval);
    portal.finish().await;
}

#[tokio::test]
async fn unclassified_columns_count_as_sensitive_where_the_policy_is_strict() {
    for sql in [ORDERS_SQL, "SELECT id, country FROM demo.shop.order_list"] {
        let portal = TestPortal::configured(STRICT).await;
        let agent = portal.agent_at_work().await;
        let intent = agent.submitted(sql).await;
        assert_eq!(portal.standing(intent).await.0, PendingApproval, "{sql}");
        portal.finish().await;
    }
}

#[tokio::test]
async fn a_table_of_public_columns_is_read_at_once_even_then() {
    let portal = TestPortal::configured(STRICT).await;
    let public = columns(&["id INT64 public", "country STRING public"]);
    portal.warehouse.change_table("demo.shop.orders", public);
    portal.services.refresh_catalog().await.expect("a catalog");
    let agent = portal.agent_at_work().await;
    let intent = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.standing(intent).await.0, Approved);
    portal.finish().await;
}

#[tokio::test]
async fn a_large_scan_waits() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply {
        bytes: 10_000_000_001,
        ..Reply::orders()
    });
    let intent = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.standing(intent).await.0, PendingApproval);
    portal.finish().await;
}
