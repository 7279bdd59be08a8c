//! Scope: what a query reads and writes stays within the run, the agent's grants and the
//! initiator's own rights, column by column.

use crate::support::{Reply, Run, TestPortal, Who, columns, new_run};

/// A run of an agent with these grants; the answer of every query has one column.
async fn granted(portal: &TestPortal, grants: &[&str]) -> Run {
    portal.warehouse.replies(one_column());
    let agent = portal.register("churn-model", grants).await;
    portal.open_run(agent).await
}

fn one_column() -> Reply {
    Reply {
        tables: vec!["demo.shop.customers"],
        schema: columns(&["a STRING"]),
        ..Reply::orders()
    }
}

/// The code and the sentence of a refusal; none when the query was taken in.
async fn refusal(portal: &TestPortal, run: &Run, sql: &str) -> Option<(String, String)> {
    let answer = portal.agent(run).ask(sql).await;
    if answer.status.is_success() {
        return None;
    }
    let text = |key: &str| answer.json()[key].as_str().expect(&answer.body).to_owned();
    Some((text("code"), text("detail")))
}

#[tokio::test]
async fn a_column_that_is_left_out_is_out_wherever_it_is_used() {
    let portal = TestPortal::new().await;
    let run = granted(&portal, &["read demo.shop.* except ssn"]).await;
    let outside = [
        "SELECT ssn FROM demo.shop.customers",
        "SELECT SSN FROM demo.shop.customers",
        "SELECT id FROM demo.shop.customers WHERE ssn LIKE '9%'",
        "SELECT id FROM demo.shop.customers ORDER BY ssn",
        "SELECT COUNT(*) FROM demo.shop.customers GROUP BY ssn",
        "SELECT id FROM (SELECT id, ssn FROM demo.shop.customers)",
        "SELECT id FROM (SELECT * FROM demo.shop.customers)",
        "SELECT TO_JSON_STRING(c) FROM demo.shop.customers AS c",
        "SELECT MAX(LENGTH(ssn)) FROM demo.shop.customers",
    ];
    for sql in outside {
        let (code, detail) = refusal(&portal, &run, sql).await.expect(sql);
        assert_eq!(code, "column_excluded", "{sql}: {detail}");
        assert!(
            detail.contains("`read demo.shop.customers.ssn`"),
            "{sql}: {detail}"
        );
    }
    let within = [
        "SELECT id FROM demo.shop.customers",
        "SELECT COUNT(*) FROM demo.shop.customers",
        "SELECT country FROM (SELECT * EXCEPT (ssn) FROM demo.shop.customers)",
    ];
    for sql in within {
        assert_eq!(refusal(&portal, &run, sql).await, None, "{sql}");
    }
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_star_reads_every_column() {
    let portal = TestPortal::new().await;
    let run = granted(&portal, &["read demo.shop.* except ssn"]).await;
    portal.warehouse.replies(Reply {
        schema: columns(&["id INT64", "email STRING", "ssn STRING", "country STRING"]),
        ..one_column()
    });
    let sql = "SELECT * FROM demo.shop.customers";
    let (code, _) = refusal(&portal, &run, sql).await.expect("a refusal");
    assert_eq!(code, "column_excluded");
    portal.finish().await;
}

#[tokio::test]
async fn a_table_with_columns_left_out_is_not_changed() {
    let portal = TestPortal::new().await;
    let grants = ["read demo.shop.* except note", "write demo.shop.orders"];
    let run = granted(&portal, &grants).await;
    portal.warehouse.replies(Reply {
        statement_type: "UPDATE",
        tables: vec!["demo.shop.orders"],
        schema: Vec::new(),
        ..Reply::orders()
    });
    let sql = "UPDATE demo.shop.orders SET country = note WHERE id = 1";
    let (code, _) = refusal(&portal, &run, sql).await.expect("a refusal");
    assert_eq!(code, "column_excluded");
    portal.finish().await;
}

#[tokio::test]
async fn a_view_needs_itself_and_the_tables_beneath_it() {
    let portal = TestPortal::new().await;
    let sql = "SELECT country FROM demo.shop.customer_list";
    let outside = [
        ("read demo.shop.customer_list", "`read demo.shop.customers`"),
        ("read demo.shop.customers", "`read demo.shop.customer_list`"),
    ];
    for (number, (grant, named)) in outside.into_iter().enumerate() {
        portal.warehouse.replies(one_column());
        let agent = portal.register(&format!("agent-{number}"), &[grant]).await;
        let run = portal.open_run(agent).await;
        let (code, detail) = refusal(&portal, &run, sql).await.expect("a refusal");
        assert_eq!(code, "out_of_scope");
        assert!(detail.contains(named), "{detail}");
    }
    let run = granted(&portal, &["read demo.shop.customer*"]).await;
    assert_eq!(refusal(&portal, &run, sql).await, None);
    portal.finish().await;
}

#[tokio::test]
async fn a_view_shows_no_column_that_is_left_out_beneath_it() {
    let portal = TestPortal::new().await;
    let run = granted(&portal, &["read demo.shop.customer* except country"]).await;
    let sql = "SELECT country FROM demo.shop.customer_list";
    let (code, detail) = refusal(&portal, &run, sql).await.expect("a refusal");
    assert_eq!(code, "column_excluded");
    assert!(
        detail.contains("`read demo.shop.customers.country`"),
        "{detail}"
    );
    portal.finish().await;
}

#[tokio::test]
async fn a_wildcard_table_is_all_its_members() {
    let portal = TestPortal::new().await;
    let sql = "SELECT id FROM `demo.shop.visits_*`";
    let reply = || Reply {
        tables: vec!["demo.shop.visits_2025"],
        schema: columns(&["id INT64"]),
        ..Reply::orders()
    };
    let run = granted(&portal, &["read demo.shop.visits_2025"]).await;
    portal.warehouse.replies(reply());
    let (code, detail) = refusal(&portal, &run, sql).await.expect("a refusal");
    assert_eq!(code, "out_of_scope");
    assert!(detail.contains("`read demo.shop.visits_*`"), "{detail}");
    let grants = [
        "read demo.shop.visits_*",
        "read demo.shop.visits_2025 except id",
    ];
    let agent = portal.register("of-members", &grants).await;
    let run = portal.open_run(agent).await;
    let (code, _) = refusal(&portal, &run, sql).await.expect("a refusal");
    assert_eq!(code, "column_excluded");
    portal.finish().await;
}

#[tokio::test]
async fn what_a_person_may_no_longer_do_their_runs_may_not_either() {
    let mut portal = TestPortal::new().await;
    let run = granted(&portal, &["read demo.shop.*"]).await;
    let sql = "SELECT country FROM demo.shop.customers";
    assert_eq!(refusal(&portal, &run, sql).await, None);
    let rights = "[rights]\ndata-stewards = [\"read demo.shop.orders\"]\n";
    portal.restart(rights).await;
    let (code, detail) = refusal(&portal, &run, sql).await.expect("a refusal");
    assert_eq!(code, "out_of_scope");
    let expected = "`read demo.shop.customers` lies outside what the initiator may do";
    assert_eq!(detail, expected);
    portal.finish().await;
}

#[tokio::test]
async fn the_limit_that_is_crossed_is_named() {
    let portal = TestPortal::new().await;
    let agent = portal.register("churn-model", &["read demo.shop.*"]).await;
    let narrow = new_run(agent, &["read demo.shop.orders"]);
    let run = portal.opened(Who::Alice, narrow).await;
    portal.warehouse.replies(one_column());
    let sql = "SELECT country FROM demo.shop.customers";
    let (_, detail) = refusal(&portal, &run, sql).await.expect("a refusal");
    assert_eq!(
        detail,
        "`read demo.shop.customers` lies outside this run's scope"
    );
    portal.finish().await;
}
