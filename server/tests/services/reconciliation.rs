//! What BigQuery ran, held against what is on record.

use std::collections::BTreeMap;

use countersign::{services::Because, warehouse::PastJob};
use domain::{Digest, IntentState};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::support::{ORDERS_SQL, TestPortal};

/// What BigQuery lists of the only job that we started.
fn listed(portal: &TestPortal) -> PastJob {
    let job = &portal.warehouse.inserts()[0];
    PastJob {
        id: job.id.to_string(),
        account: "countersign@example.com".to_owned(),
        kind: "QUERY".to_owned(),
        statement_type: Some("SELECT".to_owned()),
        created_at: portal.now(),
        labels: job.labels.clone(),
        text_digest: Some(digest(&job.query.sql)),
    }
}

fn digest(text: &str) -> Digest {
    Digest::from_bytes(Sha256::digest(text).into())
}

/// Jobs that went around, each with why.
async fn around(portal: &TestPortal, hours: i64) -> Vec<(String, Because)> {
    let since = portal.now().plus_seconds(-3600 * hours);
    let found = portal.services.reconcile(&portal.system(), since).await;
    let around = found.expect("compared").around.into_iter();
    around.map(|stray| (stray.job, stray.because)).collect()
}

async fn with_one_job() -> TestPortal {
    let portal = TestPortal::new().await;
    let run = portal.run().await;
    let intent = portal.agent(&run).submitted(ORDERS_SQL).await;
    assert_eq!(portal.executed(intent).await.0, IntentState::Succeeded);
    portal
}

#[tokio::test]
async fn a_job_of_ours_is_none_that_went_around() {
    let portal = with_one_job().await;
    portal.warehouse.was_asked(listed(&portal));
    assert_eq!(around(&portal, 24).await, []);
    let entries = portal.recorded("warehouse.jobs_reconciled").await;
    assert_eq!(
        (&entries[0]["jobs"], &entries[0]["around"]),
        (&json!(1), &json!([]))
    );
    portal.finish().await;
}

#[tokio::test]
async fn each_way_around_is_told() {
    let portal = with_one_job().await;
    let ours = listed(&portal);
    let as_another = |id: &str| PastJob {
        id: id.to_owned(),
        ..ours.clone()
    };
    let labelled =
        |intent: &str| BTreeMap::from([("countersign_intent".to_owned(), intent.to_owned())]);
    let strays = [
        (
            PastJob {
                labels: BTreeMap::new(),
                ..as_another("bare")
            },
            Because::NotOurs,
        ),
        (
            PastJob {
                labels: labelled("int_00000000000000000000000000000001"),
                ..as_another("made-up")
            },
            Because::UnknownIntent,
        ),
        (
            PastJob {
                labels: labelled("yes"),
                ..as_another("no-id")
            },
            Because::UnknownIntent,
        ),
        // Whoever copies our labels is found by the id, and whoever could take the id by the text.
        (as_another("copied"), Because::OtherJob),
        (
            PastJob {
                labels: BTreeMap::new(),
                ..ours.clone()
            },
            Because::OtherLabels,
        ),
        (
            PastJob {
                text_digest: Some(digest("SELECT ssn FROM demo.shop.customers")),
                ..ours.clone()
            },
            Because::OtherText,
        ),
        (
            PastJob {
                text_digest: None,
                ..ours.clone()
            },
            Because::OtherText,
        ),
        (
            PastJob {
                kind: "EXTRACT".to_owned(),
                labels: BTreeMap::new(),
                ..as_another("export")
            },
            Because::NotOurs,
        ),
    ];
    let mut expected = Vec::new();
    for (job, because) in strays {
        expected.push((job.id.clone(), because));
        portal.warehouse.was_asked(job);
    }
    assert_eq!(around(&portal, 24).await, expected);
    let entries = portal.recorded("warehouse.jobs_reconciled").await;
    assert_eq!(
        entries[0]["around"].as_array().map(Vec::len),
        Some(expected.len())
    );
    portal.finish().await;
}

#[tokio::test]
async fn only_what_was_started_since_counts() {
    let portal = with_one_job().await;
    let old = PastJob {
        id: "old".to_owned(),
        created_at: portal.now().plus_days(-2),
        ..listed(&portal)
    };
    portal.warehouse.was_asked(old);
    assert_eq!(around(&portal, 24).await, []);
    assert_eq!(
        around(&portal, 72).await,
        [("old".to_owned(), Because::OtherJob)]
    );
    portal.finish().await;
}
