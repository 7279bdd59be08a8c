//! Jobs: retried, given up, cancelled; results: bounded, scanned, sealed.

use std::{collections::BTreeSet, fs};

use countersign::services::NewAgent;
use domain::IntentState::{Cancelled, Failed, Succeeded};
use serde_json::json;

use crate::support::{ORDERS_SQL, Point, Reply, TestPortal, Trouble, Who, columns};

#[tokio::test]
async fn an_unreachable_bigquery_is_tried_again_but_not_for_ever() {
    let portal = TestPortal::new().await;
    let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
    portal
        .warehouse
        .will(Point::AfterInsert, Trouble::Unreachable);
    portal.execute(intent).await.expect_err("unreachable");
    // The job's own time limit is ten minutes; two more are grace.
    portal.clock.advance(721);
    portal
        .warehouse
        .will(Point::AfterInsert, Trouble::Unreachable);
    let expected = (Failed, Some("warehouse_unavailable".to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    portal.finish().await;
}

#[tokio::test]
async fn a_job_that_bigquery_refuses_or_fails_is_a_failure_with_its_reason() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let refused = agent.submitted(ORDERS_SQL).await;
    portal
        .warehouse
        .will(Point::BeforeInsert, Trouble::Rejected);
    let expected = (Failed, Some("job_failed".to_owned()));
    assert_eq!(portal.executed(refused).await, expected);

    let failed = agent.submitted(ORDERS_SQL).await;
    portal.warehouse.jobs_fail("bytesBilledLimitExceeded");
    assert_eq!(portal.executed(failed).await, expected);
    let problem = portal.view(failed).await.problem.expect("a problem");
    assert!(problem.detail.contains("bytesBilledLimitExceeded"));
    assert_eq!(portal.recorded("result.sealed").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_cancelled_job_is_stopped_and_releases_nothing() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let intent = agent.submitted(ORDERS_SQL).await;
    portal.warehouse.will(Point::Status, Trouble::Unreachable);
    portal.execute(intent).await.expect_err("unreachable");
    assert_eq!(agent.cancel(intent).await.json()["state"], "cancelled");
    let job = portal.warehouse.inserts()[0].id.to_string();
    assert_eq!(portal.stopped_jobs().await, [job]);
    assert_eq!(portal.executed(intent).await.0, Cancelled);
    let answer = agent.results(intent, "text/csv").await;
    assert_eq!(answer.problem(), (409, "result_not_ready".to_owned()));
    portal.finish().await;
}

#[tokio::test]
async fn bigquery_is_asked_as_the_agents_own_account_from_dry_run_to_rows() {
    const ACCOUNT: &str = "churn-model@demo.iam.gserviceaccount.com";
    let portal = TestPortal::new().await;
    let new = NewAgent {
        service_account: Some(ACCOUNT.to_owned()),
        ..portal.new_agent("churn-model", &["read demo.shop.*"])
    };
    let run = portal.open_run(portal.confirmed(new).await).await;
    let agent = portal.agent(&run);
    let intent = agent.submitted(ORDERS_SQL).await;
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    let cancelled = portal.running(&agent).await;
    assert_eq!(agent.cancel(cancelled).await.json()["state"], "cancelled");
    assert_eq!(portal.stopped_jobs().await.len(), 1);
    let asked = portal.warehouse.accounts();
    let points: BTreeSet<_> = asked.iter().map(|(point, _)| *point).collect();
    assert_eq!(points.len(), Point::ALL.len(), "{points:?}");
    let of_others = asked
        .iter()
        .filter(|(_, account)| account.as_deref() != Some(ACCOUNT));
    assert_eq!(of_others.count(), 0, "{asked:?}");
    portal.finish().await;
}

#[tokio::test]
async fn a_result_beyond_the_limit_is_not_kept() {
    let portal = TestPortal::configured("[limits]\nresults_rows_maximum = 1\n").await;
    let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
    let expected = (Failed, Some("result_too_large".to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    assert_eq!(portal.recorded("result.sealed").await.len(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn an_address_in_an_untagged_column_is_masked_and_never_kept() {
    const RAW: &str = "mona.lisa@louvre.example.org";
    let portal = TestPortal::new().await;
    portal.warehouse.replies(Reply {
        schema: columns(&["id INT64", "note STRING"]),
        rows: vec![vec![json!("1"), json!(format!("write to {RAW}"))]],
        ..Reply::orders()
    });
    let run = portal.run().await;
    let agent = portal.agent(&run);
    let intent = agent
        .submitted("SELECT id, note FROM demo.shop.orders")
        .await;
    assert_eq!(portal.executed(intent).await.0, Succeeded);
    let rows = agent.results(intent, "text/csv").await;
    assert_eq!(rows.body, "id,note\n1,write to [masked: pii.email]\n");
    let replay = format!("/sessions/{}", run.id);
    let replay = portal.get(Who::Frank, &replay).await;
    assert!(replay.body.contains("1 value of <code>note"));
    let told = agent.get(&format!("/api/v1/intents/{intent}")).await.json();
    assert_eq!(told["findings"].as_array().expect("findings").len(), 1);
    let finding = &told["findings"][0];
    assert_eq!(finding["code"], "sensitive_value_found");
    assert_eq!(finding["severity"], "moderate");
    let message = "1 value of `note` looks like `pii.email`; it was masked.";
    assert_eq!(finding["message"], message);
    let sealed = &portal.recorded("result.sealed").await[0];
    let counted = json!([{ "column": "note", "detector": "pii.email", "cells": 1 }]);
    assert_eq!(sealed["detections"]["detected"], counted);

    for file in fs::read_dir(portal.folder()).expect("the folder") {
        let path = file.expect("a file").path();
        let bytes = fs::read(&path).unwrap_or_default();
        let is_there = bytes.windows(RAW.len()).any(|part| part == RAW.as_bytes());
        assert!(!is_there, "{}", path.display());
    }
    portal.finish().await;
}

#[tokio::test]
async fn a_row_that_does_not_fit_its_schema_is_not_guessed_at() {
    let portal = TestPortal::new().await;
    portal.warehouse.replies(Reply {
        rows: vec![vec![json!("one"), json!("DE")]],
        ..Reply::orders()
    });
    let intent = portal.agent_at_work().await.submitted(ORDERS_SQL).await;
    let expected = (Failed, Some("result_unreadable".to_owned()));
    assert_eq!(portal.executed(intent).await, expected);
    portal.finish().await;
}
