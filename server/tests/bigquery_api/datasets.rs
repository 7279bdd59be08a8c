//! Queries whose short names mean tables of another dataset than the configured one.

use countersign::warehouse::TableDescription;
use domain::{IntentState, TableName};
use serde_json::{Value, json};

use super::{intent_of, job_body, job_error, refusal, run_to_end};
use crate::support::{Reply, TestPortal, Who, columns};

const SQL: &str = "SELECT id, country FROM orders";

/// `crm` has a table of the same short name, and other things in it.
async fn with_crm(grants: &[&str]) -> (TestPortal, String) {
    let mut portal = TestPortal::new().await;
    let datasets = (r#"datasets = ["shop"]"#, r#"datasets = ["shop", "crm"]"#);
    portal.restart_where(datasets, "").await;
    portal.warehouse.also_has(TableDescription {
        name: TableName::new("demo.crm.orders"),
        columns: columns(&["id INT64", "country STRING pii.country"]),
        view_sql: None,
        partition_column: None,
        require_partition_filter: false,
        rows: None,
        bytes: None,
        etag: Some("as it was".to_owned()),
        modified_at: None,
    });
    portal.services.refresh_catalog().await.expect("read");
    let registered = portal.register("two-datasets", grants).await;
    let token = portal.open_run(registered).await.token;
    (portal, token)
}

fn in_dataset(job: &str, dataset: &str) -> Value {
    let mut body = job_body(job, SQL);
    body["configuration"]["query"]["defaultDataset"] =
        json!({"projectId": "demo", "datasetId": dataset});
    body
}

fn crm_reply() -> Reply {
    Reply {
        tables: vec!["demo.crm.orders"],
        ..Reply::orders()
    }
}

#[tokio::test]
async fn short_names_mean_its_tables_for_analysis_dry_run_and_job() {
    let (portal, token) = with_crm(&["read demo.shop.*", "read demo.crm.*"]).await;
    let agent = crate::support::Agent::new(&portal, &token);
    portal.warehouse.replies(crm_reply());
    let job = agent
        .post("/jobs", &in_dataset("job-1", "crm"))
        .await
        .json();
    let intent = intent_of(&job);
    let view = portal.view(intent).await;
    // What is tagged there, and is not in the configured dataset, is asked about.
    assert_eq!(
        view.intent.state,
        IntentState::PendingApproval,
        "{:?}",
        view.problem
    );
    let read: Vec<_> = view
        .analysis
        .iter()
        .flat_map(analysis::Analysis::reads)
        .collect();
    assert_eq!(read, [&TableName::new("demo.crm.orders")]);
    assert_eq!(
        job["configuration"]["query"]["defaultDataset"]["datasetId"],
        "crm"
    );

    let approval = view.approval.expect("an approval").id;
    let page = portal
        .get(Who::Bob, &format!("/approvals/{approval}"))
        .await
        .body;
    assert!(page.contains("Short names mean tables of "), "{page}");
    portal.approved_by(Who::Bob, approval).await;
    run_to_end(&portal, &job).await;
    let dataset = portal.warehouse.inserts()[0].query.default_dataset.clone();
    assert_eq!(dataset.as_deref(), Some("crm"));
    let recorded = portal.recorded("intent.received").await;
    assert_eq!(recorded[0]["default_dataset"], "crm");
    let session = portal
        .get(Who::Frank, &format!("/sessions/{}", view.intent.run))
        .await;
    assert!(
        session.body.contains("Short names mean tables of"),
        "{}",
        session.body
    );
    portal.finish().await;
}

#[tokio::test]
async fn the_scope_holds_for_what_short_names_mean() {
    let (portal, token) = with_crm(&["read demo.shop.*"]).await;
    let agent = crate::support::Agent::new(&portal, &token);
    let own = agent.insert("job-1", SQL).await.json();
    assert_eq!(own["status"]["state"], "PENDING", "{own}");
    portal.warehouse.replies(crm_reply());
    let outside = agent
        .post("/jobs", &in_dataset("job-2", "crm"))
        .await
        .json();
    assert_eq!(outside["status"]["state"], "DONE");
    assert_eq!(job_error(&outside).0, "accessDenied", "{outside}");
    portal.finish().await;
}

#[tokio::test]
async fn another_dataset_is_another_request_and_the_configured_one_is_none() {
    let (portal, token) = with_crm(&["read demo.shop.*", "read demo.crm.*"]).await;
    let agent = crate::support::Agent::new(&portal, &token);
    let own = agent.insert("job-1", SQL).await.json();
    let named = agent
        .post("/jobs", &in_dataset("job-1", "shop"))
        .await
        .json();
    assert_eq!(intent_of(&own), intent_of(&named));
    portal.warehouse.replies(crm_reply());
    let other = refusal(&agent.post("/jobs", &in_dataset("job-1", "crm")).await);
    assert_eq!((other.0, other.2.as_str()), (409, "idempotency_key_reused"));
    for dataset in ["demo.crm", "cr m", "crm`"] {
        let refused = refusal(&agent.post("/jobs", &in_dataset("job-2", dataset)).await);
        assert_eq!(
            (refused.0, refused.1.as_str()),
            (400, "invalid"),
            "{dataset}"
        );
    }
    portal.finish().await;
}
