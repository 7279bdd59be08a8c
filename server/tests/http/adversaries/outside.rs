//! Tokens that count, and what they do not open.

use crate::support::TestPortal;

/// What lies outside, by which code, and how the refusal names it.
const OUTSIDE: [(&str, &str, &str); 10] = [
    (
        "SELECT id FROM demo.shop.visits_2025",
        "out_of_scope",
        "read demo.shop.visits_2025",
    ),
    (
        "SELECT id FROM `demo.shop.visits_*`",
        "out_of_scope",
        "read demo.shop.visits_*",
    ),
    (
        "SELECT id FROM demo.shop.order_list",
        "out_of_scope",
        "read demo.shop.order_list",
    ),
    (
        "SELECT id FROM demo.shop.orders UNION ALL SELECT id FROM demo.shop.visits_2025",
        "out_of_scope",
        "read demo.shop.visits_2025",
    ),
    (
        "SELECT id FROM demo.shop.orders WHERE id IN (SELECT id FROM demo.shop.visits_2025)",
        "out_of_scope",
        "read demo.shop.visits_2025",
    ),
    (
        "WITH orders AS (SELECT id FROM demo.shop.visits_2025) SELECT id FROM orders",
        "out_of_scope",
        "read demo.shop.visits_2025",
    ),
    (
        "UPDATE demo.shop.orders SET note = 'x' WHERE id = 1",
        "out_of_scope",
        "write demo.shop.orders",
    ),
    (
        "SELECT ssn FROM demo.shop.customers",
        "column_excluded",
        "read demo.shop.customers.ssn",
    ),
    (
        "SELECT id FROM demo.shop.customers WHERE ssn = '1'",
        "column_excluded",
        "read demo.shop.customers.ssn",
    ),
    (
        "SELECT TO_JSON_STRING(c) FROM demo.shop.customers AS c",
        "column_excluded",
        "read demo.shop.customers.ssn",
    ),
];

#[tokio::test]
async fn a_good_token_opens_nothing_outside_its_scope() {
    let portal = TestPortal::new().await;
    let grants = [
        "read demo.shop.orders",
        "read demo.shop.customers except ssn",
    ];
    let run = portal
        .open_run(portal.register("narrow", &grants).await)
        .await;
    let agent = portal.agent(&run);
    for (sql, code, named) in OUTSIDE {
        let before = portal.ledger().await.len();
        let answer = agent.ask(sql).await;
        assert_eq!(answer.problem(), (403, code.to_owned()), "{sql}");
        assert!(
            answer.body.contains(&format!("`{named}`")),
            "{sql}: {}",
            answer.body
        );
        let entries = portal.ledger().await.split_off(before);
        let blocked = |entry: &store::EntryRecord| {
            entry.event == "intent.moved" && entry.payload.contains("\"blocked\"")
        };
        assert!(entries.iter().any(blocked), "{sql}");
    }
    assert_eq!(portal.warehouse.accounts().len(), 0, "BigQuery was asked");
    portal.finish().await;
}

#[tokio::test]
async fn a_good_token_opens_nothing_of_another_agent() {
    let portal = TestPortal::new().await;
    let theirs = portal.run().await;
    let (theirs, _) = portal.pending(&portal.agent(&theirs)).await;
    let mine = portal.register("nosy", &["read demo.shop.*"]).await;
    let mine = portal.open_run(mine).await;
    let mine = portal.agent(&mine);
    let asked = portal.warehouse.accounts().len();
    let refused = (404, "not_found".to_owned());
    let address = format!("/api/v1/intents/{theirs}");
    assert_eq!(mine.get(&address).await.problem(), refused);
    assert_eq!(
        mine.get(&format!("{address}?wait=1")).await.problem(),
        refused
    );
    assert_eq!(mine.results(theirs, "text/csv").await.problem(), refused);
    assert_eq!(mine.cancel(theirs).await.problem(), refused);
    assert_eq!(portal.recorded("request.refused").await.len(), 4);
    assert_eq!(portal.warehouse.accounts().len(), asked);
    portal.finish().await;
}
