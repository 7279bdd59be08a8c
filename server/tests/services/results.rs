//! Results: read page by page, sealed whole or not at all, kept for a time.

use domain::IntentState::{Failed, Running, Succeeded};
use serde_json::{Value, json};

use crate::support::{LEASE_SECONDS, ORDERS_SQL, Point, Reply, TestPortal, Trouble, Who, columns};

/// Three rows, which come one by one.
async fn portal_with_three_pages() -> TestPortal {
    let portal = TestPortal::new().await;
    portal.warehouse.replies(Reply {
        rows: ["1", "2", "3"]
            .map(|id| vec![json!(id), json!("DE")])
            .to_vec(),
        ..Reply::orders()
    });
    portal.warehouse.sends_pages_of(1);
    portal
}

const NDJSON: &str = "{\"id\":1,\"country\":\"DE\"}
{\"id\":2,\"country\":\"DE\"}
{\"id\":3,\"country\":\"DE\"}
";

#[tokio::test]
async fn pages_are_handed_out_in_order_and_by_row() {
    let portal = portal_with_three_pages().await;
    let agent = portal.agent_at_work().await;
    let intent = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    let answer = agent.results(intent, "application/x-ndjson").await;
    assert_eq!(answer.body, NDJSON);
    let answer = agent
        .get(&format!("/api/v1/intents/{intent}/results?page=2"))
        .await;
    assert_eq!(answer.json()["rows"], json!([{"id": 3, "country": "DE"}]));
    assert_eq!(answer.json()["next_page"], Value::Null);

    let frank = portal.by(Who::Frank);
    let sealed = portal
        .services
        .sealed(&frank, intent)
        .await
        .expect("sealed");
    for (start, count, rows) in [
        (0, 2, json!([[1, "DE"], [2, "DE"]])),
        (1, 9, json!([[2, "DE"], [3, "DE"]])),
        (3, 1, json!([])),
    ] {
        let read = portal.services.result_rows(&sealed, start, count).await;
        assert_eq!(json!(read.expect("rows")), rows);
    }
    portal.finish().await;
}

#[tokio::test]
async fn a_crash_between_two_pages_leaves_one_whole_result() {
    let mut portal = portal_with_three_pages().await;
    let run = portal.run().await;
    let intent = portal.agent(&run).submitted(ORDERS_SQL).await;
    for trouble in [Trouble::None, Trouble::Hangs] {
        portal.warehouse.will(Point::Rows, trouble);
    }
    let (services, system) = (portal.services.clone(), portal.system());
    let execution = tokio::spawn(async move { services.execute(&system, intent).await });
    portal.warehouse.hangs().await;
    execution.abort();
    assert!(execution.await.expect_err("aborted").is_cancelled());
    portal.restart("").await;
    assert_eq!(portal.standing(intent).await.0, Running);
    portal.clock.advance(LEASE_SECONDS);
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    let agent = portal.agent(&run);
    let answer = agent.results(intent, "application/x-ndjson").await;
    assert_eq!(answer.body, NDJSON);
    let sealed = &portal.recorded("result.sealed").await[0];
    assert_eq!(sealed["attempt"], 2);
    assert_eq!(sealed["pages"], 3);
    // Nothing is left of the first attempt.
    assert_eq!(
        portal
            .store
            .delete_abandoned_pages()
            .await
            .expect("a count"),
        0
    );
    portal.finish().await;
}

#[tokio::test]
async fn a_result_with_rows_missing_or_too_many_is_none() {
    for (page_rows, total_rows) in [(1, 4), (10_001, 10_001)] {
        let portal = TestPortal::new().await;
        portal.warehouse.replies(Reply {
            rows: vec![vec![json!("1"), json!("DE")]; page_rows],
            ..Reply::orders()
        });
        portal.warehouse.sends_pages_of(page_rows);
        portal.warehouse.says_that_there_are(total_rows);
        let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
        let expected = (Failed, Some("result_unreadable".to_owned()));
        assert_eq!(portal.executed(intent).await, expected, "{page_rows}");
        assert_eq!(
            portal
                .store
                .delete_abandoned_pages()
                .await
                .expect("a count"),
            0
        );
        portal.finish().await;
    }
}

#[tokio::test]
async fn more_rows_than_were_said_count_too() {
    let portal = TestPortal::configured("[limits]\nresults_rows_maximum = 2\n").await;
    portal.warehouse.replies(Reply {
        rows: vec![vec![json!("1"), json!("DE")]; 3],
        ..Reply::orders()
    });
    portal.warehouse.says_that_there_are(1);
    let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
    let expected = (Failed, Some("result_too_large".to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    portal.finish().await;
}

#[tokio::test]
async fn rows_are_forgotten_in_time_and_their_digest_is_not() {
    let portal = portal_with_three_pages().await;
    let run = portal.run().await;
    let intent = portal.agent(&run).submitted(ORDERS_SQL).await;
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    let frank = portal.by(Who::Frank);
    let before = portal
        .services
        .sealed(&frank, intent)
        .await
        .expect("sealed");

    // People look; what is handed out is handed to the run.
    let released = portal.services.release(&frank, intent).await;
    assert_eq!(
        released.err().map(|error| error.code()),
        Some("run_token_needed")
    );

    portal.clock.advance(29 * 86_400);
    let forgets = async || {
        let forgotten = portal.services.forget_old_results(&portal.system()).await;
        forgotten.expect("no error");
        portal.recorded("result.forgotten").await.len()
    };
    assert_eq!(forgets().await, 0);
    portal.clock.advance(2 * 86_400);
    assert_eq!(forgets().await, 1);
    assert_eq!(forgets().await, 1);

    let after = portal
        .services
        .sealed(&frank, intent)
        .await
        .expect("sealed");
    assert_eq!((after.digest(), after.row_count), (before.digest(), 3));
    for (sealed, code) in [(&before, "not_found"), (&after, "result_forgotten")] {
        let page = portal.services.result_page(sealed, 0).await;
        assert_eq!(page.err().map(|error| error.code()), Some(code));
    }
    let replay = portal
        .get(Who::Frank, &format!("/sessions/{}", run.id))
        .await;
    assert!(replay.body.contains("when their time was over"));
    portal.finish().await;
}

#[tokio::test]
async fn the_digest_is_of_the_rows() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    for country in ["DE", "FR", "DE"] {
        portal.warehouse.replies(Reply {
            rows: vec![vec![json!("1"), json!(country)]],
            ..Reply::orders()
        });
        let intent = agent.submitted(ORDERS_SQL).await;
        assert_eq!(portal.executed(intent).await.0, Succeeded);
    }
    let sealed = portal.recorded("result.sealed").await;
    let digests: Vec<_> = sealed.iter().map(|one| &one["result_digest"]).collect();
    assert_eq!(digests[0], digests[2]);
    assert_ne!(digests[0], digests[1]);
    portal.finish().await;
}

#[tokio::test]
async fn with_a_key_equal_values_get_equal_words_in_every_result() {
    let portal = TestPortal::configured("[masking]\npseudonym_key = \"sixteen letters!\"\n").await;
    portal.warehouse.replies(Reply {
        schema: columns(&["id INT64", "note STRING"]),
        rows: ["ann@example.com", "to Ann@Example.com", "bo@example.com"]
            .map(|note| vec![json!("1"), json!(note)])
            .to_vec(),
        ..Reply::orders()
    });
    let agent = portal.agent_at_work().await;
    let mut words = Vec::new();
    for _ in 0..2 {
        let intent = agent
            .submitted("SELECT id, note FROM demo.shop.orders")
            .await;
        assert_eq!(portal.executed(intent).await.0, Succeeded);
        let rows = agent.results(intent, "text/csv").await.body;
        let of_row = |row: &str| {
            row.split_once("pii.email ")
                .map(|(_, word)| word.to_owned())
        };
        words.extend(rows.lines().skip(1).filter_map(of_row));
    }
    assert_eq!(words.len(), 6);
    assert_eq!(words[0], words[1]);
    assert_ne!(words[0], words[2]);
    assert_eq!(words[..3], words[3..]);
    portal.finish().await;
}
