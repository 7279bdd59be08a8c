//! SQL that never runs: what the agent hears, and what BigQuery never sees.

use serde_json::json;

use crate::support::{ORDERS_SQL, Point, Reply, TestPortal, Trouble, Who, columns, new_run};

#[tokio::test]
async fn each_reason_has_its_status_and_code() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let cases = [
        ("SELEC id FROM demo.shop.orders", 422, "syntax_error"),
        ("SELECT id FROM demo.shop.nothing", 422, "unknown_table"),
        (
            "SELECT nothing FROM demo.shop.orders",
            422,
            "unknown_column",
        ),
        ("DROP TABLE demo.shop.orders", 403, "destructive"),
        ("EXECUTE IMMEDIATE 'SELECT 1'", 422, "sql_not_understood"),
    ];
    for (sql, status, code) in cases {
        let answer = agent.ask(sql).await;
        assert_eq!(
            answer.problem(),
            (status, code.to_owned()),
            "{sql}: {}",
            answer.body
        );
        let body = answer.json();
        let intent = body["intent"].as_str().expect("an intent").to_owned();
        let read = agent.get(&format!("/api/v1/intents/{intent}")).await.json();
        assert_eq!(read["state"], "blocked", "{sql}");
        assert_eq!(read["problem"]["code"], code, "{sql}");
        assert_eq!(
            read["findings"],
            body.get("findings").cloned().unwrap_or(json!([]))
        );
    }
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn who_may_only_read_changes_nothing() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply {
        statement_type: "DELETE",
        schema: Vec::new(),
        ..Reply::orders()
    });
    let answer = agent.ask("DELETE FROM demo.shop.orders WHERE id = 1").await;
    assert_eq!(answer.problem(), (403, "out_of_scope".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn who_is_out_of_scope_is_told_at_once_all_that_the_query_needs() {
    let portal = TestPortal::new().await;
    let agent = portal.register("narrow", &["read demo.shop.orders"]).await;
    let run = portal.open_run(agent).await;
    let sql = "SELECT o.id FROM demo.shop.orders AS o
               JOIN demo.shop.customers AS c ON c.id = o.customer_id
               JOIN demo.shop.visits_2025 AS v ON v.id = c.id";
    portal.warehouse.replies(Reply {
        tables: vec![
            "demo.shop.orders",
            "demo.shop.customers",
            "demo.shop.visits_2025",
        ],
        schema: columns(&["id INT64"]),
        ..Reply::orders()
    });
    let answer = portal.agent(&run).ask(sql).await;
    assert_eq!(answer.problem(), (403, "out_of_scope".to_owned()));
    let tables = ["customers", "orders", "visits_2025"];
    let needed = tables.map(|table| format!("read demo.shop.{table}"));
    assert_eq!(answer.json()["needed"], json!(needed));
    let challenges = answer.headers.get_all("www-authenticate").iter();
    let challenges: Vec<_> = challenges
        .map(|value| value.to_str().expect("text"))
        .collect();
    let scope = tables
        .map(|table| format!("read:demo.shop.{table}"))
        .join(" ");
    let with = |scheme: &str| format!("{scheme} error=\"insufficient_scope\", scope=\"{scope}\"");
    assert_eq!(challenges, [with("DPoP"), with("Bearer")]);
    portal.finish().await;
}

#[tokio::test]
async fn findings_point_into_the_sql() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let sql = "SELECT id FROM demo.shop.nothing";
    let finding = agent.ask(sql).await.json()["findings"][0].clone();
    let place = |key: &str| usize::try_from(finding[key].as_u64().expect("a place"));
    let start = place("start").expect("small");
    let end = place("end").expect("small");
    assert_eq!(&sql[start..end], "demo.shop.nothing");
    portal.finish().await;
}

#[tokio::test]
async fn what_bigquery_refuses_or_lacks_is_blocked() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    for (trouble, code) in [
        (Trouble::Rejected, "warehouse_rejects"),
        (Trouble::NotFound, "unknown_table"),
    ] {
        portal.warehouse.will(Point::DryRun, trouble);
        let answer = agent.ask(ORDERS_SQL).await;
        assert_eq!(answer.problem(), (403, code.to_owned()));
    }
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn where_bigquery_and_the_analysis_disagree_nothing_runs() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let disagreements = [
        Reply {
            tables: vec!["demo.shop.orders", "demo.shop.customers"],
            ..Reply::orders()
        },
        Reply {
            schema: columns(&["id INT64"]),
            ..Reply::orders()
        },
        Reply {
            statement_type: "DELETE",
            ..Reply::orders()
        },
    ];
    for reply in disagreements {
        portal.warehouse.replies(reply);
        let answer = agent.ask(ORDERS_SQL).await;
        assert_eq!(answer.problem(), (422, "analysis_disagrees".to_owned()));
    }
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_run_touches_nothing_outside_its_scope() {
    let portal = TestPortal::new().await;
    let agent = portal.register("reports", &["read demo.shop.*"]).await;
    let narrow = new_run(agent, &["read demo.shop.customers"]);
    let run = portal.opened(Who::Alice, narrow).await;
    let agent = portal.agent(&run);
    let answer = agent.ask(ORDERS_SQL).await;
    assert_eq!(answer.problem(), (403, "out_of_scope".to_owned()));
    assert_eq!(portal.warehouse.inserts().len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_dear_query_is_blocked_by_its_own_cap() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let body = json!({ "sql": ORDERS_SQL, "maximum_bytes_billed": 2047 });
    let answer = agent.submit("cheap", &body).await;
    assert_eq!(answer.problem(), (403, "query_bytes_cap".to_owned()));
    portal.finish().await;
}
