//! Jobs inserted, waited for, read and cancelled.

use domain::Ballot;
use serde_json::json;

use super::{job_body, job_error, run_to_end};
use crate::support::{CUSTOMERS_SQL, ORDERS_SQL, Reply, TestPortal, Who};

#[tokio::test]
async fn a_harmless_query_runs_and_its_rows_are_read_in_pages() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let job = agent.insert("job-1", ORDERS_SQL).await.json();
    assert_eq!(job["kind"], "bigquery#job");
    assert_eq!(job["jobReference"]["jobId"], "job-1");
    assert_eq!(job["status"]["state"], "PENDING");
    run_to_end(&portal, &job).await;

    let job = agent.look("/jobs/job-1?location=US").await.json();
    assert_eq!(job["status"], json!({"state": "DONE"}));
    let waited = agent
        .look("/queries/job-1?maxResults=0&timeoutMs=0")
        .await
        .json();
    assert_eq!(waited["jobComplete"], true);
    assert_eq!(waited["totalRows"], "2");
    assert_eq!(waited["rows"], json!(null));
    let fields = json!([
        {"name": "id", "type": "INTEGER", "mode": "NULLABLE"},
        {"name": "country", "type": "STRING", "mode": "NULLABLE"},
    ]);
    assert_eq!(waited["schema"]["fields"], fields);

    let first = agent.look("/queries/job-1?maxResults=1").await.json();
    assert_eq!(first["rows"], json!([{"f": [{"v": "1"}, {"v": "DE"}]}]));
    let token = first["pageToken"].as_str().expect("a token");
    let path = format!("/queries/job-1?maxResults=1&pageToken={token}");
    let second = agent.look(&path).await.json();
    assert_eq!(second["rows"], json!([{"f": [{"v": "2"}, {"v": null}]}]));
    assert_eq!(second["pageToken"], json!(null));
    assert_eq!(portal.recorded("result.released").await.len(), 2);
    portal.finish().await;
}

#[tokio::test]
async fn the_same_job_again_is_the_same_intent() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let one = agent.insert("job-1", ORDERS_SQL).await.json();
    let again = agent.insert("job-1", ORDERS_SQL).await.json();
    assert_eq!(super::intent_of(&one), super::intent_of(&again));
    let other = agent.insert("job-1", CUSTOMERS_SQL).await;
    let (status, reason, code) = super::refusal(&other);
    assert_eq!((status, reason.as_str()), (409, "duplicate"));
    assert_eq!(code, "idempotency_key_reused");
    portal.finish().await;
}

#[tokio::test]
async fn what_waits_for_approval_is_pending_and_names_the_page() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply::customers());
    let job = agent.insert("job-1", CUSTOMERS_SQL).await.json();
    assert_eq!(job["status"]["state"], "PENDING");
    assert_eq!(job["status"]["errorResult"], json!(null));
    let approval = portal
        .view(super::intent_of(&job))
        .await
        .approval
        .expect("an approval")
        .id;
    let says = job["status"]["errors"][0]["message"]
        .as_str()
        .expect("a message");
    assert!(says.ends_with(&format!("/approvals/{approval}")), "{says}");
    let waited = agent.look("/queries/job-1?timeoutMs=0").await.json();
    assert_eq!(waited["jobComplete"], false);

    portal.approved_by(Who::Bob, approval).await;
    run_to_end(&portal, &job).await;
    let answer = agent.look("/queries/job-1").await.json();
    let row = json!([{"f": [{"v": "7"}, {"v": "XXXXX@example.com"}]}]);
    assert_eq!(answer["rows"], row);
    portal.finish().await;
}

#[tokio::test]
async fn a_denial_is_a_failed_job_with_its_reason_and_page() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply::customers());
    let job = agent.insert("job-1", CUSTOMERS_SQL).await.json();
    let approval = portal
        .view(super::intent_of(&job))
        .await
        .approval
        .expect("an approval")
        .id;
    portal
        .vote(Who::Bob, approval, Ballot::Deny)
        .await
        .expect("a vote");

    let job = agent.look("/jobs/job-1").await.json();
    assert_eq!(job["status"]["state"], "DONE");
    let (reason, message) = job_error(&job);
    assert_eq!(reason, "accessDenied");
    assert!(message.starts_with("People denied it"), "{message}");
    let page = format!("/approvals/{approval} [countersign: denied]");
    assert!(message.ends_with(&page), "{message}");
    let (status, reason, code) = super::refusal(&agent.look("/queries/job-1").await);
    assert_eq!(
        (status, reason.as_str(), code.as_str()),
        (403, "accessDenied", "denied")
    );
    assert_eq!(portal.warehouse.job_count(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_query_that_cannot_wait_is_answered_with_its_rows() {
    let portal = TestPortal::new().await;
    countersign::jobs::start(&portal.services, std::time::Duration::from_hours(1));
    let agent = portal.agent_at_work().await;
    let body =
        json!({"query": ORDERS_SQL, "useLegacySql": false, "requestId": "r-1", "maxResults": 1});
    let answer = agent.post("/queries", &body).await.json();
    assert_eq!(answer["kind"], "bigquery#queryResponse");
    assert_eq!(answer["jobComplete"], true);
    assert_eq!(answer["rows"], json!([{"f": [{"v": "1"}, {"v": "DE"}]}]));
    assert_eq!(answer["jobReference"]["jobId"], "r-1");
    let again = agent.post("/queries", &body).await.json();
    assert_eq!(again["rows"], answer["rows"]);
    assert_eq!(portal.recorded("intent.received").await.len(), 1);
    let odd = json!({"query": ORDERS_SQL, "useLegacySql": false, "requestId": "a/b"});
    assert_eq!(super::refusal(&agent.post("/queries", &odd).await).0, 400);
    portal.finish().await;
}

#[tokio::test]
async fn a_dry_run_tells_tables_and_steps_of_bytes_and_keeps_nothing() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    let mut body = job_body("job-1", ORDERS_SQL);
    body["configuration"]["dryRun"] = true.into();
    let job = agent.post("/jobs", &body).await.json();
    assert_eq!(job["status"]["state"], "DONE");
    assert_eq!(job["statistics"]["totalBytesProcessed"], "10000000");
    let tables = &job["statistics"]["query"]["referencedTables"];
    assert_eq!(tables[0]["tableId"], "orders");
    assert_eq!(agent.look("/jobs/job-1").await.status.as_u16(), 404);
    assert_eq!(portal.warehouse.job_count(), 0);
    portal.finish().await;
}

#[tokio::test]
async fn a_job_is_cancelled_once() {
    let portal = TestPortal::new().await;
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply::customers());
    agent.insert("job-1", CUSTOMERS_SQL).await;
    for _ in 0..2 {
        let answer = agent.post("/jobs/job-1/cancel", &json!({})).await.json();
        assert_eq!(answer["job"]["status"]["state"], "DONE");
        assert_eq!(job_error(&answer["job"]).0, "stopped");
    }
    portal.finish().await;
}
